"""A legal hold keeps what the clock has let go; one places it, two lift it."""

import json
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Role
from app.db.session import Database, driver, reading, transaction
from app.ledger.sequence import sequence
from app.records.selection import Selection
from app.retention.disposal import due
from app.retention.errors import HoldStands
from tests.api.conftest import Doors
from tests.ingest.deliveries import rows
from tests.ingest.examples import USCC
from tests.retention.past import C1, Officials, carried_out, disposed, propose, refusal

HOLDS = "/api/v1/legal-holds"
SUBJECTS: dict[str, dict[str, str]] = {
    "class_group": C1._asdict(),
    "enrollment": C1._asdict() | {"learner_id": "L1"},
    "enterprise": {"uscc": USCC},
}


async def placed(person: httpx.AsyncClient, about: str, **named: str) -> dict[str, Any]:
    answer = await person.post(HOLDS, json={"about": about, **named, "reason": "审计抽查"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.usefixtures("past")
class TestAHold:
    @pytest.mark.parametrize("about", SUBJECTS)
    async def test_keeps_what_the_clock_has_let_go(
        self, officials: Officials, database: Database, about: str
    ) -> None:
        await placed(officials.first, about, **SUBJECTS[about])
        answer = await propose(officials.first, "retention:dispose", **C1._asdict())
        assert refusal(answer) == (409, "hold_stands")
        async with reading(database) as session:
            with pytest.raises(HoldStands):
                await due(session, Selection(*C1))
        (item,) = (await officials.first.get("/api/v1/retention/due")).json()["items"]
        assert item["is_held"]

    async def test_stops_a_disposal_that_was_proposed_before(self, officials: Officials) -> None:
        proposed = await propose(officials.first, "retention:dispose", **C1._asdict())
        await placed(officials.first, "class_group", **C1._asdict())
        approve = f"/api/v1/approvals/{proposed.json()['proposal_id']}/approve"
        assert refusal(await officials.second.post(approve)) == (409, "hold_stands")

    async def test_is_an_entry_of_the_ledger_that_names_no_learner(
        self, officials: Officials, database: Database
    ) -> None:
        hold = await placed(officials.first, "enrollment", **SUBJECTS["enrollment"])
        await sequence(database)
        ((envelope,),) = await rows(database, "SELECT envelope FROM ledger_entries WHERE kind = 'hold'")
        told = json.loads(envelope)
        assert (told["hold_id"], told["about"], told["class_group_id"]) == (
            hold["hold_id"],
            "enrollment",
            "C1",
        )
        assert "learner_id" not in told

    async def test_is_lifted_by_two_and_then_it_may_go(self, officials: Officials) -> None:
        hold = await placed(officials.first, "class_group", **C1._asdict())
        assert (await carried_out(officials, "hold:lift", hold_id=hold["hold_id"])).status_code == 200
        (told,) = (await officials.first.get(HOLDS)).json()["items"]
        assert told["lifted_at"] is not None
        assert (await officials.first.get(f"{HOLDS}?standing=true")).json()["items"] == []
        await disposed(officials)

    async def test_is_not_lifted_by_one(self, officials: Officials) -> None:
        hold = await placed(officials.second, "class_group", **C1._asdict())
        proposed = await propose(officials.second, "hold:lift", hold_id=hold["hold_id"])
        approve = f"/api/v1/approvals/{proposed.json()['proposal_id']}/approve"
        assert refusal(await officials.second.post(approve)) == (403, "second_person_needed")

    async def test_is_not_lifted_behind_the_back_of_two(
        self, officials: Officials, database: Database, owner_url: str
    ) -> None:
        hold = await placed(officials.first, "class_group", **C1._asdict())
        statement = "INSERT INTO lifted_holds (hold_id, proposal_id, lifted_at) VALUES ($1, $2, now())"
        owner = await asyncpg.connect(owner_url)
        with pytest.raises(asyncpg.CheckViolationError, match="is lifted by two persons"):
            await owner.execute(statement, hold["hold_id"], uuid4())
        await owner.close()
        async with transaction(database) as session:
            with pytest.raises(asyncpg.CheckViolationError, match="is lifted by two persons"):
                await (await driver(session)).execute(statement, hold["hold_id"], uuid4())

    @pytest.mark.parametrize(
        "wanted",
        [
            {"about": "class_group", "platform": "live-a"},
            {"about": "class_group", "platform": "live-a", "class_group_id": "C9"},
            {"about": "enrollment", **C1._asdict(), "learner_id": "L9"},
            {"about": "platform", "platform": "nobody"},
            {"about": "enterprise", "uscc": "91110108MA01C8JL4T"},
            {"about": "platform", **C1._asdict()},
        ],
    )
    async def test_is_on_something_that_is_there(self, officials: Officials, wanted: dict[str, str]) -> None:
        answer = await officials.first.post(HOLDS, json={**wanted, "reason": "审计"})
        assert refusal(answer) == (404, "hold_subject_unknown")


async def test_officials_of_elsewhere_see_and_hold_nothing(
    past: FastAPI, doors: Doors, officials: Officials
) -> None:
    del past
    there = await doors.person(Role.clerk, districts=("4403",))
    answer = await there.post(HOLDS, json={"about": "class_group", **C1._asdict(), "reason": "审计"})
    assert refusal(answer) == (404, "hold_subject_unknown")
    await placed(officials.first, "class_group", **C1._asdict())
    assert (await there.get(HOLDS)).json()["items"] == []
    assert refusal(await there.get("/api/v1/retention/live-a/C1")) == (404, "not_found")
    assert (await there.get("/api/v1/retention/due")).json()["items"] == []
    here = await doors.person(Role.clerk, districts=("1101",))
    assert len((await here.get(HOLDS)).json()["items"]) == 1
