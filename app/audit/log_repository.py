"""All SQL that holds the ledger against what it attests."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from app.audit.attested_repository import ARCHIVES_AT_ONCE, LEAVES
from app.audit.schemas import Since
from app.db.session import ReadSession, driver
from app.privacy.keyring import NONCE_AT

ENTRIES_AT_ONCE = 2_000
"""Rows that a cursor fetches together."""

ENTRIES = (
    "SELECT index, subject_id, kind, recorded_at, leaf_hash, envelope FROM ledger_entries ORDER BY index"
)
PENDING = """
    SELECT NULL::bigint AS index, subject_id, kind, recorded_at, leaf_hash, envelope FROM ledger_pending
"""

# A waiver is what an approved proposal says of what a finding said.
PROPOSALS = """
    WITH read AS (
        SELECT *, CASE WHEN pg_input_is_valid(arguments, 'jsonb') THEN arguments::jsonb END AS told
        FROM proposals
    )
"""
WAIVERS = f"""
    {PROPOSALS}
    SELECT waiver.waiver_id, waiver.platform, waiver.class_group_id, waiver.learner_id, array_remove(ARRAY[
        CASE WHEN made.told ->> 'finding_id' IS DISTINCT FROM waiver.finding_id::text
             THEN 'finding_id' END,
        CASE WHEN made.proposer_id IS DISTINCT FROM waiver.proposer_id THEN 'proposer_id' END,
        CASE WHEN made.decider_id IS DISTINCT FROM waiver.approver_id THEN 'approver_id' END,
        CASE WHEN made.decided_at IS DISTINCT FROM waiver.waived_at THEN 'waived_at' END,
        CASE WHEN made.reason IS DISTINCT FROM waiver.reason THEN 'reason' END,
        CASE WHEN found.rule IS DISTINCT FROM waiver.rule THEN 'rule' END,
        CASE WHEN found.outcome IS DISTINCT FROM waiver.outcome THEN 'outcome' END,
        CASE WHEN found.evidence ->> 'fact' IS DISTINCT FROM waiver.fact THEN 'fact' END,
        CASE WHEN found.evidence -> 'observed' IS DISTINCT FROM CASE
            WHEN pg_input_is_valid(waiver.observed, 'jsonb') THEN waiver.observed::jsonb END
             THEN 'observed' END,
        CASE WHEN found.evidence -> 'threshold' IS DISTINCT FROM CASE
            WHEN pg_input_is_valid(waiver.threshold, 'jsonb') THEN waiver.threshold::jsonb END
             THEN 'threshold' END,
        CASE WHEN found.learner_id IS DISTINCT FROM waiver.learner_id
               OR found.platform <> waiver.platform OR found.class_group_id <> waiver.class_group_id
             THEN 'learner_id' END,
        CASE WHEN ended.decided_at IS DISTINCT FROM waiver.ended_at THEN 'ended_at' END
    ], NULL) AS columns, made.proposal_id IS NULL AS is_added
    FROM waivers AS waiver
    LEFT JOIN read AS made ON made.proposal_id = waiver.waiver_id
        AND made.act = 'finding:waive' AND made.state = 'carried_out'
    LEFT JOIN findings AS found ON found.finding_id = waiver.finding_id
    LEFT JOIN read AS ended ON ended.told ->> 'waiver_id' = waiver.waiver_id::text
        AND ended.act = 'waiver:end' AND ended.state = 'carried_out'
"""  # noqa: S608 (put together from constants)

# Both go where their class group is disposed of.
WAIVERS_GONE = f"""
    {PROPOSALS}
    SELECT proposal_id, decided_at FROM read
    WHERE act = 'finding:waive' AND state = 'carried_out'
      AND NOT EXISTS (SELECT FROM waivers WHERE waiver_id = proposal_id)
      AND EXISTS (SELECT FROM findings WHERE finding_id::text = told ->> 'finding_id')
"""  # noqa: S608 (put together from constants)

# Held against each other: a waived finding and its waiver.
WAIVED = """
    SELECT finding_id FROM findings
    WHERE state = 'waived'
      AND NOT EXISTS (
          SELECT FROM waivers WHERE waivers.finding_id = findings.finding_id
            AND waivers.waiver_id = findings.waiver_id AND waivers.waived_at = findings.waived_at
      )
    UNION ALL
    SELECT finding_id FROM waivers
    WHERE NOT EXISTS (
        SELECT FROM findings WHERE findings.finding_id = waivers.finding_id AND state = 'waived'
    )
