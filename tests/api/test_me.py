"""`/api/v1/me`: a learner reads its own record, and nothing of anybody else."""

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.authorisation import Action
from app.core.vocabulary import Role
from app.db.session import Database
from tests.api.conftest import Doors
from tests.api.term import C1, ID_NUMBERS, L1, L2, NAMES, get
from tests.api.test_eligibility import accesses

OWN = "/api/v1/me/enrollments"


async def learner(app: FastAPI, doors: Doors, id_number: str) -> httpx.AsyncClient:
    person_key = app.state.resources.key_ring.person_key(id_number)
    return await doors.person(Role.learner, person_key=person_key)


@pytest.mark.usefixtures("closed")
class TestOwnEnrollments:
    @pytest.mark.parametrize("learner_id", [L1, L2])
    async def test_tells_a_learner_of_itself_alone(self, app: FastAPI, doors: Doors, learner_id: str) -> None:
        client = await learner(app, doors, ID_NUMBERS[learner_id])
        (item,) = (await get(client, OWN))["items"]
        assert (item["class_group_id"], item["learner_id"]) == (C1, learner_id)
        assert item["learner_name"] == NAMES[learner_id]

    async def test_tells_figures_rules_and_findings(self, app: FastAPI, doors: Doors) -> None:
        (item,) = (await get(await learner(app, doors, ID_NUMBERS[L2]), OWN))["items"]
        assert item["facts"]["attendance_rate"] == 0.6667
        assert item["eligibility"] == "ineligible"
        failed = {rule["code"] for rule in item["rules"] if rule["outcome"] == "fail"}
        assert failed == {finding["rule"] for finding in item["findings"]}
        assert {finding["learner_id"] for finding in item["findings"]} == {L2}

    async def test_of_who_is_enrolled_nowhere_there_is_nothing(self, app: FastAPI, doors: Doors) -> None:
        client = await learner(app, doors, "110101199001010015")
        assert (await get(client, OWN))["items"] == []

    async def test_is_recorded(self, app: FastAPI, doors: Doors, database: Database) -> None:
        await get(await learner(app, doors, ID_NUMBERS[L1]), OWN)
        person_key = app.state.resources.key_ring.person_key(ID_NUMBERS[L1]).hex()
        assert await accesses(database) == [(Action.read_own_record, {"person_key": person_key})]

    async def test_is_paged(self, app: FastAPI, doors: Doors) -> None:
        answer = await get(await learner(app, doors, ID_NUMBERS[L1]), OWN, limit=1)
        assert (len(answer["items"]), answer["next_cursor"]) == (1, None)

    async def test_has_a_decision_sheet_of_its_own(
        self, app: FastAPI, doors: Doors, database: Database
    ) -> None:
        client = await learner(app, doors, ID_NUMBERS[L2])
        sheet = await get(client, f"{OWN}/P1/{C1}/{L2}")
        assert (sheet["learner_name"], sheet["eligibility"]) == (NAMES[L2], "ineligible")
        assert sheet["evidence"]["lessons"]
        assert (sheet["subsidy_fen"], sheet["subsidy"]) == (None, None)
        subject = {"platform": "P1", "class_group_id": C1, "learner_id": L2}
        assert (Action.read_own_record, subject) in await accesses(database)

    async def test_finds_no_sheet_of_anybody_else(self, app: FastAPI, doors: Doors) -> None:
        client = await learner(app, doors, ID_NUMBERS[L2])
        assert (await client.get(f"{OWN}/P1/{C1}/{L1}")).status_code == 404
        assert (await client.get(f"{OWN}/P2/{C1}/{L2}")).status_code == 404

    @pytest.mark.parametrize("path", ["compliance/enrollments", "findings", "batches", "records/enrollments"])
    async def test_a_learner_reads_nothing_else(self, app: FastAPI, doors: Doors, path: str) -> None:
        client = await learner(app, doors, ID_NUMBERS[L1])
        assert (await client.get(f"/api/v1/{path}")).status_code == 403
