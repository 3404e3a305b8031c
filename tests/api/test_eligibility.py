"""`/api/v1/eligibility`: final answers for enterprises, and progress while there is still time."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.vocabulary import Feed
from app.db.models import TrailEntry
from app.db.session import Database, reading
from tests.api.conftest import DISTRICT_REGULATOR, OTHER_ENTERPRISE, Doors
from tests.api.term import C1, CLOSED, ID_NUMBERS, L1, L2, attendance, get, push, push_term, refused, settle

FINAL = f"/api/v1/eligibility/class-groups/P1/{C1}"
PROGRESS = f"{FINAL}/progress"


async def accesses(database: Database) -> list[tuple[str, dict[str, str]]]:
    async with reading(database) as session:
        return [(entry.action, entry.subject) for entry in await session.scalars(select(TrailEntry))]


@pytest.mark.usefixtures("closed")
class TestFinal:
    async def test_tells_each_learners_eligibility_and_why(self, enterprise: httpx.AsyncClient) -> None:
        answer = await get(enterprise, FINAL)
        assert answer["counts"]["eligible"] == 1
        first, second = answer["items"]
        assert (first["learner_id"], first["eligibility"], first["failed_rules"]) == (L1, "eligible", [])
        assert (second["learner_id"], second["eligibility"]) == (L2, "ineligible")
        assert second["failed_rules"] == ["attendance-rate", "credited-hours"]
        assert second["missing_rules"] == []
        assert second["credited_hours"] == 26.6667
        assert [rule["shortfall"] for rule in second["rules"]] == [1, None, 36000]

    async def test_an_enterprise_sees_its_learners_names_and_that_is_logged(
        self, enterprise: httpx.AsyncClient, database: Database
    ) -> None:
        items = (await get(enterprise, FINAL))["items"]
        assert [item["learner_name"] for item in items] == ["张三丰", "=李四"]
        assert [item["id_number_last_four"] for item in items] == [
            ID_NUMBERS[L1][-4:],
            ID_NUMBERS[L2][-4:],
        ]
        key = {"platform": "P1", "class_group_id": C1}
        assert await accesses(database) == [("eligibility:read", key)]

    async def test_a_regulator_sees_masked_names(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        items = (await get(regulator, FINAL))["items"]
        assert [item["learner_name"] for item in items] == ["张**", "=**"]
        assert {item["id_number_last_four"] for item in items} == {None}
        assert len(await accesses(database)) == 1

    async def test_is_paged_where_that_is_wanted(self, enterprise: httpx.AsyncClient) -> None:
        first = await get(enterprise, FINAL, limit=1)
        second = await get(enterprise, FINAL, limit=1, cursor=first["next_cursor"])
        assert [page["items"][0]["learner_id"] for page in (first, second)] == [L1, L2]
        assert second["next_cursor"] is None

    async def test_waits_for_records_that_have_just_arrived(
        self, app: FastAPI, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, attendance(L2, 3))
        answer = await enterprise.get(FINAL)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_final")
        assert "records_waiting" in answer.json()["open"]
        await settle(app)
        items = (await get(enterprise, FINAL))["items"]
        assert {item["eligibility"] for item in items} == {"eligible"}

    async def test_is_told_to_many_at_once(self, enterprise: httpx.AsyncClient) -> None:
        """More than there are connections: a request that needed two would wait for ever."""
        answers = await asyncio.gather(*(enterprise.get(FINAL) for _ in range(25)))
        assert {answer.status_code for answer in answers} == {200}

    async def test_is_not_there_for_others(self, doors: Doors, platform: httpx.AsyncClient) -> None:
        stranger = await doors.signed_in(OTHER_ENTERPRISE)
        assert await refused(stranger, FINAL) == (404, "not_found")
        assert (await get(await doors.signed_in(DISTRICT_REGULATOR), FINAL))["items"]
        assert await refused(platform, FINAL) == (403, "forbidden")

    async def test_leaves_no_progress(self, enterprise: httpx.AsyncClient) -> None:
        assert await refused(enterprise, PROGRESS) == (409, "class_group_closed")


@pytest.mark.usefixtures("running")
class TestProgress:
    async def test_tells_what_each_learner_has_and_lacks(
        self, enterprise: httpx.AsyncClient, database: Database
    ) -> None:
        items = (await get(enterprise, PROGRESS))["items"]
        assert "eligibility" not in items[0]
        assert [item["outlook"] for item in items] == ["on_track", "lost"]
        assert items[1]["facts"]["attended_lessons"] == 2
        assert [rule["shortfall"] for rule in items[1]["rules"]] == [1, None, 36000]
        assert items[1]["learner_name"] == "=李四"
        assert [action for action, _ in await accesses(database)] == ["progress:read"]

    async def test_masks_names_for_regulators(self, regulator: httpx.AsyncClient) -> None:
        assert (await get(regulator, PROGRESS))["items"][0]["learner_name"] == "张**"

    async def test_is_for_the_enterprise_itself(self, doors: Doors, platform: httpx.AsyncClient) -> None:
        assert await refused(await doors.signed_in(OTHER_ENTERPRISE), PROGRESS) == (404, "not_found")
        assert await refused(platform, PROGRESS) == (403, "forbidden")

    async def test_comes_before_eligibility(self, enterprise: httpx.AsyncClient) -> None:
        answer = await enterprise.get(FINAL, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_final")
        assert answer.json()["open"] == ["class_group_running"]
        assert "the class group is not closed" in answer.json()["detail"]


async def test_a_closed_class_group_is_not_final_before_it_is_assessed(
    platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
) -> None:
    await push_term(platform, **CLOSED)
    assert await refused(enterprise, FINAL) == (409, "not_final")
