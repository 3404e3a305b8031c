"""Findings as a work queue: filtered, counted, acted on in bulk; and one finding with its history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ValidationError

from app.accounts.authorisation import TABLE, Action, Caller
from app.api.approvals import ACTS, MOST_OF_A_REASON, Reason
from app.api.deps import Allowed, RepeatableUnit, Resources, Shared, Snapshot
from app.api.finding_schemas import (
    MOST_AT_ONCE,
    FindingDetail,
    FindingListing,
    Ids,
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
from app.core.ids import ClassGroupId, PlatformCode
from app.core.vocabulary import CustodyRule, FindingState, Outcome, Severity, Subject
from app.db.session import ReadSession, transaction
from app.eligibility.answers_class_groups import class_groups
from app.findings import work
from app.findings.schemas import WAIVING, Assigned
from app.people import csrf
from app.people.schemas import Known
from app.people.sessions import assert_fresh, fresh_until
from app.records.selection import Selection
from app.web.finding_words import ASSIGNED, DONE, EVENTS, Deed, done_words
from app.web.forms import Body
from app.web.pages import PageRoute, go, page

FINDINGS = "/findings"
router = APIRouter(prefix=FINDINGS, include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])
DAYS = (1, 7, 30, 90)
Done = Annotated[str | None, Query(pattern=DONE)]
"""What was done just now, and to how many."""
ME, COLLEAGUE, NOBODY = "me", "colleague", "nobody"
LACKING: Mapping[str, Text] = {
    "finding_ids": Text(f"请勾选 1–{MOST_AT_ONCE} 条预警", f"Tick 1 to {MOST_AT_ONCE} findings"),
    "text": Text("请写明备注内容（1–1000 字）", "Write the comment, 1 to 1000 characters"),
    "reason": Text(
        f"请写明豁免理由（1–{MOST_OF_A_REASON} 字）",
        f"Say why, in 1 to {MOST_OF_A_REASON} characters: a waiver needs a reason",
    ),
    "assignee_id": Text("请选择同事", "Choose a colleague"),
}


class WorkIncomplete(Invalid):
    code = "work_incomplete"

    def __init__(self, *missing: str) -> None:
        """By the fields of the form."""
        said = [LACKING[each] for each in missing if each in LACKING]
        zh, en = "；".join(each.zh for each in said), "; ".join(each.en for each in said)
        super().__init__(Text(f"{zh}。什么也没有改变。", f"{en}. Nothing has changed."))


class WaiverForm(BaseModel):
    """Each finding is proposed by itself, for one reason."""

    finding_ids: Ids
    reason: Reason


@router.get("")
async def findings(
    *,
    request: Request,
    found: Annotated[FindingListing | Response, Depends(list_findings)],
    caller: Annotated[Caller, Allowed(Action.read_findings)],
    person: Visitor,
    session: RepeatableUnit,
    shared: Shared,
    done: Done = None,
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
        done=done_words(done),
        fresh_until=_fresh_until(shared, person),
        **choices,
    )


@router.get("/{finding_id}")
async def finding(
    *,
    request: Request,
    found: Annotated[FindingDetail, Depends(one_finding)],
    caller: Annotated[Caller, Allowed(Action.read_findings)],
    person: Visitor,
    session: Snapshot,
    shared: Shared,
    done: Done = None,
) -> Response:
    colleagues = await _colleagues(session, caller)
    key = PlatformCode(found.platform), ClassGroupId(found.class_group_id)
    groups = await class_groups(session, Selection(*key).within(caller.reach), limit=1)
    return page(
        request,
        "finding",
        is_closed=any(group.closed_at is not None for group in groups),
        found=found,
        colleagues=colleagues,
        sees_work=work.may_read_work(caller),
        done=done_words(done),
        events=EVENTS,
        fresh_until=_fresh_until(shared, person),
        waivable=found.state is FindingState.open and found.rule not in list(CustodyRule),
    )


@router.post("/assignments")
async def assign(
    request: Request, caller: Annotated[Caller, Allowed(Action.assign_finding)], shared: Shared
) -> Response:
    """To oneself, to a colleague, or to nobody, by the button that was pressed."""
    ids, said = await _ticked(request)
    whom = said.get("to", ME)
    to = {COLLEAGUE: said.get("colleague", ""), NOBODY: None}.get(whom, caller.actor_id)
    worked = await assign_findings(caller, body_of(WantedAssignment, finding_ids=ids, assignee_id=to), shared)
    who = Deed.mine if to == caller.actor_id else Deed.assigned
    deed = Deed.unassigned if to is None else who
    return _back(said, deed, len(worked.finding_ids))


@router.post("/comments")
async def comment(
    request: Request, caller: Annotated[Caller, Allowed(Action.comment_finding)], shared: Shared
) -> Response:
    ids, said = await _ticked(request)
    wanted = body_of(WantedComment, finding_ids=ids, text=said.get("text", ""))
    worked = await comment_on_findings(caller, wanted, shared)
    return _back(said, Deed.commented, len(worked.finding_ids))


@router.post("/waivers")
async def propose_waivers(
    request: Request, caller: Annotated[Caller, Allowed(Action.propose_act)], person: Visitor, shared: Shared
) -> Response:
    """One proposal for each, all of them or none; another official decides on each.

    Those that one waits for already are passed over, unless nothing else is ticked.
    """
    assert_fresh(shared.settings, person, clock.now())
    ids, said = await _ticked(request)
    wanted = body_of(WaiverForm, finding_ids=ids, reason=said.get("reason", ""))
    some = list(dict.fromkeys(wanted.finding_ids))
    async with transaction(shared.database) as session:
        waiting = await work.waits(session, some)
        new = [each for each in some if each not in waiting] or some
        for each in sorted(new):  # of two at once neither holds what the other waits for
            arguments = {"finding_id": str(each)}
            await approvals.propose(session, ACTS, caller, WAIVING, arguments, reason=wanted.reason)
    return _back(said, Deed.proposed, len(new), len(some) - len(new))


async def _ticked(request: Request) -> tuple[list[str], dict[str, str]]:
    """The findings that are meant, and what else the form says."""
    items = await form_items(request)
    ids = [value for name, value in items if name == "finding_id"]
    return ids, dict(items)


def body_of(model: type[Body], **said: object) -> Body:
    try:
        return model(**said)
    except ValidationError as fault:
        raise WorkIncomplete(*dict.fromkeys(str(each["loc"][0]) for each in fault.errors())) from None


def _back(said: dict[str, str], deed: Deed, number: int, passed_over: int = 0) -> Response:
    """To the page with the form, which says what was done."""
    done = f"{deed}.{number}" + (f".{passed_over}" if passed_over else "")
    came_from = urlsplit(csrf.path_within(said.get("back", FINDINGS), FINDINGS))
    kept = [(name, value) for name, value in parse_qsl(came_from.query) if name != "done"]
    return go(f"{came_from.path}?{urlencode([*kept, ('done', done)])}")


def _fresh_until(shared: Resources, person: Known) -> datetime | None:
    """Asked for after the form was filled in, a proof would cost what was ticked and written; None: first."""
    until = fresh_until(shared.settings, person)
    return until if until > clock.now() else None


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
