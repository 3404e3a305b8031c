"""All SQL of backups: the ledger from its first entry, what it attests, which keys sealed what, passwords."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

import asyncpg

from app.db.embedded.state import State
from app.db.roles import OWNER_LOGIN, PROGRAM_LOGIN, SUPERUSER
from app.db.session import ReadSession, driver

ENTRIES_AT_ONCE, ARCHIVES_AT_ONCE = 2_000, 10
"""Rows that a cursor fetches together; an archive may be large."""

ENTRIES = "SELECT index, kind, leaf_hash, envelope FROM ledger_entries ORDER BY index"

LEAVES = """
    (SELECT subject_id, kind, recorded_at, leaf_hash, envelope, index FROM ledger_entries
     UNION ALL
     SELECT subject_id, kind, recorded_at, leaf_hash, envelope, NULL FROM ledger_pending) AS leaf
"""

BATCHES = f"""
    SELECT leaf.subject_id, leaf.leaf_hash AS promised, leaf.envelope, leaf.recorded_at,
           batches.*, archive.media_type, archive.body_sealed, archive.secret_sealed, archive.outcomes
    FROM {LEAVES}
    LEFT JOIN batches ON batches.batch_id = leaf.subject_id
    LEFT JOIN batch_archives AS archive
        ON archive.batch_id = leaf.subject_id AND archive.received_at = leaf.recorded_at
    WHERE leaf.kind = 'batch'
"""  # noqa: S608 (put together from constants)

RUNS = f"""
    SELECT leaf.subject_id, leaf.leaf_hash AS promised, leaf.envelope, run.*,
           decided.documents, rested.leaf_hashes
    FROM {LEAVES}
    LEFT JOIN assessment_runs AS run ON run.run_id = leaf.subject_id
    LEFT JOIN LATERAL (
        SELECT array_agg(document ORDER BY learner_id COLLATE "C") AS documents
        FROM decisions
        WHERE decisions.platform = run.platform AND decisions.class_group_id = run.class_group_id
          AND decisions.run_id = run.run_id
    ) AS decided ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(entry.leaf_hash ORDER BY entry.index) AS leaf_hashes
        FROM ledger_entries AS entry
        WHERE entry.subject_id = ANY (run.batch_ids)
    ) AS rested ON true
    WHERE leaf.kind = 'assessment'
"""  # noqa: S608 (put together from constants)

POLICIES = f"""
    SELECT leaf.subject_id, leaf.leaf_hash AS promised, leaf.envelope, record.*,
           stored.text_hash IS NULL AS is_without_text
    FROM {LEAVES}
    LEFT JOIN policy_versions AS record ON record.record_id = leaf.subject_id
    LEFT JOIN policy_texts AS stored ON stored.text_hash = record.text_hash
    WHERE leaf.kind = 'policy'
"""  # noqa: S608 (put together from constants)

UNATTESTED = f"""
    SELECT 'batch ' || batch_id FROM batches
    WHERE NOT EXISTS (SELECT FROM {LEAVES} WHERE leaf.subject_id = batches.batch_id)
    UNION ALL
    SELECT 'run ' || run_id FROM assessment_runs
    WHERE NOT EXISTS (SELECT FROM {LEAVES} WHERE leaf.subject_id = assessment_runs.run_id)
    UNION ALL
    SELECT 'policy version ' || record_id FROM policy_versions
    WHERE NOT EXISTS (SELECT FROM {LEAVES} WHERE leaf.subject_id = policy_versions.record_id)
    UNION ALL
    SELECT 'decision ' || decision_id FROM decisions
    WHERE NOT EXISTS (SELECT FROM assessment_runs WHERE assessment_runs.run_id = decisions.run_id)
    UNION ALL
    SELECT 'archive ' || batch_id FROM batch_archives
    WHERE NOT EXISTS (SELECT FROM batches WHERE batches.batch_id = batch_archives.batch_id)
    LIMIT $1
