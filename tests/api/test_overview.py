"""`GET /api/v1/overview`: each figure is the length of the list behind it."""

from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.accounts.schemas import Registration
from app.core import clock
from app.core.vocabulary import Feed, Role
from app.db.models import Assessment
from app.db.session import Database, transaction
from app.eligibility import overview as room
from tests.api.conftest import DISTRICT_REGULATOR, Doors
from tests.api.term import C1, CLASS_GROUP, CLASS_GROUPS, ENROLLMENTS, L2, get, push, push_term, settle

OVERVIEW = "/api/v1/overview"
FINDINGS = "/api/v1/findings"
ELSEWHERE = Registration(Role.regulator, name="京", districts=("11",))
GRANT = {
    "subsidy_fen": 0,
    "hours": 40,
    "fen_per_hour": 3000,
    "granted_before_fen": 0,
    "cap_fen": 100_000,
    "clause": "12",
    "is_one_person": True,
}


async def listed(client: httpx.AsyncClient, path: str, **filters: str) -> int:
    return len((await get(client, path, **filters))["items"])


@pytest.mark.usefixtures("closed")
class TestClosed:
    async def test_tells_by_eligibility_what_lists_tell(self, regulator: httpx.AsyncClient) -> None:
        told = await get(regulator, OVERVIEW)
        totals = told["totals"]
        for kind, number in totals["counts"].items():
            assert number == await listed(regulator, ENROLLMENTS, eligibility=kind)
        assert (totals["class_groups"], totals["running"], totals["eligible_rate"]) == (1, 0, 0.5)
        assert [(each["group"], each["class_groups"]) for each in told["by_district"]] == [("440204", 1)]
        assert [each["group"] for each in told["by_programme"]] == ["standard"]
        assert told["by_enterprise"] == []

    async def test_tells_open_findings_by_rule(self, regulator: httpx.AsyncClient) -> None:
        told = await get(regulator, OVERVIEW)
        for flag in told["flags"]:
            assert flag["findings"] == await listed(
                regulator, FINDINGS, state="open", rule=flag["rule"], severity=flag["severity"]
            )
        assert all(flag["title"]["en"] for flag in told["flags"])
        assert {flag["rule"] for flag in told["flags"]} == {"credited-hours", "attendance-rate"}
        assert told["raised_today"] == 2

    async def test_names_enterprises_where_a_district_is_named(self, regulator: httpx.AsyncClient) -> None:
        told = await get(regulator, OVERVIEW, district="440204")
        assert [(each["name"], each["class_groups"]) for each in told["by_enterprise"]] == [
            ("示例制造有限公司", 1)
        ]

    @pytest.mark.parametrize(
        ("filters", "class_groups"),
        [
            ({"programme": "standard"}, 1),
            ({"programme": "other"}, 0),
            ({"ends_from": CLASS_GROUP["ends_on"], "ends_to": CLASS_GROUP["ends_on"]}, 1),
            ({"ends_to": "2020-01-01"}, 0),
        ],
    )
    async def test_is_filtered_like_the_lists(
        self, regulator: httpx.AsyncClient, filters: Mapping[str, str], class_groups: int
    ) -> None:
        told = await get(regulator, OVERVIEW, **filters)
        assert told["totals"]["class_groups"] == class_groups
        assert class_groups == await listed(regulator, CLASS_GROUPS, **filters)

    async def test_ends_where_the_caller_s_districts_do(self, doors: Doors) -> None:
        here, elsewhere = await doors.signed_in(DISTRICT_REGULATOR), await doors.signed_in(ELSEWHERE)
        assert (await get(here, OVERVIEW))["totals"]["class_groups"] == 1
        told = await get(elsewhere, OVERVIEW)
        assert (told["totals"]["class_groups"], told["flags"], told["by_district"]) == (0, [], [])

    async def test_tells_a_platform_of_its_own_and_of_no_money(
        self, platform: httpx.AsyncClient, other_platform: httpx.AsyncClient
    ) -> None:
        told = await get(platform, OVERVIEW)
        assert (told["totals"]["class_groups"], told["money"]) == (1, None)
        assert sum(told["platforms"].values()) == 1
        assert (await get(other_platform, OVERVIEW))["totals"]["class_groups"] == 0

    async def test_refuses_an_end_before_its_beginning(self, regulator: httpx.AsyncClient) -> None:
        answer = await regulator.get(OVERVIEW, params={"ends_from": "2026-02-02", "ends_to": "2026-02-01"})
        assert answer.json()["errors"][0]["pointer"] == "/query/ends_from"

    async def test_adds_up_money_and_what_hangs_on_blocking_findings(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        """L1 was granted 600 yuan; L2 fails two rules, and would get the year's cap."""
        nothing_stands = (await get(regulator, OVERVIEW))["money"]
        assert (nothing_stands["enrollments"], nothing_stands["granted_fen"]) == (0, 0)
        async with transaction(database) as session:
            await session.execute(update(Assessment).values(subsidy_fen=60_000, subsidy=GRANT))
            barred = update(Assessment).where(Assessment.learner_id == L2)
            await session.execute(barred.values(subsidy_fen=0))
        money = (await get(regulator, OVERVIEW))["money"]
        assert (money["granted_fen"], money["withheld_fen"]) == (60_000, 100_000)
        assert (money["withheld_enrollments"], money["closed_from"][4:]) == (1, "-01-01")
        assert money["enrollments"] == 2

    @pytest.mark.parametrize(
        ("filters", "closed_from"),
        [
            ({"closed_to": "2025-12-31"}, "2025-01-01"),
            ({"closed_to": "2025-12-31", "closed_from": "2024-03-01"}, "2024-03-01"),
            ({"closed_to": "2999-12-31"}, f"{clock.today().year}-01-01"),
        ],
    )
    async def test_money_is_of_the_year_in_which_the_period_ends(
        self, regulator: httpx.AsyncClient, filters: Mapping[str, str], closed_from: str
    ) -> None:
        assert (await get(regulator, OVERVIEW, **filters))["money"]["closed_from"] == closed_from


async def test_who_is_at_risk_and_what_ends_soon(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient, database: Database
) -> None:
    soon = (clock.today() + timedelta(days=room.ENDING_DAYS)).isoformat()
    await push_term(platform, ends_on=soon)
    await settle(app)
    async with transaction(database) as session:
        await session.execute(update(Assessment).values(outlook="on_track"))
        of_one = update(Assessment).where(Assessment.learner_id == L2)
        await session.execute(of_one.values(outlook="lost"))
    told = await get(regulator, OVERVIEW)
    window = {"closed": "false", "ends_from": told["today"], "ends_to": told["ending_until"]}
    assert told["totals"]["ending"] == await listed(regulator, CLASS_GROUPS, **window) == 1
    assert told["ending_with_lost"] == await listed(regulator, CLASS_GROUPS, outlook="lost", **window) == 1
    assert told["ending_with_at_risk"] == await listed(regulator, CLASS_GROUPS, outlook="at_risk", **window)
    assert told["lost"] == await listed(regulator, ENROLLMENTS, outlook="lost") == 1
    assert told["at_risk"] == await listed(regulator, ENROLLMENTS, outlook="at_risk") == 0
    (endangered,) = told["endangered"]
    assert (endangered["class_group_id"], endangered["in_progress"], endangered["lost"]) == (C1, 2, 1)
    (danger, *_) = endangered["dangers"]
    (sheet,) = (await get(regulator, ENROLLMENTS, outlook="lost"))["items"]
    failing = {each["code"] for each in sheet["rules"] if each["outcome"] == "fail" and each["shortfall"]}
    assert {each["rule"] for each in endangered["dangers"]} <= failing
    assert (danger["learners"], danger["title"]["zh"] != "") == (1, True)
    await push(platform, Feed.class_groups, CLASS_GROUP | {"ends_on": "2026-05-01", "revision": 1})
    await settle(app)
    totals = (await get(regulator, OVERVIEW))["totals"]
    assert (totals["ending"], totals["overdue"]) == (0, 1)


async def test_weeks_tell_what_was_judged_in_each(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    await push_term(platform, closed_at=clock.now().isoformat(), revision=1)
    await settle(app)
    weeks = (await get(regulator, OVERVIEW))["weeks"]
    assert len(weeks) == room.WEEKS
    this_week = weeks[-1]
    assert (this_week["class_groups"], this_week["eligible"], this_week["ineligible"]) == (1, 1, 1)
    assert sum(each["class_groups"] for each in weeks[:-1]) == 0
