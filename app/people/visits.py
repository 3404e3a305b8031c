"""A request with a person's cookie, as both doors take it in."""

from collections.abc import Mapping

from app.core import clock
from app.core.config import Settings
from app.db.session import Database, reading, transaction
from app.people import csrf, sessions
from app.people.schemas import Known


async def visit(database: Database, settings: Settings, cookie: str) -> Known:
    """Who comes; raises `SessionEnded`. Writes down, now and then, that the person is not idle."""
    at = clock.now()
    async with reading(database, single=True) as session:
        person = await sessions.known(session, settings, cookie, at)
    if sessions.is_to_be_seen(person, at):
        async with transaction(database) as session:
            await sessions.see(session, person, at)
    return person


def assert_meant(
    method: str, headers: Mapping[str, str], *, own_origin: str, cookie: str, token: str
) -> None:
    """`token`: what only a page of this session knows; asked of each method that may change something."""
    if method in csrf.SAFE_METHODS:
        return
    assert_from_here(headers, own_origin=own_origin)
    csrf.check_token(cookie, token)


def assert_from_here(headers: Mapping[str, str], *, own_origin: str) -> None:
    csrf.check_origin(origin=headers.get("origin"), fetch_site=headers.get("sec-fetch-site"), own=own_origin)
