"""Values that assessments hand out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.errors import Text
from app.core.ids import ClassGroupKey


class WaitingClassGroup(NamedTuple):
    key: ClassGroupKey
    enrollments: int
    """How many its assessment will judge; not told exactly, but known before anything is locked."""


class NotYet(StrEnum):
    """Why a class group was left for a later round; its touches stay."""

    taken = "taken"
    """Another worker is at it."""
    unsequenced = "unsequenced"
    """A batch of it has no ledger index yet, and a decision names the index of each."""
    nothing_waits = "nothing_waits"


@dataclass(frozen=True, slots=True)
class AssessedClassGroup:
    key: ClassGroupKey
    enrollments: int
    """How many were judged this time."""
    decisions: int
    """How many final decisions are new or changed."""


class Pending(NamedTuple):
    """What receipts sent so far have not reached the answers yet (contract.md, Assessment)."""

    pending_enrollments: int
    oldest_pending_seconds: int
    ledger_size: int


class DecisionBasis(NamedTuple):
    """A final decision and what it names: everything it rests on."""

    decision_id: UUID
    decided_at: datetime
    run_id: UUID
    batch_ids: Sequence[UUID]
    ledger_size: int
    policy_hash: bytes
    program_version: str


class OpenPoint(StrEnum):
    """Why the eligibility of a class group is not final."""

    class_group_running = "class_group_running"
    records_waiting = "records_waiting"
    batches_unsequenced = "batches_unsequenced"
    not_assessed = "not_assessed"

    @property
    def text(self) -> Text:
        return _OPEN_POINTS[self]


_OPEN_POINTS = {
    OpenPoint.class_group_running: Text("班级尚未结班", "the class group is not closed"),
    OpenPoint.records_waiting: Text(
        "已收到的记录尚未全部评定", "records received for it are not assessed yet"
    ),
    OpenPoint.batches_unsequenced: Text("有批次尚未取得账本序号", "a batch of it has no ledger index yet"),
    OpenPoint.not_assessed: Text("结班后尚未评定", "it has not been assessed since it was closed"),
}
