"""Work on findings in the room: the newest assignment counts, and it is of one finding, not of its like."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.accounts.authorisation import Action, Caller, permit
from app.core.ids import ActorId
from app.core.vocabulary import Role
from app.db.session import WriteSession
from app.findings import service, work
from app.findings.errors import AssigneeUnsuitable, FindingUnknown
from app.findings.schemas import Assigned, AssignedCounts, EventKind, FindingFilter, FindingView
from app.records.selection import Selection
from tests.factories import feeds
from tests.factories.feeds import KEY
from tests.factories.people import make_user
from tests.factories.standings import put_enterprise
from tests.findings.test_service import LI, MONDAY, TUESDAY, WEDNESDAY, ZHAO, raised, settle, stored

DISTRICT = "440204"


async def official(session: WriteSession, role: Role = Role.clerk, *districts: str) -> Caller:
    user = await make_user(session, role, districts=districts or None)
    caller = Caller(ActorId(user.user_id), role, districts=districts or None)
    return permit(caller, Action.assign_finding)


async def found(session: WriteSession) -> list[FindingView]:
    """Two open ones, of one class group."""
    await feeds.put_class_group(session)
    await put_enterprise(session, KEY.platform, district_code=DISTRICT)
    await settle(session, raised(LI), raised(ZHAO))
    return await stored(session)


async def test_the_newest_assignment_counts(session: WriteSession) -> None:
    one, other = await found(session)
    first, second = [await official(session) for _ in range(2)]
    await work.assign(session, first, [one.finding_id, other.finding_id], first.actor_id, MONDAY)
    await work.assign(session, first, [one.finding_id], second.actor_id, TUESDAY)
    done = await work.work_on(session, [one, other])
    assert [done[each.finding_id].assignee_id for each in (one, other)] == [second.actor_id, first.actor_id]
    mine = FindingFilter(assigned=Assigned.me, me=first.actor_id)
    assert await stored(session, mine) == [other]
    assert await work.count_assigned(session, mine) == AssignedCounts(me=1, somebody=1, somebody_open=1)
    assert await work.count_assigned(session, replace(mine, assigned=None)) == AssignedCounts(1, 2, 2)


async def test_of_what_is_assigned_it_is_counted_what_is_open(session: WriteSession) -> None:
    one, other = await found(session)
    me = await official(session)
    await work.assign(session, me, [one.finding_id, other.finding_id], me.actor_id, MONDAY)
    await settle(session, raised(LI), at=TUESDAY)
    assert await work.count_assigned(session, FindingFilter(me=me.actor_id)) == AssignedCounts(2, 2, 1)


async def test_what_is_assigned_twice_to_one_person_is_written_down_once(session: WriteSession) -> None:
    one, _ = await found(session)
    me = await official(session)
    for _ in range(3):
        await work.assign(session, me, [one.finding_id, one.finding_id], me.actor_id, TUESDAY)
    kinds = [event.kind for event in await work.history(session, one, with_work=True)]
    assert kinds == [EventKind.assigned, EventKind.raised]


async def test_a_finding_that_is_raised_anew_is_nobodys(session: WriteSession) -> None:
    one, *_ = await found(session)
    me = await official(session)
    await work.assign(session, me, [one.finding_id], me.actor_id, MONDAY)
    await settle(session, at=TUESDAY)
    await settle(session, raised(one.learner_id or LI), at=WEDNESDAY)
    newest = (await stored(session))[0]
    assert (await work.work_on(session, [newest]))[newest.finding_id].assignee_id is None
    assert newest in await stored(session, FindingFilter(assigned=Assigned.nobody))


async def test_districts_bind_who_assigns_and_who_is_assigned(session: WriteSession) -> None:
    ids = [each.finding_id for each in await found(session)]
    here, elsewhere = await official(session, Role.clerk, "4402"), await official(session, Role.clerk, "11")
    with pytest.raises(AssigneeUnsuitable):
        await work.assign(session, here, ids, elsewhere.actor_id, MONDAY)
    with pytest.raises(FindingUnknown):
        await work.assign(session, elsewhere, ids, elsewhere.actor_id, MONDAY)
    assert await work.assign(session, here, ids, here.actor_id, MONDAY) == sorted(ids)
    offered = {each.user_id for each in await work.assignable(session, here)}
    assert here.actor_id in offered
    assert elsewhere.actor_id not in offered


async def test_the_history_without_the_work_names_nobody(session: WriteSession) -> None:
    one, _ = await found(session)
    me = await official(session)
    await work.comment(session, me, [one.finding_id], "已致电平台", TUESDAY)
    await settle(session, at=WEDNESDAY)
    (gone,) = await service.named_findings(session, Selection(), ids=[one.finding_id])
    told = await work.history(session, gone, with_work=False)
    assert [(event.kind, event.by, event.text) for event in told] == [
        (EventKind.resolved, None, None),
        (EventKind.raised, None, None),
    ]
    whole = [event.kind for event in await work.history(session, gone, with_work=True)]
    assert whole == [EventKind.resolved, EventKind.commented, EventKind.raised]
    assert WEDNESDAY - gone.raised_at == timedelta(days=2)