"""

UNATTESTED = f"""
    WITH told AS (SELECT leaf.subject_id, leaf.kind, leaf.envelope FROM {LEAVES})
    SELECT 'batches', 'batch_id', batch_id::text FROM batches
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = batch_id)
    UNION ALL
    SELECT 'assessment_runs', 'run_id', run_id::text FROM assessment_runs
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = run_id)
    UNION ALL
    SELECT 'policy_versions', 'record_id', record_id::text FROM policy_versions
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = record_id)
    UNION ALL
    SELECT 'proposals', 'proposal_id', proposal_id::text FROM proposals
    WHERE state <> 'proposed' AND NOT EXISTS (SELECT FROM told WHERE subject_id = proposal_id)
    UNION ALL
    SELECT 'distrusts', 'distrust_id', distrust_id::text FROM distrusts
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = distrust_id)
    UNION ALL
    SELECT 'legal_holds', 'hold_id', hold_id::text FROM legal_holds
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = hold_id)
    UNION ALL
    SELECT 'disposals', 'disposal_id', disposal_id::text FROM disposals
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = disposal_id)
    UNION ALL
    SELECT 'disposed_objects', 'object_id', object_id::text FROM disposed_objects AS gone
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = gone.disposal_id AND kind = 'disposal')
    UNION ALL
    SELECT 'disposal_neighbours', 'class_group_id', class_group_id FROM disposal_neighbours AS beside
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = beside.disposal_id AND kind = 'disposal')
    UNION ALL
    SELECT 'custody_rounds', 'round_id', round_id::text FROM custody_rounds
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = round_id)
    UNION ALL
    SELECT 'draws', 'draw_id', draw_id::text FROM draws
    WHERE NOT EXISTS (SELECT FROM told WHERE subject_id = draw_id)
    UNION ALL
    SELECT 'ledger_log_keys', 'kid', kid FROM ledger_log_keys
    WHERE NOT EXISTS (
        SELECT FROM told
        WHERE kind = 'key' AND position(convert_to('"key_id":"' || kid || '"', 'UTF8') IN envelope) > 0
    )
    UNION ALL
    SELECT 'decisions', 'decision_id', decision_id::text FROM decisions
    WHERE NOT EXISTS (SELECT FROM assessment_runs WHERE assessment_runs.run_id = decisions.run_id)
    UNION ALL
    SELECT 'batch_archives', 'batch_id', batch_id::text FROM batch_archives
    WHERE NOT EXISTS (
        SELECT FROM batches
        WHERE batches.batch_id = batch_archives.batch_id AND batches.received_at = batch_archives.received_at
    )
    UNION ALL
    SELECT 'distrusted_batches', 'batch_id', batch_id::text FROM distrusted_batches AS gone
    WHERE NOT EXISTS (
        SELECT FROM batches AS stored JOIN distrusts ON distrusts.client_id = stored.client_id
            AND distrusts.credential = stored.credential AND stored.received_at >= distrusts.since
        WHERE stored.batch_id = gone.batch_id AND distrusts.distrust_id = gone.distrust_id
    )
    LIMIT $1
"""  # noqa: S608 (put together from constants)

SEALED_COLUMNS = """
    SELECT format(
        'SELECT DISTINCT %3$L::text, %2$L::text, substring(%2$I FROM 1 FOR $1) FROM %1$s '
        'WHERE %2$I IS NOT NULL',
        pg_class.oid::regclass, attname, relname
    )
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND atttypid = 'bytea'::regtype AND attname LIKE '%\\_sealed'
"""

PERSONS = """
    SELECT id_number_sealed, person_key FROM enrollments
    WHERE id_number_sealed IS NOT NULL AND person_key IS NOT NULL
    LIMIT $1
"""


class Seal(NamedTuple):
    table: str
    column: str
    header: bytes
    """Version and key id, as they stand."""


async def take_time(session: ReadSession) -> None:
    """A look at everything may take longer than what a request waits for."""
    await (await driver(session)).execute(
        "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
    )


async def entries(session: ReadSession) -> AsyncIterator[asyncpg.Record]:
    """All that have an index, in its order."""
    async for row in _rows(session, ENTRIES, at_once=ENTRIES_AT_ONCE):
        yield row


async def pending_entries(session: ReadSession) -> AsyncIterator[asyncpg.Record]:
    async for row in _rows(session, PENDING, at_once=ENTRIES_AT_ONCE):
        yield row


async def attested(
    session: ReadSession, question: str, since: Since
) -> AsyncIterator[Sequence[asyncpg.Record]]:
    """Each leaf of a kind with what it attests, null where that is missing; some at a time."""
    cursor = await (await driver(session)).cursor(question, *since)
    while rows := await cursor.fetch(ARCHIVES_AT_ONCE):
        yield rows


async def waivers(session: ReadSession) -> list[asyncpg.Record]:
    """Each with the columns in which it is not what was found and approved."""
    return list(await (await driver(session)).fetch(WAIVERS))


async def waivers_gone(session: ReadSession) -> list[asyncpg.Record]:
    """Proposals that were carried out and have left no waiver."""
    return list(await (await driver(session)).fetch(WAIVERS_GONE))


async def waived_alone(session: ReadSession) -> list[UUID]:
    """Findings that are waived without a waiver, or have a waiver and are not."""
    return [row[0] for row in await (await driver(session)).fetch(WAIVED)]


async def unattested(session: ReadSession, most: int) -> list[tuple[str, str, str]]:
    """What is there without that which should attest it: table, name of its id, id."""
    return [tuple(row) for row in await (await driver(session)).fetch(UNATTESTED, most)]


async def head(session: ReadSession) -> int | None:
    size: int | None = await (await driver(session)).fetchval("SELECT size FROM ledger_head")
    return size


async def pending(session: ReadSession) -> int:
    return int(await (await driver(session)).fetchval("SELECT count(*) FROM ledger_pending"))


async def seals(session: ReadSession) -> list[Seal]:
    """How what is sealed begins: every beginning there is, by table and column."""
    connection = await driver(session)
    questions = sorted(row[0] for row in await connection.fetch(SEALED_COLUMNS))
    return [Seal(*row) for question in questions for row in await connection.fetch(question, NONCE_AT)]


async def persons(session: ReadSession, most: int) -> list[tuple[bytes, bytes]]:
    """Sealed ID numbers with their keyed hashes."""
    return [tuple(row) for row in await (await driver(session)).fetch(PERSONS, most)]


async def _rows(
    session: ReadSession, question: str, *arguments: object, at_once: int
) -> AsyncIterator[asyncpg.Record]:
    async for row in (await driver(session)).cursor(question, *arguments, prefetch=at_once):
        yield row
