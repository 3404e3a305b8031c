"""What passes in and out of this room."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.approvals.schemas import ProposalView
from app.core.ids import ActorId, ClassGroupId, FindingId, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import FindingState, Outcome, Severity, Subject
from app.records.selection import Selection

OF_NOBODY = LearnerId("")
"""The learner id of a finding on the class group itself, or on what belongs to it."""


WAIVING, ENDING = "finding:waive", "waiver:end"
"""Acts of two persons (eligibility/waiver_acts.py)."""


class Raised(NamedTuple):
    """One thing found about one learner of a class group, or about none."""

    learner_id: str
    rule: str
    outcome: str
    severity: str
    evidence: str
    """JSON: observed value, threshold, shortfall and clause, as the rule stated them."""
    subject: str = Subject.enrollment


class Assigned(StrEnum):
    """Who takes care of a finding."""

    me = "me"
    nobody = "nobody"
    somebody = "somebody"


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings are asked for; what is not set does not narrow."""

    class_groups: Selection = field(default_factory=Selection)
    learner_id: LearnerId | None = None
    subject: Subject | None = None
    rule: str | None = None
    outcome: Outcome | None = None
    severity: Severity | None = None
    state: FindingState | None = None
    since: datetime | None = None
    """Raised at this moment or later."""
    assigned: Assigned | None = None
    me: ActorId | None = None
    """Who asks."""


class FindingView(NamedTuple):
    """A finding with the enterprise and programme of its class group; closed sets as the bare text stored."""

    finding_id: FindingId
    platform: PlatformCode
    platform_name: str | None
    class_group_id: ClassGroupId
    class_group_name: str | None
    learner_id: LearnerId | None
    """None: it is about the class group itself, or what belongs to it."""
    subject: str
    enterprise_uscc: Uscc | None
    programme: str | None
    rule: str
    outcome: str
    severity: str
    state: str
    evidence: Any
    raised_at: datetime
    confirmed_at: datetime
    resolved_at: datetime | None
    waived_at: datetime | None
    waiver_id: UUID | None
    waiver_reason: str | None = None


class FindingCount(NamedTuple):
    rule: str
    outcome: str
    severity: str
    state: str
    findings: int


class Work(NamedTuple):
    """What officials have done about a finding so far."""

    assignee_id: ActorId | None = None
    comments: int = 0
    proposal: ProposalView | None = None
    """To waive it, or to end its waiver: what waits for a second person."""


class AssignedCounts(NamedTuple):
    me: int
    somebody: int
    """With oneself."""
    somebody_open: int
    """Of these, those that are open."""


class EventKind(StrEnum):
    raised = "raised"
    confirmed = "confirmed"
    resolved = "resolved"
    assigned = "assigned"
    unassigned = "unassigned"
    commented = "commented"
    waiver_proposed = "waiver_proposed"
    waiver_rejected = "waiver_rejected"
    waiver_expired = "waiver_expired"
    waived = "waived"
    ending_proposed = "ending_proposed"
    ending_rejected = "ending_rejected"
    ending_expired = "ending_expired"
    waiver_ended = "waiver_ended"


class Event(NamedTuple):
    """Something that happened to a finding. `by` None: the platform itself, or nobody that is told."""

    at: datetime
    kind: EventKind
    by: ActorId | None = None
    to: ActorId | None = None
    text: str | None = None
    """A comment, or the reason of a proposal or of a decision on one."""
