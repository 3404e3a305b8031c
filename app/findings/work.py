"""Work on findings: officials take care of them and say what they know. Changes no finding, and no figure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.accounts.authorisation import TABLE, Action, Caller
from app.approvals import answers as approvals
from app.approvals.schemas import ProposalState, ProposalView
from app.core.ids import ActorId, new_uuid
from app.db.session import ReadSession, WriteSession
from app.findings import repository, work_repository
from app.findings.errors import AssigneeUnsuitable, FindingUnknown, PersonalDataInComment
from app.findings.schemas import (
    ENDING,
    WAIVING,
    AssignedCounts,
    Event,
    EventKind,
    FindingFilter,
    FindingView,
    Work,
)
from app.findings.work_repository import Concerned
from app.people import directory
from app.people.directory import Colleague
from app.privacy.redaction import redact_text
from app.records.selection import Selection
from app.trail.schemas import Kind
from app.trail.service import record

EVERYWHERE = Selection()
_WAIVER = {
    ProposalState.rejected: EventKind.waiver_rejected,
    ProposalState.expired: EventKind.waiver_expired,
    ProposalState.carried_out: EventKind.waived,
}
_END = {
    ProposalState.rejected: EventKind.ending_rejected,
    ProposalState.expired: EventKind.ending_expired,
    ProposalState.carried_out: EventKind.waiver_ended,
}


def may_read_work(caller: Caller) -> bool:
    """Assignees, comments and who did what are for officials and auditors; platforms see findings alone."""
    is_in_scope = caller.scopes is None or Action.read_finding_work in caller.scopes
    return caller.role in TABLE[Action.read_finding_work] and is_in_scope


async def assign(
    session: WriteSession,
    caller: Caller,
    finding_ids: Collection[UUID],
    assignee_id: ActorId | None,
    at: datetime,
) -> Sequence[UUID]:
    """All of them or none; None: nobody takes care of them any more. One entry of the trail for each.

    Who has one already is not written down again. Raises `FindingUnknown`, `AssigneeUnsuitable`.
    """
    assignee = None if assignee_id is None else await _in_office(session, assignee_id)
    found = await _concerned(session, caller, finding_ids)
    if assignee is not None and not all(assignee.covers(each.district) for each in found):
        raise AssigneeUnsuitable
    before = await work_repository.assignees(session, finding_ids)
    rows = [
        {
            "assignment_id": new_uuid(at),
            **each.key,
            "assignee_id": assignee_id,
            "assigned_by": caller.actor_id,
            "assigned_at": at,
        }
        for each in found
        if before.get(each.finding_id) != assignee_id
    ]
    if rows:
        await work_repository.add_assignments(session, rows)
    told = {} if assignee_id is None else {"assignee_id": str(assignee_id)}
    await _record(session, caller, Action.assign_finding, found, told)
    return [each.finding_id for each in found]


async def comment(
    session: WriteSession, caller: Caller, finding_ids: Collection[UUID], text: str, at: datetime
) -> Sequence[UUID]:
    """The same words on each. Raises `FindingUnknown`, `PersonalDataInComment`."""
    if redact_text(text) != text:
        raise PersonalDataInComment
    found = await _concerned(session, caller, finding_ids)
    rows = [
        {
            "comment_id": new_uuid(at),
            **each.key,
            "text": text,
            "author_id": caller.actor_id,
            "commented_at": at,
        }
        for each in found
    ]
    await work_repository.add_comments(session, rows)
    await _record(session, caller, Action.comment_finding, found, {})
    return [each.finding_id for each in found]


async def assignable(session: ReadSession, caller: Caller) -> Sequence[Colleague]:
    """To whom findings of the caller's districts may be assigned: whose districts have some in common."""
    return [
        each
        for each in await directory.in_office(session, list(TABLE[Action.assign_finding]))
        if Selection(districts=each.districts).within(caller.reach).districts != ()
    ]


async def work_on(session: ReadSession, findings: Sequence[FindingView]) -> Mapping[UUID, Work]:
    ids = [each.finding_id for each in findings]
    assignees = await work_repository.assignees(session, ids)
    comments = await work_repository.comments(session, ids)
    waiting = await _waiting(session, findings)
    return {each: Work(assignees.get(each), comments.get(each, 0), waiting.get(each)) for each in ids}


