"""`GET /api/v1/findings`: rules that failed or could not be judged, from raised to resolved."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, AwareDatetime, Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, RepeatableUnit
from app.api.exports import FILES, Delivered, columns_of
from app.api.pagination import Listing, Page
from app.api.parameters import LearnerFilter, OnlyKnown, RuleFilter, Selected
from app.api.problems import documented
from app.api.standings import Number, Shown
from app.core.errors import Text
from app.core.ids import FindingId
from app.core.vocabulary import CustodyRule, FindingState, Outcome, Severity, Subject
from app.db.session import ReadSession
from app.findings.schemas import FindingFilter, FindingView
from app.findings.service import count_findings, list_findings
from app.reports.cells import Cell
from app.reports.tables import Row, Table
from app.rules.engine import RuleOutcome

router = APIRouter(prefix="/api/v1", tags=["预警 / Findings"], dependencies=[OnlyKnown])
TITLE = Text("预警", "Findings")
PAGE_OF_AN_EXPORT = 500
YEARS = range(2000, 2200)


class FindingItem(Shown):
    """一条预警。A finding: a learner or class group and a rule, with what the rule observed."""

    finding_id: UUID = Field(title="预警编号 / Finding")
    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    learner_id: str | None = Field(
        title="学员 / Learner",
        description="null 表示班级本身的预警。Null: about the class group, or what belongs to it.",
    )
    subject: Subject = Field(title="对象 / Subject")
    enterprise_uscc: str | None = Field(title="企业 / Enterprise")
    programme: str | None = Field(title="补贴项目 / Programme")
    rule: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    outcome: Outcome = Field(title="判定 / Outcome")
    severity: Severity = Field(title="效力 / Severity")
    state: FindingState = Field(
        title="状态 / State",
        description="open 未消除，resolved 已消除，waived 已豁免。"
        "Resolved once the rule passes or no longer applies; waived by two officials.",
    )
    observed: bool | int | Number | str | None = Field(title="实际值 / Observed", examples=[0.75])
    threshold: bool | int | Number | str | None = Field(title="要求值 / Threshold", examples=[0.8])
    shortfall: int | Number | None = Field(title="差额 / Shortfall", examples=[1])
    clause: str = Field(title="依据条款 / Clause")
    raised_at: datetime = Field(title="提出时间 / Raised at")
    confirmed_at: datetime = Field(title="最近确认时间 / Confirmed at")
    resolved_at: datetime | None = Field(title="消除时间 / Resolved at")
    places: Sequence[str] = Field(
        title="位置 / Places", description="涉及的课次、课程或视频。The lessons, courses or videos concerned."
    )
    waived_at: datetime | None = Field(title="豁免时间 / Waived at")
    waiver_id: UUID | None = Field(title="豁免编号 / Waiver")
    waiver_reason: str | None = Field(title="豁免理由 / Why it was waived")


class FindingCount(Shown):
    rule: str = Field(title="规则 / Rule")
    outcome: Outcome = Field(title="判定 / Outcome")
    severity: Severity = Field(title="效力 / Severity")
    state: FindingState = Field(title="状态 / State")
    findings: int = Field(title="条数 / Findings")


class FindingListing(Listing[FindingItem]):
    counts: Sequence[FindingCount] | None = Field(
        title="计数 / Counts",
        description="筛选范围内的全部预警，仅首页给出。"
        "Of everything that is filtered; on the first page only.",
    )


def _of_our_time(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise ValueError("outside the years that anything is known of")
    return moment


async def finding_filter(
    *,
    selection: Selected,
    learner_id: LearnerFilter = None,
    state: Annotated[FindingState | None, Query(title="状态 / State")] = None,
    rule: RuleFilter = None,
    outcome: Annotated[Outcome | None, Query(title="判定 / Outcome")] = None,
    severity: Annotated[Severity | None, Query(title="效力 / Severity")] = None,
    subject: Annotated[Subject | None, Query(title="对象 / Subject")] = None,
    since: Annotated[
        Annotated[AwareDatetime, AfterValidator(_of_our_time)] | None,
        Query(
            title="提出时间起 / Raised since",
            description="带时区的 RFC 3339。With its offset.",
            examples=["2026-03-02T09:00:00+08:00"],
        ),
    ] = None,
) -> FindingFilter:
    return FindingFilter(
        class_groups=selection,
        learner_id=learner_id,
        rule=rule,
        outcome=outcome,
        severity=severity,
        subject=subject,
        state=state,
        since=since,
    )


@router.get(
    "/findings",
    summary="预警 / Findings",
    response_model=FindingListing,
    responses={**FILES, **documented(400)},
)
async def findings(
    *,
    caller: Annotated[Caller, Allowed(Action.read_findings)],
    session: RepeatableUnit,
    wanted: Annotated[FindingFilter, Depends(finding_filter)],
    page: Page,
    delivery: Delivered,
) -> FindingListing | StreamingResponse:
    """Newest first. A running class group raises only what can no longer be reached.

    最新的在前。在班期间只提出已无法达标的；结班后提出每一条未通过或缺数据的规则。
    """
    visible = replace(wanted, class_groups=wanted.class_groups.within(caller.reach))
    if delivery.format is not None:
        return await delivery.file(_table(session, visible), name="findings")
    key = page.after(UUID)
    before = None if key is None else FindingId(UUID(str(key[0])))
    found = await list_findings(session, visible, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda view: (view.finding_id,))
    counts = await count_findings(session, visible) if before is None else None
    return FindingListing.model_validate(
        {"items": [finding_item(view) for view in rows], "next_cursor": next_cursor, "counts": counts}
    )


def finding_item(view: FindingView) -> FindingItem:
    is_custodys = view.rule in list(CustodyRule)  # whose evidence is kept as it is shown
    told = view.evidence if is_custodys else RuleOutcome.from_stored(view.evidence).shown()
    figures = {name: told[name] for name in ("observed", "threshold", "shortfall", "clause", "places")}
    return FindingItem.model_validate({**view._asdict(), **figures})


def _table(session: ReadSession, wanted: FindingFilter) -> Table:
    async def pages() -> AsyncIterator[Sequence[Row]]:
        before: FindingId | None = None
        while page := await list_findings(session, wanted, before=before, limit=PAGE_OF_AN_EXPORT):
            yield [_cells(view) for view in page]
            before = page[-1].finding_id

    return Table(TITLE, columns_of(FindingItem, list(FindingItem.model_fields)), pages())


def _cells(view: FindingView) -> list[Cell]:
    item = dict(finding_item(view))
    ids = {name: None if item[name] is None else str(item[name]) for name in ("finding_id", "waiver_id")}
    return list({**item, **ids, "places": " ".join(view.evidence.get("places", ()))}.values())
