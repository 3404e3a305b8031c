"""The people of a demo, each with a link to enrol by, and a learner with one that is good once."""

import typer

from app.accounts.authorisation import Action, Caller, permit
from app.cli.demo_site import DemoState
from app.cli.insider import insider
from app.cli.place import Place
from app.cli.words import said
from app.core import clock
from app.core.ids import ActorId, PlatformCode
from app.core.vocabulary import Eligibility, Role
from app.db.session import WriteSession
from app.eligibility.answers import enrollments
from app.eligibility.answers_repository import EnrollmentFilter
from app.people import links, service
from app.people.links import Purpose
from app.people.schemas import IssuedLink, NewUser
from app.records.selection import Selection
from app.simulator.organisations import enterprise
from app.simulator.term import LIVE


def print_people(place: Place, state: DemoState, url: str) -> None:
    """Whoever has not enrolled yet gets a new link; the others know how they sign in."""
    known = {account.login: account for account in place.read(service.list_users)}
    typer.echo(f"\n{said('人员登录', 'Sign in')}  {url}/sign-in\n")
    for wanted in _wanted(state):
        account = known.get(wanted.login)
        if account is not None and account.has_second_factor:
            typer.echo(f"{wanted.role:<14} {wanted.login}")
            continue
        link = _added(place, wanted) if account is None else _reset(place, wanted.login)
        path = links.address_of(url, Purpose.enrolment, link.token)
        typer.echo(f"{wanted.role:<14} {wanted.login:<10} {path}")
    if own := _learner(place):
        typer.echo(f"{Role.learner:<14} {'':<10} {links.address_of(url, Purpose.learner, own.token)}")


def _learner(place: Place) -> IssuedLink | None:
    """Of somebody who was not eligible, where there is such a one: that is who asks why."""
    operator = Caller(ActorId("demo"), Role.operator, platform=PlatformCode(LIVE.code))
    operator = permit(operator, Action.issue_learner_link)

    async def issue(session: WriteSession) -> IssuedLink | None:
        wanted = EnrollmentFilter(eligibility=Eligibility.ineligible)
        found = await enrollments(session, Selection(platform=operator.platform), wanted, limit=1)
        if not found:
            return None
        return await service.issue_learner_link(
            session,
            place.settings,
            operator,
            clock.now(),
            platform=found[0].platform,
            class_group_id=found[0].class_group_id,
            learner_id=found[0].learner_id,
        )

    return place.write(issue)


def _wanted(state: DemoState) -> list[NewUser]:
    company = enterprise(state.seed, 0)
    return [
        NewUser(Role.administrator, "admin", "管理员（演示）", None, None, ()),
        NewUser(Role.clerk, "clerk", "经办员（演示）", None, None, ()),
        NewUser(Role.reviewer, "reviewer", "审核员（演示）", None, None, ()),
        NewUser(Role.approver, "approver", "审批员（演示）", None, None, ()),
        NewUser(Role.auditor, "auditor", "审计员（演示）", None, None, ()),
        NewUser(Role.agent, "agent", company.name, None, company.uscc, ()),
        NewUser(Role.operator, "operator", "平台运营（演示）", LIVE.code, None, ()),
    ]


def _added(place: Place, wanted: NewUser) -> IssuedLink:
    return place.write(
        lambda session: service.add_user(session, place.settings, wanted, clock.now(), by=insider())
    )


def _reset(place: Place, login: str) -> IssuedLink:
    async def reset(session: WriteSession) -> IssuedLink:
        user_id = await service.user_by_login(session, login)
        return await service.reset_user(session, place.settings, user_id, clock.now(), by=insider())

    return place.write(reset)
