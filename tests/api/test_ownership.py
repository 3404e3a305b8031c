"""Somebody else's objects do not exist: every route that names one, asked by its owner and by others."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import httpx
import pytest

from app.accounts.authorisation import TABLE, Action
from app.accounts.schemas import Registration
from app.core.vocabulary import Role
from tests.api.conftest import (
    DISTRICT_REGULATOR,
    ENTERPRISE,
    LIVE,
    OTHER_ENTERPRISE,
    OTHER_USCC,
    VOD,
    Doors,
    opened_doors,
)
from tests.api.kept_videos import VIDEO, take_in, video
from tests.api.persons import PEOPLE
from tests.api.term import C1, CLOSED, L1, USCC, decision_of, push_term, settle
from tests.api.test_authorisation import GUARDED, Route
from tests.journeys.walk import filled_in
from tests.server import CloneServer

OF_CLASS_GROUP = f"P1/{C1}"
OWNED = {
    "/api/v1/batches/{batch_id}": "/api/v1/batches/{batch_id}",
    "/api/v1/batches/{batch_id}/rejections": "/api/v1/batches/{batch_id}/rejections",
    "/api/v1/batches/{batch_id}/causes": "/api/v1/batches/{batch_id}/causes",
    "/api/v1/batches/{batch_id}/records/{line}/proof": "/api/v1/batches/{batch_id}/records/1/proof",
    "/api/v1/decisions/{decision_id}/proof": "/api/v1/decisions/{decision_id}/proof",
    "/api/v1/records/{feed}": f"/api/v1/records/enrollments?class_group_id={C1}&learner_id={L1}",
    "/api/v1/compliance/enrollments/{platform}/{class_group_id}/{learner_id}": (
        f"/api/v1/compliance/enrollments/{OF_CLASS_GROUP}/{L1}"
    ),
    "/api/v1/compliance/enrollments/{platform}/{class_group_id}/{learner_id}/sheet": (
        f"/api/v1/compliance/enrollments/{OF_CLASS_GROUP}/{L1}/sheet"
    ),
    "/api/v1/eligibility/class-groups/{platform}/{class_group_id}/learners/{learner_id}/sheet": (
        f"/api/v1/eligibility/class-groups/{OF_CLASS_GROUP}/learners/{L1}/sheet"
    ),
    "/api/v1/compliance/class-groups/{platform}/{class_group_id}": (
        f"/api/v1/compliance/class-groups/{OF_CLASS_GROUP}"
    ),
    **{
        f"/api/v1/compliance/class-groups/{{platform}}/{{class_group_id}}/{part}": (
            f"/api/v1/compliance/class-groups/{OF_CLASS_GROUP}/{part}"
        )
        for part in ("attendance", "hours", "teaching", "history", "corrections")
    },
    "/api/v1/compliance/class-groups/{platform}/{class_group_id}/checklist": (
        f"/api/v1/compliance/class-groups/{OF_CLASS_GROUP}/checklist"
    ),
    "/api/v1/retention/{platform}/{class_group_id}": f"/api/v1/retention/{OF_CLASS_GROUP}",
    "/api/v1/data-quality/class-groups/{platform}/{class_group_id}": (
        f"/api/v1/data-quality/class-groups/{OF_CLASS_GROUP}"
    ),
    "/api/v1/eligibility/class-groups/{platform}/{class_group_id}": (
        f"/api/v1/eligibility/class-groups/{OF_CLASS_GROUP}"
    ),
    "/api/v1/eligibility/class-groups/{platform}/{class_group_id}/progress": (
        f"/api/v1/eligibility/class-groups/{OF_CLASS_GROUP}/progress"
    ),
    "/api/v1/eligibility/class-groups/{platform}/{class_group_id}/learners/{learner_id}": (
        f"/api/v1/eligibility/class-groups/{OF_CLASS_GROUP}/learners/{L1}"
    ),
    "/api/v1/videos/{platform}/{class_group_id}/{video_id}": f"/api/v1/videos/{OF_CLASS_GROUP}/{VIDEO}",
    "/api/v1/enterprises/{uscc}/eligibility-report": (
        f"/api/v1/enterprises/{USCC}/eligibility-report?from=2026-01-01&to=2026-12-31"
    ),
}
"""An object that exists, for each route that names one."""
ELSEWHERE = {
    "/api/v1/data-quality/freshness/{platform}": (
        "platforms push for all districts: tests/api/test_data_freshness.py"
    ),
    "/api/v1/ledger/draws/{draw_id}": "draws are of all platforms, and not for districts: test_draws",
    "/api/v1/findings/{finding_id}": "asked by owners and others: tests/api/test_finding_work.py",
    "/api/v1/compliance/class-groups/{platform}/{class_group_id}/corrections/{batch_id}/{line}": (
        "asked by owners and others: tests/api/test_corrections.py"
    ),
    "/api/v1/disposals/{disposal_id}": "disposals are those of one's districts: tests/retention",
    "/api/v1/approvals/{proposal_id}": "proposals are those of one's acts and districts: test_approvals",
    "/api/v1/approvals/{proposal_id}/approve": "proposals are those of one's acts and districts",
    "/api/v1/approvals/{proposal_id}/reject": "proposals are those of one's acts and districts",
    "/api/v1/policies/{policy_id}/simulation": "bounded to districts: tests/api/test_simulations.py",
    "/api/v1/policies/{policy_id}/simulation/affected": "the same: tests/api/test_simulations.py",
    "/api/v1/clients/{client_id}": "clients are their platform's or enterprise's: tests/api/test_clients.py",
    "/api/v1/sessions/{session_id}": "a person ends its own sessions only: tests/people",
    "/api/v1/rights-requests/{request_id}": "others' requests are not there: tests/api/test_rights.py",
    "/api/v1/me/enrollments/{platform}/{class_group_id}/{learner_id}": "one's own: tests/api/test_me.py",
    "/api/v1/me/requests/{request_id}/withdraw": "a person withdraws its own: tests/api/test_rights.py",
    **dict.fromkeys(
        (
            "/api/v1/users/{user_id}",
            "/api/v1/users/{user_id}/role",
            "/api/v1/users/{user_id}/disable",
            "/api/v1/users/{user_id}/reset",
            "/api/v1/users/{user_id}/sessions",
        ),
        "users belong to all administrators: tests/people",
    ),
}
"""Asked with objects that this module does not make."""
NOBODYS = {
    "/api/v1/client/keys/{kid}": "a kid is looked for among the caller's own keys, see test_client_keys",
    "/api/v1/feeds/{feed}": "the kinds of records are the same for all",
    **dict.fromkeys(
        (
            "/api/v1/ledger/checkpoints/{size}",
            "/api/v1/ledger/entries/{index}",
            "/api/v1/ledger/tile/{level}/{path:path}",
        ),
        "the log is everybody's",
    ),
    "/api/v1/policies/{policy_id}": "policies are everybody's",
    "/api/v1/policies/{policy_id}/text": "policies are everybody's",
    "/api/v1/policies/{policy_id}/versions/{version}": "policies are everybody's",
    "/api/v1/policies/{policy_id}/versions/{version}/text": "policies are everybody's",
    "/api/v1/policies/{policy_id}/versions/{version}/changes": "policies are everybody's",
    "/api/v1/policies/texts/{text_hash}": "proposed policies are those of all who approve",
}

OWNERS = {Role.platform: LIVE, Role.regulator: DISTRICT_REGULATOR, Role.enterprise: ENTERPRISE}
OTHERS = {
    Role.platform: VOD,
    Role.regulator: Registration(Role.regulator, name="外地", districts=("440300",)),
    Role.enterprise: OTHER_ENTERPRISE,
}
OWN_BOUNDS = {"platform": "P1", "uscc": USCC, "districts": ("440204",)}
OTHER_BOUNDS = {"platform": "P2", "uscc": OTHER_USCC, "districts": ("4403",), "person_key": bytes(32)}

NAMING = [route for route in GUARDED if route.path in OWNED]
ASKED = [(route, role) for route in NAMING for role in TABLE[route.action or Action.push_feed]]


class Sides(NamedTuple):
    owners: dict[Role, httpx.AsyncClient]
    others: dict[Role, httpx.AsyncClient]
    ids: Mapping[str, str]

    def address(self, route: Route) -> str:
        return filled_in(OWNED[route.path], self.ids)


@pytest.fixture(scope="module")
async def sides(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sides]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        owners = await signed_in(doors, OWNERS, OWN_BOUNDS)
        others = await signed_in(doors, OTHERS, OTHER_BOUNDS)
        await push_term(owners[Role.platform], **CLOSED)
        await take_in(app, owners[Role.platform], video())
        await settle(app)
        batches = (await owners[Role.platform].get("/api/v1/batches?feed=attendance")).json()
        ids = {
            "batch_id": batches["items"][0]["batch_id"],
            "decision_id": await decision_of(doors.database, L1),
        }
        yield Sides(owners, others, ids)


async def signed_in(
    doors: Doors, programs: Mapping[Role, Registration], bounds: Mapping[str, Any]
) -> dict[Role, httpx.AsyncClient]:
    clients = {role: await doors.signed_in(wanted) for role, wanted in programs.items()}
    return clients | {role: await doors.person(role, **bounds) for role in PEOPLE}


def test_every_route_that_names_an_object_is_asked() -> None:
    naming = {route.path for route in GUARDED if re.search("{", route.path)}
    assert naming == OWNED.keys() | ELSEWHERE.keys() | NOBODYS.keys()


@pytest.mark.parametrize(("route", "role"), ASKED, ids=str)
class TestEveryObject:
    async def test_is_there_for_who_may_see_it(self, route: Route, role: Role, sides: Sides) -> None:
        answer = await sides.owners[role].request(route.method, sides.address(route))
        assert answer.status_code in {200, 409}, answer.text  # 409: of a closed class group no progress

    async def test_does_not_exist_for_others(self, route: Route, role: Role, sides: Sides) -> None:
        answer = await sides.others[role].request(route.method, sides.address(route))
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
