"""Values of the rights: purposes of a reveal, accesses as the person concerned is told of them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupId, LearnerId, PlatformCode
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
    class_group_id: str | None
    purpose_code: str | None
    purpose: str | None
