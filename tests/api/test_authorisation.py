"""Who may do what, walked route by route: no token, an expired one, each role."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.accounts import credentials, service, signing_keys, tokens
from app.accounts.authorisation import (
    TABLE,
    Action,
    Caller,
    Reach,
    actions_of,
    permit,
)
from app.accounts.errors import NotAllowed
from app.accounts.open_routes import OPEN_ROUTES
from app.api.approvals import ACTS
from app.api.deps import Resources, action_of
from app.core import clock
from app.core.config import Settings
from app.core.ids import ActorId, PlatformCode, Uscc
from app.core.vocabulary import Role
from app.db.session import reading, transaction
from app.main import create_app
from tests.api.conftest import ENTERPRISE, LIVE, REGULATOR, Doors, opened_doors
from tests.api.persons import PEOPLE
from tests.server import CloneServer

OF_ROLE = {Role.platform: LIVE, Role.regulator: REGULATOR, Role.enterprise: ENTERPRISE}


class Route(NamedTuple):
    method: str
    path: str
    action: Action | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names_an_object(self) -> bool:
        return "{" in self.path

    @property
    def address(self) -> str:
        """With something in every place of the path that nobody owns."""
        return re.sub("{[^}]+}", "00000000-0000-7000-8000-000000000000", self.path)


def routes_of(app: FastAPI) -> Iterator[Route]:
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or {"?"}):
            yield Route(method, route.path or "", action_of(route.dependant))


ROUTES = list(routes_of(create_app(Settings(database_url="postgresql://unused"))))
GUARDED = [route for route in ROUTES if route.action is not None and route.path.startswith("/api/")]
"""Those of the API; tests/web walks the pages."""


def test_every_route_has_an_action_or_a_reason_to_be_open() -> None:
    assert {route.path for route in ROUTES if route.action is None} == OPEN_ROUTES.keys()


def test_every_action_is_done_by_a_route() -> None:
    inside_a_route = {
        Action.read_originals,  # of a batch's rejections, with format=ndjson
        Action.read_finding_work,  # of each answer about findings, for whom it is meant
        *(action for act in ACTS for action in (act.proposing, act.approving)),  # of a proposal
    }
    assert {route.action for route in GUARDED} | inside_a_route == set(TABLE)


def test_every_action_has_its_row() -> None:
    assert set(TABLE) == set(Action)


class Callers(NamedTuple):
    """Of one application for all routes: nobody of them changes anything."""

    stranger: httpx.AsyncClient
    expired: httpx.AsyncClient
    by_role: dict[Role, httpx.AsyncClient]


@pytest.fixture(scope="module")
async def callers(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Callers]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        expired = await doors.stranger()
        expired.headers["Authorization"] = f"Bearer {await expired_token(doors, app.state.resources)}"
        by_role = {role: await doors.signed_in(wanted) for role, wanted in OF_ROLE.items()}
        by_role |= {role: await doors.person(role) for role in PEOPLE}
        yield Callers(await doors.stranger(), expired, by_role)


async def expired_token(doors: Doors, resources: Resources) -> str:
    account = await doors.register(LIVE)
    async with reading(resources.database) as session:
        key = await signing_keys.signing_key(session, resources.key_ring)
    return tokens.issue(
        key,
        issuer=resources.settings.issuer,
        client_id=account.client_id,
        role=Role.platform,
        credential=credentials.of_secret(1),
        scopes=actions_of(Role.platform),
        at=clock.now() - timedelta(hours=2),
        lifetime=timedelta(hours=1),
    )


@pytest.mark.parametrize("route", GUARDED, ids=str)
class TestEveryRoute:
    async def test_asks_for_a_token(self, route: Route, callers: Callers) -> None:
        answer = await callers.stranger.request(route.method, route.address)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
        assert answer.headers["www-authenticate"] == 'Bearer realm="supervise"'

    async def test_refuses_an_expired_token(self, route: Route, callers: Callers) -> None:
        answer = await callers.expired.request(route.method, route.address)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]

    @pytest.mark.parametrize("role", Role)
    async def test_lets_in_the_roles_of_its_row_only(
        self, route: Route, role: Role, callers: Callers
    ) -> None:
        answer = await callers.by_role[role].request(route.method, route.address)
        assert route.action is not None
        if role in TABLE[route.action]:
            assert answer.status_code in {200, 400, 404, 415, 422}
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("route", [route for route in GUARDED if route.names_an_object], ids=str)
class TestEveryRouteThatNamesAnObject:
    async def test_does_not_know_what_nobody_owns(self, route: Route, callers: Callers) -> None:
        assert route.action is not None
        client = callers.by_role[next(iter(TABLE[route.action]))]
        assert (await client.request(route.method, route.address)).status_code == 404


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic eDp5", "bearer ", "Token x"])
async def test_other_schemes_are_no_token(stranger: httpx.AsyncClient, authorization: str) -> None:
    answer = await stranger.get("/api/v1/assessment", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30"])
async def test_what_is_no_token_is_refused(stranger: httpx.AsyncClient, token: str) -> None:
    answer = await stranger.get("/api/v1/assessment", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


async def test_a_revoked_client_is_refused_at_once(doors: Doors) -> None:
    client = await doors.signed_in(LIVE)
    assert (await client.get("/api/v1/assessment")).status_code == 200
    async with transaction(doors.database) as session:
        (account,) = await service.list_clients(session)
        await service.revoke_client(session, account.client_id, clock.now())
    answer = await client.get("/api/v1/assessment")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


async def test_tokens_of_a_rotated_key_are_good_and_of_a_stolen_one_are_not(
    doors: Doors, app: FastAPI
) -> None:
    resources: Resources = app.state.resources
    client = await doors.signed_in(LIVE)
    for is_stolen, status in ((False, 200), (True, 401)):
        async with transaction(resources.database) as session:
            await signing_keys.rotate_signing_key(
                session, resources.key_ring, clock.now(), is_old_one_stolen=is_stolen
            )
        assert (await client.get("/api/v1/assessment")).status_code == status


def caller(role: Role, *, platform: str | None = None, uscc: str | None = None) -> Caller:
    return Caller(
        ActorId("c"),
        role,
        platform=None if platform is None else PlatformCode(platform),
        uscc=None if uscc is None else Uscc(uscc),
        districts=("4402",) if role is Role.regulator else None,
        scopes=frozenset(Action) if role.is_program else None,
    )


def test_the_reach_follows_the_table() -> None:
    platform, regulator = caller(Role.platform, platform="P1"), caller(Role.regulator)
    enterprise = caller(Role.enterprise, uscc="U1")
    assert permit(platform, Action.push_feed).reach == Reach(platform=PlatformCode("P1"))
    assert permit(regulator, Action.read_compliance).reach == Reach(districts=("4402",))
    assert permit(enterprise, Action.read_report).reach == Reach(enterprise=Uscc("U1"))
    assert permit(enterprise, Action.read_policies).reach == Reach()


def test_before_it_is_permitted_a_caller_reaches_nothing() -> None:
    assert caller(Role.regulator).reach == Reach(PlatformCode(""), Uscc(""), (), b"")


def test_a_role_without_a_row_and_a_scope_not_granted_are_refused() -> None:
    with pytest.raises(NotAllowed):
        permit(caller(Role.regulator), Action.push_feed)
    narrow = Caller(ActorId("c"), Role.regulator, scopes=frozenset())
    with pytest.raises(NotAllowed):
        permit(narrow, Action.read_compliance)


@pytest.mark.parametrize(
    ("role", "bound"),
    [
        (Role.platform, {}),
        (Role.platform, {"uscc": "U1"}),
        (Role.enterprise, {}),
        (Role.regulator, {"platform": "P1"}),
        (Role.operator, {}),
        (Role.agent, {"platform": "P1"}),
        (Role.learner, {}),
        (Role.learner, {"uscc": "U1"}),
        (Role.clerk, {"uscc": "U1"}),
        (Role.administrator, {"platform": "P1"}),
    ],
)
def test_no_caller_is_bound_otherwise_than_its_role(role: Role, bound: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not bound as its role"):
        caller(role, **bound)


@pytest.mark.parametrize("role", [Role.administrator, Role.platform, Role.operator, Role.agent, Role.learner])
def test_districts_bound_regulators_and_auditors_only(role: Role) -> None:
    with pytest.raises(ValueError, match="not bound as its role"):
        Caller(ActorId("user-1"), role, districts=("4402",))


@pytest.mark.parametrize(("role", "scopes"), [(Role.regulator, None), (Role.clerk, frozenset(Action))])
def test_programs_have_scopes_and_people_have_none(role: Role, scopes: frozenset[Action] | None) -> None:
    with pytest.raises(ValueError, match="programs have scopes"):
        Caller(ActorId("c"), role, scopes=scopes)


def test_a_person_is_no_client() -> None:
    with pytest.raises(TypeError, match="is a person"):
        _ = Caller(ActorId("user-1"), Role.clerk).client_id
