"""`GET /api/v1/findings`: rules that failed or could not be judged, from raised to resolved."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, AwareDatetime

from app.accounts.authorisation import Action, Caller, permit
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.exports import FILES, Delivered, columns_of
from app.api.finding_schemas import AssignedCount, FindingCount, FindingItem, FindingListing, Telling
from app.api.pagination import Page
from app.api.parameters import LearnerFilter, OnlyKnown, RuleFilter, Selected
from app.api.problems import documented
from app.core.errors import Text
from app.core.ids import FindingId
from app.core.vocabulary import FindingState, Outcome, Severity, Subject
from app.db.session import ReadSession
from app.findings import work
from app.findings.schemas import Assigned, FindingFilter
from app.findings.service import count_findings, list_findings
from app.reports.cells import Cell
from app.reports.tables import Row, Table

router = APIRouter(prefix="/api/v1", tags=["预警 / Findings"], dependencies=[OnlyKnown])
TITLE = Text("预警", "Findings")
PAGE_OF_AN_EXPORT = 500
YEARS = range(2000, 2200)
EXPORTED = [name for name in FindingItem.model_fields if name not in {"title", "told", "proposal"}]


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
    assigned: Annotated[
        Assigned | None,
        Query(
            title="办理人 / Assigned",
            description="me 本人，nobody 未分配，somebody 已分配；仅监管人员与审计人员可用。"
            "For officials and auditors only.",
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
        assigned=assigned,
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
    shared: Shared,
) -> FindingListing | StreamingResponse:
    """Newest first. A running class group raises only what can no longer be reached.

    最新的在前。在班期间只提出已无法达标的；结班后提出每一条未通过或缺数据的规则。
    """
    visible = replace(wanted, class_groups=wanted.class_groups.within(caller.reach), me=caller.actor_id)
    if wanted.assigned is not None:
        permit(caller, Action.read_finding_work)
    telling = await Telling.open(session, shared.library, caller)
    if delivery.format is not None:
        return await delivery.file(_table(session, visible, telling), name="findings")
    key = page.after(UUID)
    before = None if key is None else FindingId(UUID(str(key[0])))
    found = await list_findings(session, visible, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda view: (view.finding_id,))
    listing = FindingListing(items=await telling.items(rows), next_cursor=next_cursor, counts=None)
    return listing if before is not None else await _counted(session, visible, listing, telling)


async def _counted(
    session: ReadSession, wanted: FindingFilter, listing: FindingListing, telling: Telling
) -> FindingListing:
    counts = await count_findings(session, wanted)
    told: dict[str, object] = {"counts": [FindingCount.model_validate(each) for each in counts]}
    if telling.with_work:
        held = await work.count_assigned(session, wanted)
        still_open = sum(each.findings for each in counts if each.state == FindingState.open)
        told["assigned"] = AssignedCount(
            me=held.me,
            somebody=held.somebody,
            nobody=sum(each.findings for each in counts) - held.somebody,
            nobody_open=still_open - held.somebody_open,
        )
    return listing.model_copy(update=told)


def _table(session: ReadSession, wanted: FindingFilter, telling: Telling) -> Table:
    async def pages() -> AsyncIterator[Sequence[Row]]:
        before: FindingId | None = None
        while page := await list_findings(session, wanted, before=before, limit=PAGE_OF_AN_EXPORT):
            yield [_cells(item) for item in await telling.items(page)]
            before = page[-1].finding_id

    return Table(TITLE, columns_of(FindingItem, EXPORTED), pages())


def _cells(item: FindingItem) -> list[Cell]:
    """Of a waiver all but who; of an assignee the name."""
    as_text = {
        "finding_id": str(item.finding_id),
        "waiver_id": None if item.waiver_id is None else str(item.waiver_id),
        "places": " ".join(item.places),
        "assignee": None if item.assignee is None else item.assignee.display_name,
    }
    return [as_text[name] if name in as_text else getattr(item, name) for name in EXPORTED]
