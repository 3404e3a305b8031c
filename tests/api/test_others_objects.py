"""Every route that names an object, with an object that is there and belongs to somebody else."""

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.authorisation import TABLE, Action
from app.accounts.schemas import Registration
from app.core.vocabulary import Role
from tests.api.conftest import LIVE, OTHER_ENTERPRISE, REGULATOR, VOD, Doors
from tests.api.term import C1, CLOSED, L1, USCC, get, push_term, settle
from tests.api.test_authorisation import GUARDED, Route

OWNERS = {
    Role.platform: LIVE,
    Role.regulator: REGULATOR,
    Role.enterprise: Registration(Role.enterprise, uscc=USCC),
}
ELSEWHERE = Registration(Role.regulator, name="外地人社局", districts=("510100",))
OTHERS = {Role.platform: VOD, Role.regulator: ELSEWHERE, Role.enterprise: OTHER_ENTERPRISE}
EVERYBODYS = {Action.read_policies, Action.push_feed}
"""Policies belong to nobody, and a feed's name is no object."""
ROUTES = [route for route in GUARDED if route.names_an_object and route.action not in EVERYBODYS]
RUNNING_ONLY = {"/api/v1/eligibility/class-groups/{platform}/{class_group_id}/progress": 409}
RECORD = {"feed": "lessons", "class_group_id": C1, "lesson_id": "S1"}


def address(route: Route, batch_id: str) -> str:
    named = {"platform": "P1", "class_group_id": C1, "learner_id": L1, "uscc": USCC, "batch_id": batch_id}
    return route.path.format(**(RECORD | named))


@pytest.fixture
async def batch_id(app: FastAPI, platform: httpx.AsyncClient) -> str:
    """Of a closed class group, pushed and assessed."""
    await push_term(platform, **CLOSED)
    await settle(app)
    batch_id: str = (await get(platform, "/api/v1/batches"))["items"][0]["batch_id"]
    return batch_id


async def test_is_shown_to_its_own_and_is_not_there_for_others(
    batch_id: str, doors: Doors, subtests: pytest.Subtests
) -> None:
    owners = {role: await doors.signed_in(wanted) for role, wanted in OWNERS.items()}
    others = {role: await doors.signed_in(wanted) for role, wanted in OTHERS.items()}
    for route in ROUTES:
        assert route.action is not None
        for role in TABLE[route.action]:
            with subtests.test(route=str(route), role=role):
                seen = await answer(owners[role], route, batch_id)
                assert seen.status_code == RUNNING_ONLY.get(route.path, 200), seen.text
                assert (await answer(others[role], route, batch_id)).status_code == 404


async def answer(client: httpx.AsyncClient, route: Route, batch_id: str) -> httpx.Response:
    key = {name: value for name, value in RECORD.items() if name != "feed"}
    params = key if route.action is Action.read_records else {}
    return await client.request(route.method, address(route, batch_id), params=params)
