"""Attendance, hours, teaching and history of one class group, through the door."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Feed, Role
from tests.api.conftest import Doors
from tests.api.term import (
    C1,
    CLASS_GROUPS,
    CLOSED,
    ENROLLMENTS,
    L1,
    L2,
    attendance,
    enrollment,
    get,
    lesson,
    push,
    push_term,
    settle,
)

SHEETS = f"{CLASS_GROUPS}/P1/{C1}"
FILM = {
    "class_group_id": C1,
    "lesson_id": "S0",
    "title": "录播课",
    "kind": "vod",
    "planned_minutes": 90,
    "required": False,
}


def watched(learner_id: str, session_id: str, first: str, last: str) -> dict[str, Any]:
    return {
        "class_group_id": C1,
        "learner_id": learner_id,
        "session_id": session_id,
        "lesson_id": "S0",
        "online_at": f"2026-03-05T{first}:00+08:00",
        "offline_at": f"2026-03-05T{last}:00+08:00",
        "position_from": 0,
        "position_to": 60,
    }


class TestAttendance:
    @pytest.mark.usefixtures("closed")
    async def test_is_told_learner_by_learner_in_the_order_of_the_lessons(
        self, regulator: httpx.AsyncClient
    ) -> None:
        told = await get(regulator, f"{SHEETS}/attendance")
        assert [each["lesson_id"] for each in told["lessons"]] == ["S1", "S2", "S3"]
        assert [each["attendance_rate"] for each in told["lessons"]] == [1, 1, 0.5]
        assert told["lessons"][2]["counts"] == {"present": 1}
        first, second = told["items"]
        assert (first["learner_id"], first["learner_name"], first["attendance_rate"]) == (L1, "张**", 1)
        assert second["statuses"] == ["present", "present", None]
        assert (second["attendance_rate"], second["eligibility"]) == (0.6667, "ineligible")

    @pytest.mark.usefixtures("closed")
    async def test_is_paged_by_learners(self, regulator: httpx.AsyncClient) -> None:
        first = await get(regulator, f"{SHEETS}/attendance", limit=1)
        rest = await get(regulator, f"{SHEETS}/attendance", limit=1, cursor=first["next_cursor"])
        assert [each["learner_id"] for each in (*first["items"], *rest["items"])] == [L1, L2]
        assert rest["lessons"] == first["lessons"]
        assert rest["next_cursor"] is None

    async def test_tells_of_films_how_long_records_say_they_ran(
        self, app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push_term(platform, ends_on="2099-12-31")
        await push(platform, Feed.lessons, FILM)
        await push(
            platform,
            Feed.learning_records,
            watched(L1, "R1", "08:00", "08:45"),
            watched(L1, "R2", "08:30", "09:00"),
        )
        await settle(app)
        told = await get(regulator, f"{SHEETS}/attendance")
        assert told["lessons"][-1]["lesson_id"] == "S0"
        assert told["lessons"][-1]["attendance_rate"] is None
        assert [each["minutes"][-1] for each in told["items"]] == [75, None]
        assert told["items"][0]["minutes"][0] is None

    async def test_counts_nobody_who_has_withdrawn(
        self, app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push_term(platform)
        gone = enrollment(L2, revision=1, withdrawn_at="2026-03-10T08:00:00+08:00")
        await push(platform, Feed.enrollments, gone)
        await settle(app)
        told = await get(regulator, f"{SHEETS}/attendance")
        assert [each["counts"] for each in told["lessons"]] == [{"present": 1}] * 3
        assert [each["is_withdrawn"] for each in told["items"]] == [False, True]
        assert [
            each["number"] for each in (await get(regulator, f"{SHEETS}/hours"))["ranges"] if each["number"]
        ] == [1]


@pytest.mark.usefixtures("closed")
class TestHours:
    async def test_are_told_against_those_that_are_needed(self, regulator: httpx.AsyncClient) -> None:
        told = await get(regulator, f"{SHEETS}/hours")
        assert (told["needed"], told["rule"], told["reached"]) == (40, "credited-hours", 1)
        assert [
            (each["at_least"], each["below"], each["number"]) for each in told["ranges"] if each["number"]
        ] == [
            (26, 28, 1),
            (40, 42, 1),
        ]
        (short,) = told["short"]
        assert (short["learner_id"], short["credited_hours"], short["short_seconds"]) == (L2, 26.6667, 36000)
        assert short["learner_name"] != "=李四"


async def test_teaching_records_stand_with_their_lessons(
    platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    await push_term(platform)
    taught = {
        "class_group_id": C1,
        "lesson_id": "S2",
        "instructor_id": "T1",
        "instructor_name": "王小明",
        "qualification": "高级讲师",
        "started_at": lesson(2)["starts_at"],
        "ended_at": lesson(2)["ends_at"],
    }
    await push(platform, Feed.teaching_records, taught)
    items = (await get(regulator, f"{SHEETS}/teaching"))["items"]
    assert [len(each["taught"]) for each in items] == [0, 1, 0]
    assert items[1]["taught"][0]["instructor_name"] == "王**"


class TestHistory:
    async def test_tells_batches_and_assessments_with_their_entries(
        self, app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push_term(platform, **CLOSED)
        await settle(app)
        late = {**attendance(L2, 3), "status": "late"}
        await push(platform, Feed.attendance, late)
        await settle(app)
        items = (await get(regulator, f"{SHEETS}/history"))["items"]
        assert [each["kind"] for each in items][:3] == ["assessment", "batch", "assessment"]
        assert [each["about"] for each in items if each["kind"] == "batch"] == [
            *("attendance", "quiz-answers", "attendance", "enrollments", "lessons", "class-groups"),
        ]
        assert items[1]["is_after_closing"] is True
        for each in items:
            entry = await get(regulator, f"/api/v1/ledger/entries/{each['ledger_index']}")
            assert entry["leaf_hash"]

    @pytest.mark.usefixtures("closed")
    async def test_goes_on_where_the_page_ended(self, regulator: httpx.AsyncClient) -> None:
        whole = (await get(regulator, f"{SHEETS}/history"))["items"]
        told, more = [], {"limit": "2"}
        while more:
            found = await get(regulator, f"{SHEETS}/history", **more)
            told += found["items"]
            cursor = found["next_cursor"]
            more = {"limit": "2", "cursor": cursor} if cursor else {}
        assert told == whole


@pytest.mark.usefixtures("closed")
async def test_money_is_no_business_of_platforms(doors: Doors, regulator: httpx.AsyncClient) -> None:
    operator = await doors.person(Role.operator)
    assert (await get(operator, SHEETS))["subsidy_fen"] is None
    assert "subsidy_fen" in await get(regulator, SHEETS)


@pytest.mark.usefixtures("running")
async def test_class_groups_are_found_by_outlook_while_they_run(regulator: httpx.AsyncClient) -> None:
    for params, number in (
        ({"outlook": "lost"}, 1),
        ({"outlook": "at_risk"}, 0),
        ({"closed": "false"}, 1),
        ({"closed": "true"}, 0),
    ):
        items = (await get(regulator, CLASS_GROUPS, **params))["items"]
        assert len(items) == number, params
    (item,) = (await get(regulator, CLASS_GROUPS))["items"]
    assert item["outlooks"] == {"lost": 1, "at_risk": 0, "on_track": 1}


@pytest.mark.usefixtures("closed")
async def test_nobody_has_an_outlook_once_the_class_group_is_closed(regulator: httpx.AsyncClient) -> None:
    assert (await get(regulator, ENROLLMENTS, outlook="lost"))["items"] == []
