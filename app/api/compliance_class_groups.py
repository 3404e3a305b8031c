"""`/api/v1/compliance/class-groups` and `/summary`: the same figures for many at once."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.data_quality_schemas import CompletenessItem
from app.api.deps import Allowed, Reading, RepeatableUnit, Snapshot
from app.api.exports import FILES, Delivered, columns_of
from app.api.pagination import Listing, Page
from app.api.parameters import ClassGroupPath, OnlyKnown, OutlookOfSomebody, PlatformPath, Selected
from app.api.problems import documented
from app.api.standings import (
    PLATFORM_NAME,
    Number,
    RuleItem,
    RulesInCells,
    Shown,
    rule_items,
    rules_in_cells,
)
from app.core import clock
from app.core.errors import Text
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Eligibility, Outlook
from app.db.session import ReadSession
from app.eligibility import marks
from app.eligibility.answers_class_groups import (
    ClassGroupAnswer,
    all_class_groups,
    class_group,
    class_groups,
    eligible_rate,
)
from app.eligibility.tallies_repository import Dimension, SummaryRow, outlooks, summary
from app.records.quality_completeness import completeness
from app.records.selection import Selection
from app.reports.cells import Cell
from app.reports.tables import Column, Row, Table

router = APIRouter(prefix="/api/v1/compliance", tags=["合规 / Compliance"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_compliance)]
Outlooks = Mapping[ClassGroupKey, Mapping[str, int]]
TITLE = Text("班级", "Class groups")


class RatesOfClassGroup(Shown):
    """未退班学员的分子之和 ÷ 分母之和。Of all who have not withdrawn: sum of parts ÷ sum of wholes."""

    attendance_rate: Number | None = Field(title="到课率 / Attendance rate")
    answer_accuracy: Number | None = Field(title="答题正确率 / Answer accuracy")
    exam_pass_rate: Number | None = Field(title="考核合格率 / Exam pass rate")
    verification_pass_rate: Number | None = Field(title="验证通过率 / Verification pass rate")
    completion_rate: Number | None = Field(title="完成率 / Completion rate")
    evaluation_rate: Number | None = Field(title="评价率 / Share that submitted an evaluation")
    eligible_rate: Number | None = Field(
        title="符合补贴资格的比例 / Share that is eligible",
        description="在班期间为 null。Null while the class group runs.",
    )


COUNTS = Field(
    title="按补贴资格计 / By eligibility",
    examples=[
        {"withdrawn": 0, "in_progress": 0, "ineligible": 2, "insufficient_evidence": 0, "eligible": 28}
    ],
)


class ClassGroupItem(Shown):
    """班级的评定情况。How a class group stands."""

    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    enterprise_uscc: str = Field(title="企业 / Enterprise")
    enterprise_name: str | None = Field(title="企业名称 / Name of the enterprise")
    district_code: str | None = Field(title="企业所属区划 / District of the enterprise")
    starts_on: date = Field(title="开班日 / Starts on")
    ends_on: date = Field(title="结束日 / Ends on")
    closed_at: datetime | None = Field(title="结班时间 / Closed at")
    planned_headcount: int = Field(title="计划人数 / Planned headcount")
    headcount: int = Field(
        title="实际人数 / Headcount",
        description="已评定的花名册条目数，含退班。Enrollments, withdrawn ones too.",
    )
    counts: Mapping[Eligibility, int] = COUNTS
    outlooks: Mapping[Outlook, int] | None = Field(
        title="按预判计 / By outlook",
        description="在班期间的未退班学员；结班后为 null。Of those who stay while it runs; null afterwards.",
        examples=[{"lost": 1, "at_risk": 3, "on_track": 26}],
    )
    rates: RatesOfClassGroup = Field(title="比率 / Rates")
    assessed_at: datetime | None = Field(
        title="评定时间 / Assessed at", description="null 表示尚未评定。Null: not assessed yet."
    )
    ledger_size: int | None = Field(title="账本条目数 / Ledger size")
    policy_version: str | None = Field(title="政策版本 / Policy version", examples=["2020-02-14"])
    facts: Mapping[str, bool | int | Number | str | None] = Field(
        title="班级指标 / Facts of the class group",
        description="其政策所要求的各项。Those that its policy asks for.",
        examples=[{"headcount": 24, "online_share": 0.4286}],
    )
    rules: Sequence[RuleItem] = Field(
        title="班级规则判定 / Rules on the class group",
        description="对班级及其项目、课程、课次、视频的判定；未通过或缺数据的 blocking 规则也列入学员的判定。"
        "On it and what belongs to it; blocking ones that fail or are missing reach its learners too.",
    )


class ClassGroupDetail(ClassGroupItem):
    """班级的评定情况及数据完整性。How a class group stands, and how complete its records are."""

    subsidy_fen: int | None = Field(
        title="补贴金额合计（分） / Subsidy in fen, together",
        description="在班期间、未规定金额或对平台为 null。Null while it runs, without amount, for platforms.",
        examples=[2448000],
    )
    completeness: CompletenessItem = Field(title="数据完整性 / Completeness")


class SummaryItem(Shown):
    """一组的合计。One group added up."""

    group: str | None = Field(
        title="组 / Group",
        description="null 表示未知，如企业信息尚未上报。Null: unknown, as long as no enterprise entry came.",
    )
    name: str | None = Field(title="名称 / Name")
    class_groups: int = Field(
        title="班级数 / Class groups",
        description="按规则汇总时为有人未通过的班级数。By rule: those in which it failed somebody.",
    )
    enrollments: int = Field(title="花名册条目数 / Enrollments")
    counts: Mapping[str, int] = Field(
        title="计数 / Counts",
        description="按补贴资格；按规则汇总时按判定。By eligibility; of a rule by outcome.",
        examples=[{"eligible": 28, "ineligible": 2}],
    )
    eligible_rate: Number | None = Field(
        title="符合补贴资格的比例 / Share that is eligible",
        description="尚有在班学员时为 null。Null while somebody is in progress.",
    )


@router.get(
    "/class-groups",
    summary="班级的评定情况 / How class groups stand",
    response_model=Listing[ClassGroupItem],
    responses={**FILES, **documented(400)},
)
async def list_class_groups(
    *,
    caller: Reader,
    session: RepeatableUnit,
    selection: Selected,
    closed: Annotated[
        bool | None,
        Query(title="是否结班 / Closed", description="true 已结班，false 在班。False: those that run."),
    ] = None,
    outlook: OutlookOfSomebody = None,
    page: Page,
    delivery: Delivered,
) -> Listing[ClassGroupItem] | StreamingResponse:
    """按平台、班级编号排列。By platform and class group."""
    visible = replace(selection, is_running=None if closed is None else not closed, outlook=outlook).within(
        caller.reach
    )
    if delivery.format is not None:
        return await delivery.file(_table(session, visible), name="class-groups")
    key = page.after(str, str)
    after = None if key is None else ClassGroupKey._make(key)
    found = await class_groups(session, visible, after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda answer: answer.key)
    counted = await outlooks(session, [row.key for row in rows if row.closed_at is None])
    items = [ClassGroupItem.model_validate(_told(row, counted)) for row in rows]
    return Listing(items=items, next_cursor=next_cursor)


@router.get(
    "/class-groups/{platform}/{class_group_id}", summary="一个班级 / A class group", responses=documented(404)
)
async def one_class_group(
    *, caller: Reader, session: Snapshot, platform: PlatformPath, class_group_id: ClassGroupPath
) -> ClassGroupDetail:
    """人数、资格计数、比率、数据完整性。Headcount, counts by eligibility, rates, completeness."""
    key = ClassGroupKey(platform, class_group_id)
    answer = await class_group(session, Selection(*key).within(caller.reach))
    told = {
        "subsidy_fen": await marks.subsidy_fen(session, key) if caller.reach.platform is None else None,
        "completeness": await completeness(session, key, clock.now()),
    }
    counted = await outlooks(session, [key])
    return ClassGroupDetail.model_validate({**_told(answer, counted), **told})


def _told(answer: ClassGroupAnswer, counted: Outlooks) -> dict[str, Any]:
    of_one = None if answer.closed_at is not None else counted.get(answer.key, {})
    return {
        **answer._asdict(),
        "rules": rule_items(answer.rules),
        "outlooks": None if of_one is None else {each: of_one.get(each, 0) for each in Outlook},
    }


@router.get("/summary", summary="汇总 / Summary", responses=documented(400))
async def summarise(
    *,
    caller: Reader,
    session: Reading,
    selection: Selected,
    group_by: Annotated[Dimension, Query(title="汇总维度 / Group by")],
    page: Page,
) -> Listing[SummaryItem]:
    """已评定的班级按维度合计。Class groups that have been assessed, added up by a dimension."""
    key = page.after(str)
    after = None if key is None else str(key[0])
    visible = selection.within(caller.reach)
    found = await summary(session, visible, group_by, after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda row: (row.group,))
    items = [_summary_item(row, is_rule=group_by is Dimension.rule) for row in rows]
    return Listing(items=items, next_cursor=next_cursor)


def _summary_item(row: SummaryRow, *, is_rule: bool) -> SummaryItem:
    rate = None if is_rule else eligible_rate(row.counts)
    return SummaryItem.model_validate({**row._asdict(), "group": row.group or None, "eligible_rate": rate})


COUNTED = {
    Eligibility.withdrawn: Text("退班人数", "Withdrawn"),
    Eligibility.in_progress: Text("在班人数", "In progress"),
    Eligibility.ineligible: Text("不符合人数", "Ineligible"),
    Eligibility.insufficient_evidence: Text("证据不足人数", "Insufficient evidence"),
    Eligibility.eligible: Text("符合人数", "Eligible"),
}
NOT_OWN = {"counts", "outlooks", "rates", "facts", "rules"}
OWN_COLUMNS = [name for name in ClassGroupItem.model_fields if name not in NOT_OWN]


def _table(session: ReadSession, selection: Selection) -> Table:
    async def pages() -> AsyncIterator[Sequence[Row]]:
        async for answers in all_class_groups(session, selection):
            yield [_cells(answer) for answer in answers]

    counts = [Column(each.value, COUNTED[each]) for each in Eligibility]
    rates = columns_of(RatesOfClassGroup, list(RatesOfClassGroup.model_fields))
    rules = columns_of(RulesInCells, list(RulesInCells.model_fields))
    return Table(TITLE, [*columns_of(ClassGroupItem, OWN_COLUMNS), *counts, *rates, *rules], pages())


def _cells(answer: ClassGroupAnswer) -> list[Cell]:
    values = answer._asdict()
    own = [values[name] for name in OWN_COLUMNS]
    return [*own, *answer.counts.values(), *answer.rates, *rules_in_cells(answer.rules)]
