"""All SQL of final decisions and the runs that made them. Both are append-only."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupKey, DecisionId, LearnerId, RunId
from app.core.vocabulary import Eligibility
from app.db.session import ReadSession, WriteSession, driver
from app.ledger.envelope import PolicyReference

LAST_DECISIONS = """
    SELECT learner_id, decision_id, decided_at, sha256(document), policy_id, policy_version, policy_hash
    FROM (
        SELECT DISTINCT ON (learner_id) learner_id, decision_id, decided_at, document, run_id
        FROM decisions
        WHERE platform = $1 AND class_group_id = $2 AND learner_id = ANY($3)
        ORDER BY learner_id, decided_at DESC
    ) AS last
    JOIN assessment_runs USING (run_id)
"""

STORE_DECISIONS = """
    INSERT INTO decisions (
        decision_id, run_id, platform, class_group_id, learner_id, decided_at, eligibility, document
    )
    SELECT decision_id, $3, $1, $2, learner_id, decided_at, eligibility, document
    FROM unnest($4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::bytea[])
      AS decision (decision_id, learner_id, decided_at, eligibility, document)
"""

BATCHES = """
    SELECT named.batch_id, entry.leaf_hash
    FROM batch_class_groups AS named
    LEFT JOIN ledger_entries AS entry ON entry.subject_id = named.batch_id
    WHERE named.platform = $1 AND named.class_group_id = $2
    ORDER BY entry.index
"""

STORE_RUN = """
    INSERT INTO assessment_runs (
        platform, class_group_id, run_id, assessed_at, batch_ids, ledger_size, policy_id, policy_version,
        policy_hash, program_version, secret_sealed, decisions_root
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


class LastDecision(NamedTuple):
    decision_id: DecisionId
    decided_at: datetime
    document_hash: bytes
    policy: PolicyReference

    def says(self, document: bytes, policy: PolicyReference) -> bool:
        """Whether it still stands: the same words, by the same policy."""
        return self.document_hash == hashlib.sha256(document).digest() and self.policy == policy


class DecisionRow(NamedTuple):
    decision_id: DecisionId
    learner_id: LearnerId
    decided_at: datetime
    eligibility: Eligibility
    document: bytes


class NamedBatch(NamedTuple):
    batch_id: UUID
    leaf_hash: bytes | None
    """None: it has no ledger entry."""


class RunRow(NamedTuple):
    run_id: RunId
    assessed_at: datetime
    batch_ids: Sequence[UUID]
    ledger_size: int
    policy_id: str
    policy_version: str
    policy_hash: bytes
    program_version: str
    secret_sealed: bytes
    decisions_root: bytes


async def last_decisions(
    session: ReadSession, key: ClassGroupKey, learner_ids: Sequence[LearnerId]
) -> dict[LearnerId, LastDecision]:
    rows = await (await driver(session)).fetch(LAST_DECISIONS, *key, learner_ids)
    return {
        learner_id: LastDecision(decision_id, decided_at, document_hash, PolicyReference(*policy))
        for learner_id, decision_id, decided_at, document_hash, *policy in rows
    }


async def store_decisions(
    session: WriteSession, key: ClassGroupKey, run_id: RunId, decisions: Sequence[DecisionRow]
) -> None:
    await (await driver(session)).execute(STORE_DECISIONS, *key, run_id, *zip(*decisions, strict=True))


async def batches(session: ReadSession, key: ClassGroupKey) -> list[NamedBatch]:
    """Every batch that had a record accepted for the class group, by ledger index."""
    return [NamedBatch(*row) for row in await (await driver(session)).fetch(BATCHES, *key)]


async def store_run(session: WriteSession, key: ClassGroupKey, run: RunRow) -> None:
    await (await driver(session)).execute(STORE_RUN, *key, *run)
