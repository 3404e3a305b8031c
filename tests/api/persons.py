"""People as callers of the API: signed in already, in a browser that proves what it means."""

from typing import Any

import httpx

from app.accounts.authorisation import DISTRICT_ROLES
from app.core.vocabulary import Role
from app.db.session import Database
from app.people import csrf
from app.people.sessions import COOKIE
from tests.factories.people import make_session

PEOPLE = [role for role in Role if not role.is_program]


async def sign_in_person(
    client: httpx.AsyncClient,
    database: Database,
    role: Role,
    *,
    platform: str = "P1",
    uscc: str = "91440200MA4UQ0A31K",
    districts: tuple[str, ...] | None = None,
    person_key: bytes = bytes(range(32)),
) -> httpx.AsyncClient:
    """Bound as the role demands by what is said of it; the rest is left aside."""
    bounds: dict[str, Any] = {}
    if role is Role.operator:
        bounds = {"platform": platform}
    elif role is Role.agent:
        bounds = {"uscc": uscc}
    elif role is Role.learner:
        bounds = {"person_key": person_key}
    elif role in DISTRICT_ROLES:
        bounds = {"districts": districts}
    _, opened = await make_session(database, role, **bounds)
    client.cookies.set(COOKIE, opened.token)
    origin = str(client.base_url).rstrip("/")
    client.headers.update({"Origin": origin, csrf.HEADER: csrf.token_for(opened.token)})
    return client
