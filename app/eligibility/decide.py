"""Final decisions on a closed class group: which are new, what they rest on, and their ledger entry."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from app import __version__
from app.core.ids import ClassGroupKey, DecisionId, LearnerId, RunId, new_uuid
from app.db.session import WriteSession
from app.eligibility import decisions_repository as repository
from app.eligibility import inputs_repository
from app.eligibility.decisions_repository import DecisionRow, LastDecision, NamedBatch, RunRow
from app.eligibility.errors import LedgerGap
from app.eligibility.inputs import Inputs, Reference, seal_inputs
from app.eligibility.judge import Verdict
from app.ledger.envelope import EntryKind, PolicyReference, assessment_envelope
from app.ledger.leaves import SECRET_BYTES, document_leaves
from app.ledger.merkle import Commitment, commitment
from app.ledger.sequence import enqueue
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing
from app.rules.person import Elsewhere

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
    minds_clashes: bool = False
    """On what its teachers taught other class groups at the same time."""
    waivers: Sequence[str] = ()
    """Those that hold for the class group and its learners."""
    decisions: list[DecisionRow] = field(default_factory=list)
    """In the order of the learner ids by code point, as the verdicts come."""
    elsewhere: dict[LearnerId, Elsewhere] = field(default_factory=dict)
    """What was known of the persons of these decisions in other class groups; mostly nothing."""

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
        if verdict.person is not None:
            self.elsewhere[verdict.learner_id] = verdict.person.elsewhere
        return decision_id

    def conclude(
        self, key_ring: KeyRing, batches: Sequence[NamedBatch], references: Sequence[Reference]
    ) -> Concluded:
        """Once nothing is to be decided any more."""
        run_id = RunId(new_uuid(self.as_of))
        secret = secrets.token_bytes(SECRET_BYTES)
        decisions = commitment(document_leaves(secret, [row.document for row in self.decisions]))
        inputs = Inputs(list(self.waivers), list(references), self.elsewhere)
        row = RunRow(
            run_id=run_id,
            assessed_at=self.as_of,
            batch_ids=[batch.batch_id for batch in batches],
            ledger_size=self.ledger_size,
            policy_id=self.policy.policy_id,
            policy_version=self.policy.version,
            policy_hash=self.policy.content_hash,
            program_version=__version__,
            secret_sealed=key_ring.seal(secret, secret_context(run_id)),
            inputs_sealed=seal_inputs(key_ring, run_id, inputs),
            decisions_root=decisions.root,
        )
        return Concluded(row, self._envelope(run_id, batches, decisions))

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
    references = await inputs_repository.references(
        session,
        [run.key for run in deciding if run.rests_on_references],
        [run.key for run in deciding if run.minds_clashes],
    )
    concluded = [
        (run, run.conclude(key_ring, batches[run.key], references.get(run.key, ()))) for run in deciding
    ]
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
