"""Findings as a work queue: filtered, counted, acted on in bulk; and one finding with its history."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.accounts.authorisation import TABLE, Action, Caller
from app.api.approvals import ACTS, WantedAct
from app.api.deps import Allowed, RepeatableUnit, Shared, Snapshot
from app.api.finding_schemas import (
    MOST_AT_ONCE,
    FindingDetail,
    FindingListing,
    Person,
    WantedAssignment,
    WantedComment,
)
from app.api.finding_words import RuleBook
from app.api.finding_work import assign_findings, comment_on_findings, one_finding
from app.api.findings import findings as list_findings
from app.api.form import form_items
from app.api.parameters import OnlyKnown
from app.api.visitors import Person as Visitor
from app.approvals import service as approvals
from app.core import clock
from app.core.errors import Invalid, Text
from app.core.vocabulary import CustodyRule, FindingState, Outcome, Severity, Subject
from app.db.session import ReadSession, transaction
from app.findings import work
from app.findings.schemas import WAIVING, Assigned
from app.people import csrf
from app.people.sessions import assert_fresh
from app.web.finding_words import ASSIGNED, EVENTS
from app.web.forms import Body
from app.web.pages import PageRoute, go, page

FINDINGS = "/findings"
router = APIRouter(prefix=FINDINGS, include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])
DAYS = (1, 7, 30, 90)
COLLEAGUE, NOBODY = "colleague", "nobody"


class WorkIncomplete(Invalid):
    code = "work_incomplete"

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"请勾选 1–{MOST_AT_ONCE} 条预警；备注和豁免须写明内容。什么也没有改变。",
                f"Tick 1 to {MOST_AT_ONCE} findings; a comment and a waiver need words. Nothing has changed.",
            )
        )


@router.get("")
async def findings(
    request: Request,
    found: Annotated[FindingListing | Response, Depends(list_findings)],
    caller: Annotated[Caller, Allowed(Action.read_findings)],
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    if isinstance(found, Response):
        return found
    titles = RuleBook.of(await shared.library.in_force(session)).titles()
    choices: dict[str, Any] = {
        "titles": titles,
        "title_of": dict(titles),
        "severities": list(Severity),
        "outcomes": [Outcome.failed, Outcome.missing],
        "states": list(FindingState),
        "subjects": list(Subject),
        "assigned": [(each.value, ASSIGNED[each]) for each in Assigned],
        "since": list(_since()),
    }
    return page(
        request,
        "findings",
        found=found,
        colleagues=await _colleagues(session, caller),
        sees_work=work.may_read_work(caller),
        **choices,
    )


@router.get("/{finding_id}")
async def finding(
    request: Request,
    found: Annotated[FindingDetail, Depends(one_finding)],
    caller: Annotated[Caller, Allowed(Action.read_findings)],
    session: Snapshot,
) -> Response:
    colleagues = await _colleagues(session, caller)
    return page(
        request,
        "finding",
        found=found,
        colleagues=colleagues,
        sees_work=work.may_read_work(caller),
        events=EVENTS,
        waivable=found.state is FindingState.open and found.rule not in list(CustodyRule),
    )


@router.post("/assignments")
async def assign(
    request: Request, caller: Annotated[Caller, Allowed(Action.assign_finding)], shared: Shared
) -> Response:
    """To oneself, to a colleague, or to nobody, by the button that was pressed."""
    ids, said = await _ticked(request)
    to = {COLLEAGUE: said.get("colleague", ""), NOBODY: None}.get(said.get("to", ""), caller.actor_id)
    await assign_findings(caller, _body(WantedAssignment, finding_ids=ids, assignee_id=to), shared)
    return _back(said)


@router.post("/comments")
async def comment(
    request: Request, caller: Annotated[Caller, Allowed(Action.comment_finding)], shared: Shared
) -> Response:
    ids, said = await _ticked(request)
    wanted = _body(WantedComment, finding_ids=ids, text=said.get("text", ""))
    await comment_on_findings(caller, wanted, shared)
    return _back(said)


@router.post("/waivers")
async def propose_waivers(
    request: Request, caller: Annotated[Caller, Allowed(Action.propose_act)], person: Visitor, shared: Shared
) -> Response:
    """One proposal for each, all of them or none; another official decides on each."""
    assert_fresh(shared.settings, person, clock.now())
    ids, said = await _ticked(request)
    some = _body(WantedAssignment, finding_ids=ids, assignee_id=None).finding_ids
    async with transaction(shared.database) as session:
        for each in dict.fromkeys(some):
            arguments = {"finding_id": str(each)}
            wanted = _body(WantedAct, act=WAIVING, arguments=arguments, reason=said.get("reason", ""))
            await approvals.propose(session, ACTS, caller, wanted.act, wanted.arguments, reason=wanted.reason)
    return _back(said)


async def _ticked(request: Request) -> tuple[list[str], dict[str, str]]:
    """The findings that are meant, and what else the form says."""
    items = await form_items(request)
    ids = [value for name, value in items if name == "finding_id"]
    return ids, dict(items)


def _body(model: type[Body], **said: object) -> Body:
    try:
        return model(**said)
    except ValidationError:
        raise WorkIncomplete from None


def _back(said: dict[str, str]) -> Response:
    return go(csrf.path_within(said.get("back", FINDINGS), FINDINGS))


async def _colleagues(session: ReadSession, caller: Caller) -> Sequence[Person]:
    """Nobody, for who assigns nothing."""
    if caller.role not in TABLE[Action.assign_finding]:
        return []
    return [Person.model_validate(each) for each in await work.assignable(session, caller)]


def _since() -> Iterator[tuple[str, Text]]:
    """Moments that stay the same for a day, so that an address means what it did."""
    for days in DAYS:
        day = (clock.today() - timedelta(days=days)).isoformat()
        yield f"{day}T00:00:00+08:00", Text(f"近 {days} 天", f"last {days} day{'s' * (days > 1)}")
