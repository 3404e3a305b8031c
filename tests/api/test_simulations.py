"""`POST …/policies/{id}/simulation`: who would change, told to those who may know, in their districts."""

import csv
import io
from typing import Any

import httpx
import pytest

from app.core.vocabulary import Role
from tests.api.conftest import DISTRICT_REGULATOR, REGULATOR, Doors
from tests.api.term import C1, ENROLLMENTS, L1, L2, get
from tests.eligibility.world import SHORT_PROGRAMME

PATH = "/api/v1/policies/standard/simulation"
MILD = {"attendance-rate.at_least": "0.6", "least_credited_hours": "20"}
pytestmark = pytest.mark.usefixtures("closed")


async def simulate(client: httpx.AsyncClient, changes: dict[str, str], query: str = "") -> dict[str, Any]:
    answer = await client.post(f"{PATH}{query}", json={"set": changes})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_who_would_change_by_which_rules(regulator: httpx.AsyncClient) -> None:
    before = await get(regulator, ENROLLMENTS)
    told = await simulate(regulator, MILD)
    (item,) = told["items"]
    assert (item["class_group_id"], item["learner_id"]) == (C1, L2)
    assert (item["before"], item["after"]) == ("ineligible", "eligible")
    assert [rule["code"] for rule in item["rules"]] == ["attendance-rate", "credited-hours"]
    assert item["learner_name"] != "=李四"
    assert told["summary"]["enrollments"] == 2
    assert told["summary"]["changed"] == 1
    assert told["summary"]["subsidy"] is None
    assert told["summary"]["transitions"] == [
        {"before": "eligible", "after": "eligible", "enrollments": 1},
        {"before": "ineligible", "after": "eligible", "enrollments": 1},
    ]
    (enterprise,) = told["summary"]["enterprises"]["items"]
    assert (enterprise["judged"], enterprise["gained"], enterprise["lost"]) == (2, 1, 0)
    assert await get(regulator, ENROLLMENTS) == before


async def test_another_pack_may_stand_instead(regulator: httpx.AsyncClient) -> None:
    text = SHORT_PROGRAMME.replace("value: 0.8, clause: 通知 第三条", "value: 0.5, clause: 通知 第三条")
    answer = await regulator.post(PATH, json={"text": text})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [item["learner_id"] for item in told["items"]] == [L2]
    assert {rule["code"]: rule["after"] for rule in told["items"][0]["rules"]}["answer-accuracy"] is None


async def test_a_later_page_goes_on_and_counts_nothing(regulator: httpx.AsyncClient) -> None:
    """Both would change: L1 studied 40 hours, L2 fails without attending."""
    text = SHORT_PROGRAMME.replace("value: 0.8, clause: 通知 第三条", "value: 0.5, clause: 通知 第三条")
    text = text.replace("at_least: least_credited_hours", "at_most: least_credited_hours")
    text = text.replace("value: 4,", "value: 30,")
    first = (await regulator.post(f"{PATH}?limit=1", json={"text": text})).json()
    assert [item["learner_id"] for item in first["items"]] == [L1]
    query = f"{PATH}?limit=1&cursor={first['next_cursor']}"
    second = (await regulator.post(query, json={"text": text})).json()
    assert [item["learner_id"] for item in second["items"]] == [L2]
    assert (second["summary"], second["next_cursor"]) == (None, None)


async def test_the_reach_is_the_callers_districts(doors: Doors) -> None:
    own = await doors.signed_in(DISTRICT_REGULATOR)
    assert (await simulate(own, MILD))["summary"]["enrollments"] == 2
    elsewhere = await doors.person(Role.auditor, districts=("1101",))
    assert (await simulate(elsewhere, MILD))["summary"]["enrollments"] == 0
    everywhere = await doors.signed_in(REGULATOR)
    assert (await simulate(everywhere, MILD, "?district=110100"))["summary"]["enrollments"] == 0


@pytest.mark.parametrize("role", [Role.reviewer, Role.approver, Role.auditor])
async def test_officials_may_ask(doors: Doors, role: Role) -> None:
    assert (await simulate(await doors.person(role), MILD))["summary"]["changed"] == 1


async def test_platforms_may_not(platform: httpx.AsyncClient) -> None:
    assert (await platform.post(PATH, json={"set": MILD})).status_code == 403


async def test_unknown_policies_and_names_are_told(regulator: httpx.AsyncClient) -> None:
    answer = await regulator.post("/api/v1/policies/unheard-of/simulation", json={"set": {}})
    assert (answer.status_code, answer.json()["code"]) == (404, "policy_not_found")
    answer = await regulator.post(PATH, json={"set": {"least": "1"}})
    assert answer.json()["code"] == "parameter_unknown"
    assert "attendance-rate.at_least" in answer.json()["detail"]


async def test_says_which_class_groups_change_most(regulator: httpx.AsyncClient) -> None:
    (item,) = (await simulate(regulator, MILD))["summary"]["class_groups"]["items"]
    assert (item["class_group_id"], item["judged"], item["changed"], item["gained"]) == (C1, 2, 1, 1)
    assert item["name"]
    assert (await simulate(regulator, {}))["summary"]["class_groups"] == {"items": [], "more": 0}


async def test_who_would_change_can_be_taken_along_and_the_trail_says_so(
    doors: Doors, regulator: httpx.AsyncClient
) -> None:
    answer = await regulator.post(f"{PATH}/affected?format=csv", json={"set": MILD})
    assert answer.status_code == 200, answer.text
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["learner_id"], row["before"], row["after"]) == (L2, "ineligible", "eligible")
    assert "attendance-rate: fail > pass" in row["rules"]
    auditor = await doors.person(Role.auditor)
    (entry,) = [
        each
        for each in (await get(auditor, "/api/v1/trail"))["items"]
        if each["subject"].get("export") == "what-if.csv"
    ]
    assert entry["action"] == "simulations:read"
