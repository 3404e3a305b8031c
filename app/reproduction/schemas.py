"""What is told of a decision made again, and of the difference of two."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import Text
from app.core.ids import BatchId, ClassGroupKey, DecisionId, LearnerId, PlatformCode, RunId
from app.core.vocabulary import Feed
from app.ingest.merge import Key
from app.ingest.replay import Row
from app.ledger.envelope import PolicyReference

Place = tuple[Feed, PlatformCode, Key]
"""What a record is called by."""
Records = dict[Place, Row]
"""What stands of each, as ingest stores it."""


class RemarkCode(StrEnum):
    """Why a reproduction is not to be believed, or (`is_flaw` False) what is to be known of it."""

    batch_missing = "batch_missing"
    archive_unreadable = "archive_unreadable"
    archive_altered = "archive_altered"
    records_unreadable = "records_unreadable"
    policy_missing = "policy_missing"
    inputs_altered = "inputs_altered"
    waiver_missing = "waiver_missing"
    not_judged = "not_judged"
    document_differs = "document_differs"
    decision_altered = "decision_altered"
    run_altered = "run_altered"
    not_in_ledger = "not_in_ledger"
    pending = "pending"
    other_program = "other_program"
    inputs_not_kept = "inputs_not_kept"

    @property
    def is_flaw(self) -> bool:
        return self not in {self.pending, self.other_program, self.inputs_not_kept}


class Remark(NamedTuple):
    code: RemarkCode
    subject: str
    """The batch, waiver, policy version or run that it is about."""
    text: Text


class FieldChange(NamedTuple):
    """One field of a decision's document: `facts.attendance_rate`, `rules.credited-hours.outcome`."""

    field: str
    before: Any
    """As the document writes it; None: it is not there."""
    after: Any


class BatchUsed(NamedTuple):
    batch_id: BatchId
    feed: Feed
    ledger_index: int | None
    records: int
    """Of the class group, accepted or vouched for."""


class Seal(NamedTuple):
    """How the document leads to the ledger: SHA-256(00 ‖ salt ‖ document) is a leaf of the run's root."""

    salt: bytes
    leaf: bytes
    position: int
    """Of the decision among those of its run."""
    decisions: int
    decisions_root: bytes
    entry_index: int | None
    entry_leaf_hash: bytes | None


@dataclass(frozen=True, slots=True)
class RestsOn:
    """Everything that a decision was made of."""

    run_id: RunId
    key: ClassGroupKey
    assessed_at: datetime
    ledger_size: int
    policy: PolicyReference
    program_version: str
    batches: Sequence[BatchUsed] = ()
    references: Sequence[tuple[Feed, UUID, int]] = ()
    """Records outside the class group: feed, batch and line."""
    waivers: Sequence[str] = ()
    elsewhere: Sequence[tuple[ClassGroupKey, int]] = ()
    """Class groups that took time of the person first, and how much, in microseconds."""
    granted_before_fen: int = 0


@dataclass(slots=True)
class Reproduction:
    decision_id: DecisionId
    learner_id: LearnerId
    decided_at: datetime
    stored: bytes
    rests_on: RestsOn
    made_again: bytes | None = None
    """None: it could not be made."""
    differences: Sequence[FieldChange] = ()
    seal: Seal | None = None
    remarks: list[Remark] = field(default_factory=list)

    @property
    def is_identical(self) -> bool:
        """Byte for byte, and nothing that it rests on is other than it was."""
        return self.made_again == self.stored and not any(each.code.is_flaw for each in self.remarks)
