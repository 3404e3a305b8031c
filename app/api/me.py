"""`/api/v1/me`: what is known of the person who asks."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.decision_sheet import EnrollmentDetail, enrollment_detail
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.finding_schemas import FindingItem, finding_item
from app.api.language import Language
from app.api.pagination import Listing, Page
from app.api.parameters import ClassGroupPath, LearnerPath, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.api.standings import EnrollmentItem, enrollment_item
from app.core.ids import ClassGroupKey
from app.db.session import ReadSession
from app.eligibility.answers import Position, Standing, enrollments
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.errors import EnrollmentNotFound
from app.eligibility.judged import judged_enrollment
from app.findings.schemas import FindingFilter
from app.findings.service import list_findings
from app.records.selection import Selection
from app.trail.service import record

router = APIRouter(prefix="/api/v1/me", tags=["本人 / Oneself"], dependencies=[OnlyKnown])
MOST_FINDINGS = 200
"""Of one enrollment: one is open for a rule at a time, those before it are resolved."""


class OwnEnrollment(EnrollmentItem):
    """本人的一个花名册条目。An enrollment of one's own."""

    findings: Sequence[FindingItem] = Field(title="预警 / Findings", description="最新的在前。Newest first.")


@router.get("/enrollments", summary="本人的培训 / One's own enrollments")
async def own_enrollments(
    *,
    caller: Annotated[Caller, Allowed(Action.read_own_record)],
    session: RepeatableUnit,
    page: Page,
) -> Listing[OwnEnrollment]:
    """On every platform, with the figures, rules and findings about oneself. The name is one's own in full.

    本人在各平台的全部花名册条目：指标、规则判定和预警；姓名不脱敏。每次查询记入审计日志。
    """
    person_key = caller.reach.person_key
    assert person_key is not None  # noqa: S101 (the action is for learners, who are bound to one)
    await record(session, caller, Action.read_own_record, {"person_key": person_key.hex()}, number=1)
    key = page.after(str, str, str)
    after = None if key is None else Position._make(key)
    wanted = EnrollmentFilter(person_key=person_key)
    found = await enrollments(session, Selection(), wanted, after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda standing: standing.position)
    items = [await _own_enrollment(session, caller, standing) for standing in rows]
    return Listing(items=items, next_cursor=next_cursor)


@router.get(
    "/enrollments/{platform}/{class_group_id}/{learner_id}",
    summary="本人的判定单 / One's own decision sheet",
    responses=documented(404),
)
async def own_enrollment(
    *,
    caller: Annotated[Caller, Allowed(Action.read_own_record)],
    session: RepeatableUnit,
    shared: Shared,
    language: Language,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    learner_id: LearnerPath,
) -> EnrollmentDetail:
    """What counted, what did not and why, and the shortest way to pass. Money goes to the enterprise.

    本人的判定单：计入了什么，未计入什么及原因，达标途径。补贴由企业申领，不在此列。
    """
    selection = Selection(*ClassGroupKey(platform, class_group_id))
    own = EnrollmentFilter(person_key=caller.reach.person_key, learner_id=learner_id)
    if caller.reach.person_key is None or not await enrollments(session, selection, own, limit=1):
        raise EnrollmentNotFound
    judged = await judged_enrollment(session, shared.library, selection, learner_id, reach=caller.reach)
    subject = {"platform": platform, "class_group_id": class_group_id, "learner_id": learner_id}
    await record(session, caller, Action.read_own_record, subject, number=1)
    return enrollment_detail(judged, language, caller.fields, with_subsidy=False)


async def _own_enrollment(session: ReadSession, caller: Caller, standing: Standing) -> OwnEnrollment:
    class_group = Selection(*ClassGroupKey(standing.platform, standing.class_group_id))
    about = FindingFilter(class_groups=class_group, learner_id=standing.learner_id)
    findings = [finding_item(view) for view in await list_findings(session, about, limit=MOST_FINDINGS)]
    item = enrollment_item(standing, caller.fields)
    return OwnEnrollment(**dict(item), findings=findings)
