"""Final decisions on a closed class group: which are new, what they rest on, and their ledger entry."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from app import __version__
from app.core.ids import ClassGroupKey, DecisionId, RunId, new_uuid
from app.db.session import WriteSession
from app.eligibility import decisions_repository as repository
from app.eligibility.decisions_repository import DecisionRow, LastDecision, NamedBatch, RunRow
from app.eligibility.errors import LedgerGap
from app.eligibility.judge import Verdict
from app.ledger.envelope import EntryKind, PolicyReference, assessment_envelope
from app.ledger.leaves import SECRET_BYTES, document_leaves
from app.ledger.merkle import Commitment, commitment
from app.ledger.sequence import enqueue
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing

TICK = timedelta(microseconds=1)


class Concluded(NamedTuple):
    row: RunRow
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """One run over a closed class group: it gathers the decisions that changed, and is stored with them."""

    key: ClassGroupKey
    policy: PolicyReference
    as_of: datetime
    ledger_size: int
    rests_on_references: bool = False
    """On its project, courses and enterprise too: there are rules on the class group."""
    decisions: list[DecisionRow] = field(default_factory=list)
    """In the order of the learner ids by code point, as the verdicts come."""

    def decide(self, verdict: Verdict, last: LastDecision | None) -> DecisionId:
        """What the enrollment stands on: its last decision, or a new one where this verdict differs."""
        if verdict.document is None:
            raise TypeError("Only a closed class group is decided on.")
        if last is not None and last.says(verdict.document, self.policy):
            return last.decision_id
        # A clock that was set back never makes an old decision the newest.
        decided_at = self.as_of if last is None else max(self.as_of, last.decided_at + TICK)
        decision_id = DecisionId(new_uuid(decided_at))
        self.decisions.append(
            DecisionRow(decision_id, verdict.learner_id, decided_at, verdict.eligibility, verdict.document)
        )
        return decision_id

    def conclude(self, key_ring: KeyRing, batches: Sequence[NamedBatch]) -> Concluded:
        """Once nothing is to be decided any more."""
        run_id = RunId(new_uuid(self.as_of))
        secret = secrets.token_bytes(SECRET_BYTES)
        decisions = commitment(document_leaves(secret, [row.document for row in self.decisions]))
        sealed = key_ring.seal(secret, secret_context(run_id))
        return Concluded(
            self._row(run_id, batches, sealed, decisions), self._envelope(run_id, batches, decisions)
        )

    def _row(
        self, run_id: RunId, batches: Sequence[NamedBatch], secret_sealed: bytes, decisions: Commitment
    ) -> RunRow:
        return RunRow(
            run_id=run_id,
            assessed_at=self.as_of,
            batch_ids=[batch.batch_id for batch in batches],
            ledger_size=self.ledger_size,
            policy_id=self.policy.policy_id,
            policy_version=self.policy.version,
            policy_hash=self.policy.content_hash,
            program_version=__version__,
            secret_sealed=secret_sealed,
            decisions_root=decisions.root,
        )

    def _envelope(self, run_id: RunId, batches: Sequence[NamedBatch], decisions: Commitment) -> bytes:
        leaf_hashes = [batch.leaf_hash for batch in batches if batch.leaf_hash is not None]
        if len(leaf_hashes) < len(batches):
            raise LedgerGap(self.key)
        return assessment_envelope(
            run_id=run_id,
            class_group=self.key,
            assessed_at=self.as_of,
            ledger_size=self.ledger_size,
            batches=commitment(leaf_hashes),
            policy=self.policy,
            program_version=__version__,
            decisions=decisions,
        )


async def store_runs(session: WriteSession, key_ring: KeyRing, runs: Iterable[Run]) -> None:
    """The decisions, everything they rest on, and the promise of a ledger entry; none decided, no run."""
    deciding = [run for run in runs if run.decisions]
    if not deciding:
        return
    batches: dict[ClassGroupKey, list[NamedBatch]] = {}
    for with_references in (False, True):
        keys = [run.key for run in deciding if run.rests_on_references is with_references]
        batches |= await repository.batches(session, keys, with_references=with_references)
    concluded = [(run, run.conclude(key_ring, batches[run.key])) for run in deciding]
    await repository.store_decisions(
        session, [(end.row.run_id, run.key, decision) for run, end in concluded for decision in run.decisions]
    )
    await repository.store_runs(session, [(run.key, end.row) for run, end in concluded])
    for run, end in concluded:
        await enqueue(
            session,
            kind=EntryKind.assessment,
            subject_id=end.row.run_id,
            recorded_at=run.as_of,
            envelope=end.envelope,
        )


def secret_context(run_id: RunId) -> str:
    """What a run's secret is sealed for: it does not open in the row of another."""
    return row_context("assessment_runs", "secret_sealed", run_id)