"""  # noqa: S608 (put together from constants)

SEALED_COLUMNS = """
    SELECT format(
        'SELECT DISTINCT encode(substring(%2$I FROM 2 FOR 4), ''hex'') FROM %1$s WHERE %2$I IS NOT NULL',
        pg_class.oid::regclass, attname
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

REACHED = """
    SELECT pg_last_wal_replay_lsn()::text, pg_last_xact_replay_timestamp()
"""


class Reached(NamedTuple):
    """How far a recovery came; None where there was none since the server started."""

    lsn: str | None
    last_commit_at: datetime | None


async def take_time(session: ReadSession) -> None:
    """A look at everything may take longer than what a request waits for."""
    await (await driver(session)).execute("SET LOCAL statement_timeout = 0")


async def entries(session: ReadSession) -> AsyncIterator[asyncpg.Record]:
    """All that have an index, in its order."""
    async for row in _rows(session, ENTRIES, ENTRIES_AT_ONCE):
        yield row


async def batches(session: ReadSession) -> AsyncIterator[asyncpg.Record]:
    """Each leaf of a batch with the batch and its archive, null where they are missing."""
    async for row in _rows(session, BATCHES, ARCHIVES_AT_ONCE):
        yield row


async def runs(session: ReadSession) -> AsyncIterator[asyncpg.Record]:
    """Each leaf of a run with the run, its decisions, and the leaves of the batches it rests on."""
    async for row in _rows(session, RUNS, ARCHIVES_AT_ONCE):
        yield row


async def policies(session: ReadSession) -> AsyncIterator[asyncpg.Record]:
    """Each leaf of a version of a policy with its record, null where it is missing."""
    async for row in _rows(session, POLICIES, ENTRIES_AT_ONCE):
        yield row


async def unattested(session: ReadSession, most: int) -> list[str]:
    """What is there without that which should attest it."""
    return [row[0] for row in await (await driver(session)).fetch(UNATTESTED, most)]


async def head(session: ReadSession) -> int:
    return int(await (await driver(session)).fetchval("SELECT size FROM ledger_head"))


async def pending(session: ReadSession) -> int:
    return int(await (await driver(session)).fetchval("SELECT count(*) FROM ledger_pending"))


async def key_ids(session: ReadSession) -> set[str]:
    """Of every key that sealed something that is there."""
    connection = await driver(session)
    questions = [row[0] for row in await connection.fetch(SEALED_COLUMNS)]
    return {row[0] for question in questions for row in await connection.fetch(question)}


async def persons(session: ReadSession, most: int) -> list[tuple[bytes, bytes]]:
    """Sealed ID numbers with their keyed hashes."""
    return [tuple(row) for row in await (await driver(session)).fetch(PERSONS, most)]


async def version(session: ReadSession) -> str:
    """Of PostgreSQL: `18.6`."""
    told: str = await (await driver(session)).fetchval("SHOW server_version")
    return told.split(maxsplit=1)[0]


async def schema(session: ReadSession) -> str:
    found: str = await (await driver(session)).fetchval("SELECT version_num FROM alembic_version")
    return found


async def reached(session: ReadSession) -> Reached:
    lsn, last_commit_at = await (await driver(session)).fetchrow(REACHED)
    return Reached(lsn, last_commit_at)


async def set_passwords(url: str, state: State) -> None:
    """Those of the new place: the old ones are nowhere but in the lost one."""
    connection = await asyncpg.connect(url)
    try:
        for login, password in (
            (SUPERUSER, state.superuser_password),
            (OWNER_LOGIN, state.owner_password),
            (PROGRAM_LOGIN, state.program_password),
        ):
            await connection.execute(f"ALTER ROLE {login} PASSWORD '{password}'")
    finally:
        await connection.close()


async def _rows(session: ReadSession, question: str, at_once: int) -> AsyncIterator[asyncpg.Record]:
    async for row in (await driver(session)).cursor(question, prefetch=at_once):
        yield row
