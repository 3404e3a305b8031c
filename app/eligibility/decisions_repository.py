"""All SQL of final decisions and the runs that made them. Both are append-only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupKey, DecisionId, LearnerId, RunId
from app.core.vocabulary import Eligibility
from app.db.session import ReadSession, WriteSession, driver
from app.ledger.envelope import PolicyReference
from app.records.chosen import (
    CHOSEN,
    CHOSEN_LEARNERS,
    NAMED,
    OF_CHOSEN,
    Learners,
    keys_apart,
    learners_apart,
    of_each,
)

LAST_DECISIONS = f"""
    SELECT chosen.number, last.learner_id, last.decision_id, last.decided_at, last.document,
           run.policy_id, run.policy_version, run.policy_hash
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT DISTINCT ON (learner_id)
               learner_id, decision_id, decided_at, document, run_id
        FROM decisions
        WHERE {NAMED}
        ORDER BY learner_id, decided_at DESC
    ) AS last, LATERAL (
        SELECT policy_id, policy_version, policy_hash FROM assessment_runs WHERE run_id = last.run_id OFFSET 0
    ) AS run
"""  # noqa: S608 (put together from constants)

STORE_DECISIONS = """
    INSERT INTO decisions (
        run_id, platform, class_group_id, decision_id, learner_id, decided_at, eligibility, document
    )
    SELECT *
    FROM unnest(
        $1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[], $8::bytea[]
    )
"""

WITHDRAWN = "SELECT FROM distrusted_batches WHERE withdrawn_at IS NOT NULL AND distrusted_batches.batch_id"
"""What a distrusted batch brought counts until it is taken back: a decision names what it rests on."""

NAMING = f"""
    SELECT batch_id FROM batch_class_groups
    WHERE {OF_CHOSEN} AND NOT EXISTS ({WITHDRAWN} = batch_class_groups.batch_id)
"""  # noqa: S608 (put together from constants)

# Of the project, its courses and the enterprise; those that came once the class group was stored name it.
RESTED_ON = f"""
    SELECT stored.batch_id
    FROM (SELECT * FROM class_groups WHERE {OF_CHOSEN} OFFSET 0) AS said, LATERAL (
        SELECT batch_id FROM projects
        WHERE projects.platform = said.platform AND projects.project_id = said.project_id
        UNION ALL
        SELECT batch_id FROM courses
        WHERE courses.platform = said.platform AND courses.project_id = said.project_id
        UNION ALL
        SELECT batch_id FROM enterprises WHERE uscc = said.enterprise_uscc
        OFFSET 0
    ) AS stored
    WHERE EXISTS (SELECT FROM ledger_entries WHERE subject_id = stored.batch_id)
      AND NOT EXISTS ({WITHDRAWN} = stored.batch_id)
"""  # noqa: S608


def _by_ledger_index(batch_ids: str) -> str:
    return f"""
        SELECT chosen.number, named.batch_id, entry.leaf_hash
        FROM {CHOSEN}, LATERAL ({batch_ids} OFFSET 0) AS named
        LEFT JOIN ledger_entries AS entry ON entry.subject_id = named.batch_id
        ORDER BY chosen.number, entry.index
    """  # noqa: S608


BATCHES = _by_ledger_index(NAMING)
BATCHES_WITH_REFERENCES = _by_ledger_index(f"{NAMING} UNION {RESTED_ON}")

STORE_RUN = """
    INSERT INTO assessment_runs (
        platform, class_group_id, run_id, assessed_at, batch_ids, ledger_size, policy_id, policy_version,
        policy_hash, program_version, secret_sealed, inputs_sealed, decisions_root
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


class LastDecision(NamedTuple):
    decision_id: DecisionId
    decided_at: datetime
    document: bytes
    policy: PolicyReference

    def says(self, document: bytes, policy: PolicyReference) -> bool:
        """Whether it still stands: the same words, by the same policy."""
        return self.document == document and self.policy == policy


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
    inputs_sealed: bytes
    decisions_root: bytes


async def last_decisions(
    session: ReadSession, learners: Learners
) -> dict[ClassGroupKey, dict[LearnerId, LastDecision]]:
    last: dict[ClassGroupKey, dict[LearnerId, LastDecision]] = {key: {} for key in learners}
    rows = await (await driver(session)).fetch(LAST_DECISIONS, *learners_apart(learners))
    for key, (learner_id, decision_id, decided_at, document, *policy) in of_each(learners, rows):
        last[key][learner_id] = LastDecision(decision_id, decided_at, document, PolicyReference(*policy))
    return last


async def store_decisions(
    session: WriteSession, decisions: Iterable[tuple[RunId, ClassGroupKey, DecisionRow]]
) -> None:
    rows = [(run_id, *key, *decision) for run_id, key, decision in decisions]
    await (await driver(session)).execute(STORE_DECISIONS, *zip(*rows, strict=True))


async def batches(
    session: ReadSession, keys: Sequence[ClassGroupKey], *, with_references: bool = False
) -> dict[ClassGroupKey, list[NamedBatch]]:
    """Every batch that had a record accepted for the class group and was not taken back, by ledger index.

    With references also those that its project, courses and enterprise stand as they do from.
    """
    named: dict[ClassGroupKey, list[NamedBatch]] = {key: [] for key in keys}
    if keys:
        statement = BATCHES_WITH_REFERENCES if with_references else BATCHES
        rows = await (await driver(session)).fetch(statement, *keys_apart(keys))
        for key, batch in of_each(keys, rows):
            named[key].append(NamedBatch(*batch))
    return named


async def store_runs(session: WriteSession, runs: Iterable[tuple[ClassGroupKey, RunRow]]) -> None:
    await (await driver(session)).executemany(STORE_RUN, [(*key, *run) for key, run in runs])
