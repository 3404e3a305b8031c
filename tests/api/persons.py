"""People as callers of the API, without their signing in: the door takes them for who they say they are."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI, Request

from app.accounts.authorisation import DISTRICT_ROLES, Caller
from app.api import deps
from app.core.ids import ActorId, PlatformCode, Uscc
from app.core.vocabulary import Role

HEADER = "X-Test-Person"
PEOPLE = [role for role in Role if not role.is_program]


def person(
    role: Role,
    name: str | None = None,
    *,
    platform: str = "P1",
    uscc: str = "",
    districts: tuple[str, ...] | None = None,
    person_key: bytes = b"",
) -> Caller:
    """Bound as its role demands by what is said of it; the rest is left aside."""
    return Caller(
        ActorId(f"user-{name or role}"),
        role,
        platform=PlatformCode(platform) if role is Role.operator else None,
        uscc=Uscc(uscc) if role is Role.agent else None,
        districts=districts if role in DISTRICT_ROLES else None,
        person_key=person_key if role is Role.learner else None,
    )


def let_in(app: FastAPI, people: Mapping[str, Caller]) -> None:
    """From now on whoever names one of these in the header is taken for that person."""

    async def authenticated(request: Request, shared: deps.Shared) -> Caller:
        known = people.get(request.headers.get(HEADER, ""))
        return known or await deps.authenticated(request, shared)

    app.dependency_overrides[deps.authenticated] = authenticated


def as_person(client: httpx.AsyncClient, caller: Caller) -> httpx.AsyncClient:
    client.headers[HEADER] = caller.actor_id
    return client
