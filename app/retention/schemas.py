"""What passes in and out of this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupKey
from app.rules.retention import KeepingTerm, Kept, Kind


class About(StrEnum):
    """What a hold is about; everything that belongs to it is held."""

    class_group = "class_group"
    enrollment = "enrollment"
    platform = "platform"
    enterprise = "enterprise"


@dataclass(frozen=True, slots=True)
class HoldSubject:
    """Named by what `about` needs, and by nothing else."""

    about: About
    platform: str | None = None
    class_group_id: str | None = None
    learner_id: str | None = None
    uscc: str | None = None

    @property
    def is_named_whole(self) -> bool:
        needed = {
            About.class_group: ("platform", "class_group_id"),
            About.enrollment: ("platform", "class_group_id", "learner_id"),
            About.platform: ("platform",),
            About.enterprise: ("uscc",),
        }[self.about]
        names = ("platform", "class_group_id", "learner_id", "uscc")
        return all((getattr(self, name) is not None) == (name in needed) for name in names)


class Hold(NamedTuple):
    hold_id: UUID
    about: About
    platform: str | None
    class_group_id: str | None
    learner_id: str | None
    uscc: str | None
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_at: datetime | None
    """None: it stands."""
    proposal_id: UUID | None
    """Of lifting it."""
    platform_name: str | None = None
    class_group_name: str | None = None


class PolicyTerm(NamedTuple):
    """A term, and the version of a policy that sets it."""

    policy_id: str
    version: str
    content_hash: bytes
    term: KeepingTerm


class ObjectClock(NamedTuple):
    """Things of one kind."""

    kind: Kind
    number: int
    since: date | None
    """The day from which its terms run; None: they have not begun."""
    kept: Kept


class KeptFor(NamedTuple):
    """Another class group, kept for it too."""

    key: ClassGroupKey
    until: date | None
    name: str | None = None


class Disposed(NamedTuple):
    disposal_id: UUID
    platform: str
    class_group_id: str
    proposal_id: UUID
    disposed_at: datetime
    document_hash: bytes
    ledger_index: int | None
    """None: not yet."""


@dataclass(frozen=True, slots=True)
class ClassGroupClock:
    """`until`: the last day on which anything of it must be kept; None: without end."""

    key: ClassGroupKey
    closed_on: date | None
    until: date | None
    is_due: bool
    disposals: Sequence[Disposed]
    platform_name: str | None = None
    name: str | None = None
    is_held: bool = False
    """By a hold on it or on a neighbour, one elsewhere too."""
    terms: Sequence[PolicyTerm] = ()
    objects: Sequence[ObjectClock] = ()
    kept_for: Sequence[KeptFor] = ()
    """Neighbours that the caller may see."""
    kept_for_elsewhere: int = 0
    """How many others there are."""
    holds: Sequence[Hold] = ()
    """Those that stand on it or on a neighbour that is shown."""


class Due(NamedTuple):
    key: ClassGroupKey
    platform_name: str | None
    name: str | None
    closed_on: date
    until: date
    is_held: bool


class DisposedThings(NamedTuple):
    """Everything that was disposed of, for whoever looks for it in vain."""

    class_groups: Mapping[ClassGroupKey, datetime]
    """When each was disposed of last: what was received later is there."""
    batches: frozenset[UUID]
    """Whose archives are gone; a batch of several class groups once all of them are disposed of."""
    runs: frozenset[UUID]
    decisions: frozenset[UUID]
    reports: frozenset[UUID]
