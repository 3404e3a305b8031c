"""All SQL of past decisions: what they say, what they name, and what the ledger keeps of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupId, ClassGroupKey, DecisionId, LearnerId, PlatformCode, RunId
from app.db.session import ReadSession, WriteSession, driver
from app.ledger.envelope import PolicyReference

DECISION = """
    SELECT said.decision_id, said.learner_id, said.decided_at, said.document,
           run.run_id, run.platform, run.class_group_id, run.assessed_at, run.batch_ids, run.ledger_size,
           run.policy_id, run.policy_version, run.policy_hash, run.program_version, run.secret_sealed,
           run.inputs_sealed, run.decisions_root
    FROM decisions AS said JOIN assessment_runs AS run ON run.run_id = said.run_id
    WHERE said.decision_id = $1
"""

# The order in which they were decided: by the code points of the learner ids.
DOCUMENTS = """
    SELECT learner_id, document FROM decisions
    WHERE platform = $1 AND class_group_id = $2 AND run_id = $3 ORDER BY learner_id COLLATE "C"
"""

ENTRIES = "SELECT subject_id, index, leaf_hash, envelope FROM ledger_entries WHERE subject_id = ANY ($1)"

IS_PENDING = "SELECT EXISTS (SELECT FROM ledger_pending WHERE subject_id = $1 AND envelope = $2)"

WAIVERS_AT = """
    SELECT waiver_id::text FROM waivers
    WHERE platform = $1 AND class_group_id = $2 AND waived_at <= $3 AND (ended_at IS NULL OR ended_at > $3)
"""

# Shadowed: what is inserted into is the temporary table, and a waiver holds in it whether it has ended since.
HOLD_WAIVERS = """
    INSERT INTO pg_temp.waivers SELECT * FROM public.waivers
    WHERE platform = $1 AND class_group_id = $2 AND waiver_id = ANY ($3::uuid[])
    RETURNING waiver_id::text
"""
LET_THEM_HOLD = "UPDATE pg_temp.waivers SET ended_at = NULL"

# Those that a record quotes, as far as they were issued by then.
PUBLISHED_BY = """
    INSERT INTO pg_temp.ledger_checkpoints SELECT * FROM public.ledger_checkpoints
    WHERE root = ANY ($1::bytea[]) AND issued_at <= $2
"""

WAIVERS = """
    SELECT waiver_id::text, learner_id, rule, waived_at, ended_at FROM public.waivers
    WHERE platform = $1 AND class_group_id = $2 AND waiver_id = ANY ($3::uuid[])
    ORDER BY waived_at, waiver_id
"""


class Run(NamedTuple):
    run_id: RunId
    platform: PlatformCode
    class_group_id: ClassGroupId
    assessed_at: datetime
    batch_ids: Sequence[UUID]
    ledger_size: int
    policy_id: str
    policy_version: str
    policy_hash: bytes
    program_version: str
    secret_sealed: bytes
    inputs_sealed: bytes | None
    decisions_root: bytes

    @property
    def key(self) -> ClassGroupKey:
        return ClassGroupKey(self.platform, self.class_group_id)

    @property
    def policy(self) -> PolicyReference:
        return PolicyReference(self.policy_id, self.policy_version, self.policy_hash)


class Decision(NamedTuple):
    decision_id: DecisionId
    learner_id: LearnerId
    decided_at: datetime
    document: bytes
    run: Run


class Entry(NamedTuple):
    ledger_index: int
    leaf_hash: bytes
    envelope: bytes


class Waiver(NamedTuple):
    waiver_id: str
    learner_id: LearnerId
    """Empty: of the class group itself."""
    rule: str
    waived_at: datetime
    ended_at: datetime | None


async def decision(session: ReadSession, decision_id: UUID) -> Decision | None:
    row = await (await driver(session)).fetchrow(DECISION, decision_id)
    return None if row is None else Decision._make((*row[:4], Run._make(row[4:])))


async def documents(session: ReadSession, run: Run) -> dict[LearnerId, bytes]:
    """Of all decisions of the run, in their order."""
    rows = await (await driver(session)).fetch(DOCUMENTS, *run.key, run.run_id)
    return {row[0]: row[1] for row in rows}


async def entries(session: ReadSession, subject_ids: Collection[UUID]) -> dict[UUID, Entry]:
    """Those that have an index."""
    rows = await (await driver(session)).fetch(ENTRIES, list(subject_ids))
    return {row[0]: Entry(*row[1:]) for row in rows}


async def is_pending(session: ReadSession, subject_id: UUID, envelope: bytes) -> bool:
    """Whether these very bytes wait for their index."""
    waits: bool = await (await driver(session)).fetchval(IS_PENDING, subject_id, envelope)
    return waits


async def waivers_at(session: ReadSession, key: ClassGroupKey, moment: datetime) -> list[str]:
    """By the times that their rows tell."""
    return [row[0] for row in await (await driver(session)).fetch(WAIVERS_AT, *key, moment)]


async def hold_waivers(session: WriteSession, key: ClassGroupKey, waiver_ids: Collection[str]) -> set[str]:
    """In the shadow of the waivers these hold, and no others; those that are stored."""
    connection = await driver(session)
    rows = await connection.fetch(HOLD_WAIVERS, *key, list(waiver_ids))
    await connection.execute(LET_THEM_HOLD)
    return {row[0] for row in rows}


async def put_checkpoints(session: WriteSession, roots: Collection[bytes], moment: datetime) -> None:
    """In the shadow of the checkpoints there are these, if they were issued by that moment."""
    await (await driver(session)).execute(PUBLISHED_BY, list(roots), moment)


async def waivers(session: ReadSession, key: ClassGroupKey, waiver_ids: Collection[str]) -> list[Waiver]:
    rows = await (await driver(session)).fetch(WAIVERS, *key, list(waiver_ids))
    return [Waiver(*row) for row in rows]
