"""`supervise users`: people who may sign in. Their first administrator is made here."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import insider
from app.cli.place import Place, opened
from app.core import clock
from app.core.ids import ActorId
from app.core.vocabulary import Role
from app.db.session import ReadSession, WriteSession
from app.people import links, service, sessions
from app.people.links import Purpose
from app.people.schemas import IssuedLink, NewUser, SessionEntry

app = typer.Typer(name="users", help="Add, list, reset and disable people.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Login of the person.")]


@app.command("add")
def add(
    *,
    role: Annotated[Role, typer.Option(help="What the person is.")],
    login: Annotated[str, typer.Option(help="Name to sign in with: small letters, digits, . _ -")],
    name: Annotated[str, typer.Option(help="Name for people.")],
    platform: Annotated[str | None, typer.Option(help="Code of the platform (role operator).")] = None,
    uscc: Annotated[str | None, typer.Option(help="Unified social credit code (role agent).")] = None,
    district: Annotated[
        list[str] | None,
        typer.Option(help="GB/T 2260 code that bounds an official or auditor; repeat it for several."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a person and print the link by which to set a password and enrol a second factor, once."""
    wanted = NewUser(role, login, name, platform, uscc, tuple(district or ()))
    with opened(data_dir) as place:
        link = place.write(
            lambda session: service.add_user(session, place.settings, wanted, clock.now(), by=insider())
        )
        _tell(place, link, as_json=as_json)


@app.command("reset")
def reset(login: Login, *, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Take away password, factors and sessions, and print a new link to enrol."""

    async def work(session: WriteSession) -> IssuedLink:
        user_id = await service.user_by_login(session, login)
        return await service.reset_user(session, place.settings, user_id, clock.now(), by=insider())

    with opened(data_dir) as place:
        _tell(place, place.write(work), as_json=as_json)


@app.command("disable")
def disable(login: Login, *, data_dir: DataDir = None) -> None:
    """Let the person in no more; open sessions end at once. `reset` lets in again."""

    async def work(session: WriteSession) -> ActorId:
        user_id = await service.user_by_login(session, login)
        await service.disable_user(session, user_id, clock.now(), by=insider())
        return user_id

    with opened(data_dir) as place:
        user_id = place.write(work)
    say(f"用户 {user_id} 已停用。", f"User {user_id} is disabled.")


@app.command("list")
def list_all(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List all people but learners."""
    with opened(data_dir) as place:
        accounts = place.read(service.list_users)

    def in_words() -> None:
        for each in accounts:
            bound = each.platform or each.uscc or ",".join(each.districts or ()) or "-"
            state = "disabled" if each.disabled_at else "active" if each.has_second_factor else "not enrolled"
            typer.echo(f"{each.user_id}  {each.login}  {each.role}  {bound}  {each.display_name}  {state}")

    result([asdict(each) for each in accounts], as_json=as_json, in_words=in_words)


@app.command("sessions")
def list_sessions(
    login: Login,
    *,
    end: Annotated[bool, typer.Option("--end", help="End them all.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List where a person is signed in; with --end sign the person out everywhere."""

    async def look(session: ReadSession) -> list[SessionEntry]:
        user_id = await service.user_by_login(session, login)
        return await sessions.list_sessions(session, place.settings, user_id, clock.now())

    async def finish(session: WriteSession) -> None:
        user_id = await service.user_by_login(session, login)
        await service.end_sessions_of(session, user_id, clock.now(), by=insider())

    with opened(data_dir) as place:
        entries = place.read(look)
        if end:
            place.write(finish)

    def in_words() -> None:
        for each in entries:
            seen = each.seen_at.isoformat(timespec="seconds")
            typer.echo(f"{each.session_id}  {each.address or '-'}  {seen}")

    result([asdict(each) for each in entries], as_json=as_json, in_words=in_words)


def _tell(place: Place, link: IssuedLink, *, as_json: bool) -> None:
    address = links.address_of(place.settings.public_url, Purpose.enrolment, link.token)
    values: Mapping[str, object] = {
        "user_id": link.user_id,
        "enrolment_link": address,
        "expires_at": link.expires_at,
    }

    def in_words() -> None:
        for field, value in values.items():
            typer.echo(f"{field}: {value}")
        say(
            "链接仅显示这一次、仅可使用一次，请经安全途径交给本人。",
            "The link is shown this once, and is good once; hand it to the person on a safe way.",
        )

    result(values, as_json=as_json, in_words=in_words)
