"""`/api/v1/eligibility`: who is eligible once that is final, and what is missing while there is still time.

An enterprise sees the names of its own learners and the last four characters of their ID numbers, and each
time is recorded, whoever asks. Regulators see masked names.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.learners import (
    EligibilityItem,
    Learner,
    Told,
    eligibility_item,
    learner,
    told_to,
)
from app.api.pagination import MAX_LIMIT, Cursor, Listing, PageRequest
from app.api.parameters import ClassGroupPath, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.api.standings import Facts, RuleItem, rule_items
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Eligibility, Outlook
from app.db.session import ReadSession
from app.eligibility.answers import Position, Standing, enrollments
from app.eligibility.answers_final import final_class_group, running_class_group
from app.eligibility.answers_repository import EnrollmentFilter
from app.records.selection import Selection
from app.trail.service import record

router = APIRouter(prefix="/api/v1/eligibility", tags=["补贴资格 / Eligibility"], dependencies=[OnlyKnown])


class ProgressItem(Learner):
    """一名学员的进度。The progress of a learner."""

    facts: Facts = Field(title="指标 / Facts")
    rules: Sequence[RuleItem] = Field(title="规则判定 / Rules", description="目前的情况。As things stand.")
    outlook: Outlook | None = Field(title="预判 / Outlook")
    is_withdrawn: bool = Field(title="已退班 / Withdrawn", description="不再判定。Judged no more.")
    assessed_at: datetime = Field(title="评定时间 / Assessed at")


class EligibilityListing(Listing[EligibilityItem]):
    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    enterprise_uscc: str = Field(title="企业 / Enterprise")
    closed_at: datetime = Field(title="结班时间 / Closed at")
    counts: Mapping[Eligibility, int] = Field(title="按补贴资格计 / By eligibility")


class ProgressListing(Listing[ProgressItem]):
    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    enterprise_uscc: str = Field(title="企业 / Enterprise")


async def whole_class_group(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, title="每页条数 / Page size")] = MAX_LIMIT,
    cursor: Cursor = None,
) -> PageRequest:
    """Mostly one page: claims are made for whole class groups."""
    return PageRequest(limit, cursor)


WholeClassGroup = Annotated[PageRequest, Depends(whole_class_group)]


@router.get(
    "/class-groups/{platform}/{class_group_id}",
    summary="班级的补贴资格 / Eligibility of a class group",
    responses=documented(400, 404, 409),
)
async def eligibility(
    *,
    caller: Annotated[Caller, Allowed(Action.read_eligibility)],
    session: RepeatableUnit,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    page: WholeClassGroup,
) -> EligibilityListing:
    """Final: the class group is closed, and every record received for it has been judged. Before: 409.

    确定的结果：班级已结班，且已收到的记录全部评定。此前返回 409 `not_final`，`open` 列明尚缺什么。
    """
    key = ClassGroupKey(platform, class_group_id)
    answer = await final_class_group(session, Selection(*key).within(caller.reach))
    told = await told_to(session, shared.key_ring, caller, key)
    standings, next_cursor = await _standings(session, key, page)
    await record(session, caller, Action.read_eligibility, key._asdict(), number=len(standings))
    items = [eligibility_item(standing, told) for standing in standings]
    return EligibilityListing.model_validate({**answer._asdict(), "items": items, "next_cursor": next_cursor})


@router.get(
    "/class-groups/{platform}/{class_group_id}/progress",
    summary="班级的进度 / Progress of a class group",
    responses=documented(400, 404, 409),
)
async def progress(
    *,
    caller: Annotated[Caller, Allowed(Action.read_progress)],
    session: RepeatableUnit,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    page: WholeClassGroup,
) -> ProgressListing:
    """While the class group runs: what each learner has and what is missing. No eligibility yet.

    在班期间每名学员已有和所缺，以便及时补足；尚无补贴资格。结班后返回 409。
    """
    key = ClassGroupKey(platform, class_group_id)
    answer = await running_class_group(session, Selection(*key).within(caller.reach))
    told = await told_to(session, shared.key_ring, caller, key)
    standings, next_cursor = await _standings(session, key, page)
    await record(session, caller, Action.read_progress, key._asdict(), number=len(standings))
    items = [_progress_item(standing, told) for standing in standings]
    return ProgressListing.model_validate({**answer._asdict(), "items": items, "next_cursor": next_cursor})


async def _standings(
    session: ReadSession, key: ClassGroupKey, page: PageRequest
) -> tuple[Sequence[Standing], str | None]:
    cursor = page.after(str, str, str)
    after = None if cursor is None else Position._make(cursor)
    found = await enrollments(session, Selection(*key), EnrollmentFilter(), after=after, limit=page.limit + 1)
    return page.cut(found, key=lambda standing: standing.position)


def _progress_item(standing: Standing, told: Told) -> ProgressItem:
    return ProgressItem.model_validate(
        {
            **standing._asdict(),
            **learner(standing, told),
            "rules": rule_items(standing.rules),
            "is_withdrawn": standing.eligibility is Eligibility.withdrawn,
        }
    )
