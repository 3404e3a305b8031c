"""Neighbours of a class group: their holds reach it; those of other districts are counted, and not named."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.vocabulary import Feed, Role
from app.db.session import Database, transaction
from tests.api.conftest import Doors
from tests.ingest.deliveries import rows
from tests.ingest.examples import OTHER_USCC, USCC
from tests.retention.past import (
    C1,
    C2,
    Officials,
    assess,
    carried_out,
    disposed,
    of_2020,
    propose,
    push,
    push_class_group,
    refusal,
)
from tests.retention.test_holds import HOLDS, placed

HoldOn = Callable[[str | None], Awaitable[str]]
HERE, ELSEWHERE = "1101", "4403"
CLOCK_OF_C1, CLOCK_OF_C2 = (f"/api/v1/retention/live-a/{each}" for each in ("C1", "C2"))
HELD = "SELECT class_group_is_held('live-a', 'C2')"


@pytest.fixture
async def beside(past: FastAPI) -> None:
    """C2, of an enterprise elsewhere, with the same learner in the same year; its term is over too."""
    there = of_2020(Feed.enterprises, uscc=OTHER_USCC, district_code=f"{ELSEWHERE}04")
    await push(past, Feed.enterprises, there)
    await push_class_group(past, "C2", enterprise_uscc=OTHER_USCC)
    await assess(past, C1, C2)


@pytest.fixture
async def here(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.reviewer, districts=(HERE,))


@pytest.fixture
def hold_on(past: FastAPI, officials: Officials, database: Database) -> HoldOn:
    """Holds the enterprise of C1 and C2, of which C2 is in another district; gives the id."""
    moved = text("UPDATE class_groups SET district_code = :district WHERE class_group_id = 'C2'")

    async def place(district: str | None) -> str:
        await push(past, Feed.class_groups, of_2020(Feed.class_groups, class_group_id="C2"))
        async with transaction(database) as session:
            await session.execute(moved, {"district": district})
        hold_id: str = (await placed(officials.first, "enterprise", uscc=USCC))["hold_id"]
        return hold_id

    return place


@pytest.mark.usefixtures("beside")
class TestAHoldOfANeighbour:
    @pytest.mark.parametrize(
        ("about", "named"),
        [
            ("class_group", C1._asdict()),
            ("enrollment", C1._asdict() | {"learner_id": "L1"}),
            ("enterprise", {"uscc": USCC}),
        ],
    )
    async def test_keeps_what_the_held_decision_rests_on(
        self, officials: Officials, database: Database, about: str, named: dict[str, str]
    ) -> None:
        hold = await placed(officials.first, about, **named)
        answer = await propose(officials.first, "retention:dispose", **C2._asdict())
        assert refusal(answer) == (409, "hold_stands")
        assert await rows(database, HELD) == [(True,)]
        told = (await officials.first.get(CLOCK_OF_C2)).json()
        assert (told["is_held"], told["is_due"]) == (True, False)
        assert [each["hold_id"] for each in told["holds"]] == [hold["hold_id"]]
        due = (await officials.first.get("/api/v1/retention/due")).json()["items"]
        assert [(each["class_group_id"], each["is_held"]) for each in due] == [("C1", True), ("C2", True)]

    async def test_lets_it_go_once_it_is_lifted(self, officials: Officials, database: Database) -> None:
        hold = await placed(officials.first, "class_group", **C1._asdict())
        assert (await carried_out(officials, "hold:lift", hold_id=hold["hold_id"])).status_code == 200
        assert await rows(database, HELD) == [(False,)]
        await disposed(officials, C2)

    async def test_of_another_district_is_told_and_not_shown(
        self, officials: Officials, here: httpx.AsyncClient
    ) -> None:
        await placed(officials.first, "class_group", **C2._asdict())
        told = (await here.get(CLOCK_OF_C1)).json()
        assert (told["is_held"], told["holds"]) == (True, [])


@pytest.mark.usefixtures("beside")
class TestNeighboursElsewhere:
    async def test_are_counted_and_not_named(self, officials: Officials, here: httpx.AsyncClient) -> None:
        told = (await here.get(CLOCK_OF_C1)).json()
        assert (told["kept_for"], told["kept_for_elsewhere"]) == ([], 1)
        assert "C2" not in str(told)
        told = (await officials.first.get(CLOCK_OF_C1)).json()
        assert [each["class_group_id"] for each in told["kept_for"]] == ["C2"]
        assert told["kept_for_elsewhere"] == 0

    async def test_keep_the_record_from_who_may_not_see_them(
        self, officials: Officials, here: httpx.AsyncClient, doors: Doors
    ) -> None:
        both = await doors.person(Role.auditor, districts=(HERE, ELSEWHERE))
        path = f"/api/v1/disposals/{(await disposed(officials))['disposal_id']}"
        assert refusal(await here.get(path)) == (404, "disposal_unknown")
        assert (await both.get(path)).json()["neighbours"] == [C2._asdict()]
        assert (await officials.first.get(path)).status_code == 200
        await disposed(officials, C2)
        assert refusal(await here.get(path)) == (404, "disposal_unknown")
        assert (await both.get(path)).status_code == 200


class TestAnEnterpriseOfSeveralDistricts:
    @pytest.mark.parametrize(
        ("district", "reach", "may"),
        [
            ("440304", (ELSEWHERE,), False),
            ("440304", (HERE,), False),
            ("440304", (HERE, ELSEWHERE), True),
            ("110108", (HERE,), True),
            ("110108", ("110105",), False),
            (None, (HERE,), False),
        ],
    )
    async def test_its_hold_is_lifted_by_who_is_there_for_all_of_them(
        self, doors: Doors, hold_on: HoldOn, *, district: str | None, reach: tuple[str, ...], may: bool
    ) -> None:
        hold_id = await hold_on(district)
        person = await doors.person(Role.reviewer, districts=reach)
        assert len((await person.get(HOLDS)).json()["items"]) == 1
        answer = await propose(person, "hold:lift", hold_id=hold_id)
        assert answer.status_code == (201 if may else 404)

    async def test_one_of_its_districts_does_not_approve(
        self, officials: Officials, doors: Doors, hold_on: HoldOn
    ) -> None:
        proposed = await propose(officials.first, "hold:lift", hold_id=await hold_on("440304"))
        approve = f"/api/v1/approvals/{proposed.json()['proposal_id']}/approve"
        highest = await doors.person(Role.approver, districts=(ELSEWHERE,))
        assert (await highest.post(approve)).status_code == 404
        assert (await officials.second.post(approve)).status_code == 200

    async def test_two_of_one_city_propose_and_approve(self, doors: Doors, hold_on: HoldOn) -> None:
        city = [await doors.person(role, districts=(HERE,)) for role in (Role.reviewer, Role.approver)]
        answer = await carried_out(Officials(*city), "hold:lift", hold_id=await hold_on("110108"))
        assert answer.status_code == 200