async def _waiting(session: ReadSession, findings: Sequence[FindingView]) -> Mapping[UUID, ProposalView]:
    """By the finding: the oldest proposal that waits, to waive it or to end its waiver."""
    of_waivers = {str(each.waiver_id): each.finding_id for each in findings if each.waiver_id is not None}
    wanted = [(WAIVING, {"finding_id": str(each.finding_id)}) for each in findings]
    wanted += [(ENDING, {"waiver_id": waiver_id}) for waiver_id in of_waivers]
    found: dict[UUID, ProposalView] = {}
    for each in await approvals.waiting_about(session, wanted):
        of_waiver = each.arguments.get("waiver_id")
        named = UUID(each.arguments["finding_id"]) if of_waiver is None else of_waivers[of_waiver]
        found.setdefault(named, each)
    return found


async def waits(session: ReadSession, finding_ids: Collection[UUID]) -> Collection[UUID]:
    """Those of them that somebody has proposed to waive, and nobody decided on yet."""
    wanted = [(WAIVING, {"finding_id": str(each)}) for each in finding_ids]
    return {UUID(each.arguments["finding_id"]) for each in await approvals.waiting_about(session, wanted)}


async def count_assigned(session: ReadSession, wanted: FindingFilter) -> AssignedCounts:
    return await repository.assigned_counts(session, wanted)


async def history(session: ReadSession, finding: FindingView, *, with_work: bool) -> Sequence[Event]:
    """The newest first. Without the work: what became of the finding, and by nobody's name."""
    events = [Event(finding.raised_at, EventKind.raised)]
    if finding.confirmed_at > finding.raised_at:
        events.append(Event(finding.confirmed_at, EventKind.confirmed))
    if finding.resolved_at is not None:
        events.append(Event(finding.resolved_at, EventKind.resolved))
    if with_work:
        events += await work_repository.events(session, finding.finding_id)
        events += await _acts(session, finding)
    elif finding.waived_at is not None:
        events.append(Event(finding.waived_at, EventKind.waived, text=finding.waiver_reason))
    return sorted(events, key=lambda event: event.at, reverse=True)


async def _acts(session: ReadSession, finding: FindingView) -> Sequence[Event]:
    arguments = {"finding_id": str(finding.finding_id)}
    events = [
        event
        for proposal in await approvals.about(session, WAIVING, arguments)
        for event in _told(proposal, EventKind.waiver_proposed, _WAIVER)
    ]
    if finding.waiver_id is None:
        return events
    arguments = {"waiver_id": str(finding.waiver_id)}
    return events + [
        event
        for proposal in await approvals.about(session, ENDING, arguments)
        for event in _told(proposal, EventKind.ending_proposed, _END)
    ]


def _told(
    proposal: ProposalView, proposed: EventKind, ends: Mapping[ProposalState, EventKind]
) -> Sequence[Event]:
    begun = Event(proposal.proposed_at, proposed, proposal.proposer_id, text=proposal.reason)
    if proposal.state not in ends:
        return [begun]
    ended_at = proposal.decided_at or proposal.expires_at
    ended = Event(ended_at, ends[proposal.state], proposal.decider_id, text=proposal.decision_reason)
    return [begun, ended]


async def _concerned(
    session: ReadSession, caller: Caller, finding_ids: Collection[UUID]
) -> Sequence[Concerned]:
    found = await work_repository.concerned(session, finding_ids, EVERYWHERE.within(caller.reach))
    if len(found) < len(set(finding_ids)):
        raise FindingUnknown
    return found


async def _in_office(session: ReadSession, user_id: ActorId) -> Colleague:
    colleagues = await directory.in_office(session, list(TABLE[Action.assign_finding]))
    found = next((each for each in colleagues if each.user_id == user_id), None)
    if found is None:
        raise AssigneeUnsuitable
    return found


async def _record(
    session: WriteSession,
    caller: Caller,
    action: Action,
    found: Sequence[Concerned],
    more: Mapping[str, str],
) -> None:
    """By the finding alone: to work on it is no look at a person."""
    for each in found:
        await record(session, caller, action, {"finding_id": str(each.finding_id), **more}, kind=Kind.change)
