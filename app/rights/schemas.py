"""Values of the rights: purposes of a reveal, accesses, requests and their answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupId, LearnerId, PlatformCode
from app.core.vocabulary import Feed
from app.privacy.fields import PersonalKind


class RevealPurpose(StrEnum):
    """Why somebody must see personal data in clear; nothing else is a purpose."""

    complaint = "complaint"  # 投诉举报
    verification = "verification"  # 核实身份或资格
    inspection = "inspection"  # 监督检查
    payment = "payment"  # 资金拨付核对
    rights_request = "rights_request"  # 个人行使权利的请求


class EnrollmentKey(NamedTuple):
    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId


class Why(NamedTuple):
    """`case_reference`: that of a file kept elsewhere."""

    purpose: RevealPurpose
    reason: str
    case_reference: str | None


class Revealed(NamedTuple):
    """`entry_id`: of the trail's entry, which the person concerned is shown."""

    entry_id: UUID
    values: dict[PersonalKind, str | None]


class Access(NamedTuple):
    """Who, by role and organisation alone: which officer it was, the auditor can find out."""

    entry_id: UUID
    occurred_at: datetime
    role: str | None
    organisation: str | None
    action: str
    platform: str | None
    platform_name: str | None
    class_group_id: str | None
    class_group_name: str | None
    purpose_code: str | None
    purpose: str | None


class RequestKind(StrEnum):
    correction = "correction"
    objection = "objection"


class Addressee(StrEnum):
    """Who answers: whoever holds what the request is about."""

    platform = "platform"
    enterprise = "enterprise"
    regulator = "regulator"


class RequestState(StrEnum):
    submitted = "submitted"
    accepted = "accepted"
    declined = "declined"
    withdrawn = "withdrawn"


class About(NamedTuple):
    """A record and perhaps a field of it, or a decision or a finding on the enrollment."""

    feed: Feed | None = None
    record_key: Mapping[str, str] | None = None
    field: str | None = None
    decision_id: UUID | None = None
    finding_id: UUID | None = None


class Content(NamedTuple):
    """The person's own words."""

    statement: str
    right_value: str | None = None


class Request(NamedTuple):
    """As it stands. `content` is told to the person itself and to the party addressed."""

    request_id: UUID
    kind: RequestKind
    addressee: Addressee
    key: EnrollmentKey
    about: About
    submitted_at: datetime
    due_on: date
    state: RequestState
    reason: str | None
    """Of the answer."""
    answered_by_role: str | None
    answered_at: datetime | None
    person_key: bytes
    content_sealed: bytes
    platform_name: str | None
    class_group_name: str | None
    content: Content | None = None

    def is_overdue(self, today: date) -> bool:
        return self.state is RequestState.submitted and today > self.due_on


class Waiting(NamedTuple):
    """The first that is due comes first."""

    number: int
    """Of all, however few are here."""
    requests: Sequence[Request]
