"""`/api/v1/eligibility`: the class groups that an enterprise follows, and the sheets of its learners."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.decision_sheet import EnrollmentDetail, enrollment_detail
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.language import Language
from app.api.pagination import Listing, Page
from app.api.parameters import (
    ClassGroupPath,
    LearnerPath,
    OnlyKnown,
    OutlookOfSomebody,
    PlatformPath,
    Selected,
)
from app.api.problems import documented
from app.api.standings import PLATFORM_NAME, Shown
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Eligibility, Outlook
from app.eligibility.answers_final import FollowedClassGroup, followed_class_groups, told_class_group
from app.eligibility.judged import judged_enrollment
from app.eligibility.schemas import OpenPoint
from app.records.selection import Selection
from app.trail.service import record

router = APIRouter(prefix="/api/v1/eligibility", tags=["补贴资格 / Eligibility"], dependencies=[OnlyKnown])


class FollowedItem(Shown):
    """班级自开班至申领的情况。A class group from its first day to its claim."""

    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    enterprise_uscc: str = Field(title="企业 / Enterprise")
    enterprise_name: str | None = Field(title="企业名称 / Name of the enterprise")
    starts_on: date = Field(title="开班日 / Starts on")
    ends_on: date = Field(title="结束日 / Ends on")
    closed_at: datetime | None = Field(title="结班时间 / Closed at")
    headcount: int = Field(title="实际人数 / Headcount")
    counts: Mapping[Eligibility, int] = Field(
        title="按补贴资格计 / By eligibility",
        description="仅在确定之后；此前为空。Once it is final; empty before.",
        examples=[{"ineligible": 2, "eligible": 28}],
    )
    outlooks: Mapping[Outlook, int] = Field(
        title="按预判计 / By outlook",
        description="在班期间。While it runs.",
        examples=[{"lost": 0, "at_risk": 3, "on_track": 27}],
    )
    open: Sequence[OpenPoint] = Field(
        title="尚未确定的原因 / Why it is not final", description="空表示已确定。Empty: it is final."
    )
    assessed_at: datetime | None = Field(title="评定时间 / Assessed at")
    policy_version: str | None = Field(title="政策版本 / Policy version", examples=["2020-02-14"])


@router.get("/class-groups", summary="班级进展 / How class groups come along", responses=documented(400))
async def followed(
    *,
    caller: Annotated[Caller, Allowed(Action.read_progress, Audited.nothing)],
    session: RepeatableUnit,
    selection: Selected,
    is_running: Annotated[
        bool | None, Query(title="在班 / Running", description="false 为已结班。False: closed ones.")
    ] = None,
    outlook: OutlookOfSomebody = None,
    page: Page,
) -> Listing[FollowedItem]:
    """Who is at risk while it runs, and eligibility once it is final. It tells of nobody by name.

    在班期间的预判人数；资格确定之后按补贴资格计数。不含个人信息。
    """
    key = page.after(str, str)
    after = None if key is None else ClassGroupKey._make(key)
    visible = replace(selection.within(caller.reach), is_running=is_running, outlook=outlook)
    found = await followed_class_groups(session, visible, after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda each: each.answer.key)
    return Listing(items=[followed_item(each) for each in rows], next_cursor=next_cursor)


def followed_item(each: FollowedClassGroup) -> FollowedItem:
    told = {**each.answer._asdict(), "outlooks": each.outlooks, "open": each.open}
    return FollowedItem.model_validate(told if not each.open else told | {"counts": {}})


@router.get(
    "/class-groups/{platform}/{class_group_id}/learners/{learner_id}",
    summary="一名学员的判定单 / The decision sheet of a learner",
    responses=documented(404, 409),
)
async def followed_learner(
    *,
    caller: Annotated[Caller, Allowed(Action.read_eligibility)],
    session: RepeatableUnit,
    shared: Shared,
    language: Language,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    learner_id: LearnerPath,
) -> EnrollmentDetail:
    """While the class group runs: what is missing and how to mend it. Then once eligibility is final.

    在班期间：已有什么、还差什么、如何补足；结班后在资格确定之前返回 409 `not_final`。企业可见本企业学员全名。
    """
    key = ClassGroupKey(platform, class_group_id)
    visible = Selection(*key).within(caller.reach)
    await told_class_group(session, visible)
    judged = await judged_enrollment(session, shared.library, visible, learner_id, reach=caller.reach)
    subject = {**key._asdict(), "learner_id": learner_id}
    await record(session, caller, Action.read_eligibility, subject, number=1)
    return enrollment_detail(judged, language, caller.fields, with_subsidy=True)
