"""A person's rights over HTTP: the export, corrections and objections on their way, and who sees them."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.vocabulary import Role
from app.db.models import Decision, RightsRequest, TrailEntry
from app.db.session import Database, reading
from tests.api.conftest import Doors
from tests.api.term import C1, ID_NUMBERS, L1, L2, NAMES, USCC

ME = "/api/v1/me"
REQUESTS = "/api/v1/rights-requests"
ENROLLMENT = {"platform": "P1", "class_group_id": C1, "learner_id": L1}
WORDS = "本人当日全程在线，有截图为证。"
CORRECTION = {
    **ENROLLMENT,
    "feed": "attendance",
    "record_key": {"lesson_id": "S1"},
    "field": "status",
    "right_value": "present",
    "reason": WORDS,
}
ANSWER = {"outcome": "accepted", "reason": "经核对签到记录，予以更正。"}
ELSEWHERE: dict[str, Any] = {"platform": "P2", "uscc": "91440200MA4UQ0A32N", "districts": ("3302",)}

pytestmark = pytest.mark.usefixtures("closed")


@pytest.fixture
async def me(doors: Doors, app: FastAPI) -> httpx.AsyncClient:
    return await learner(doors, app, L1)


async def learner(doors: Doors, app: FastAPI, learner_id: str) -> httpx.AsyncClient:
    person_key = app.state.resources.key_ring.person_key(ID_NUMBERS[learner_id])
    return await doors.person(Role.learner, person_key=person_key)


async def submitted(me: httpx.AsyncClient, **changes: object) -> dict[str, Any]:
    answer = await me.post(f"{ME}/corrections", json={**CORRECTION, **changes})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def decision(database: Database, learner_id: str) -> str:
    async with reading(database) as session:
        wanted = select(Decision.decision_id).where(Decision.learner_id == learner_id)
        return str((await session.scalars(wanted)).first())


async def actions(database: Database) -> list[str]:
    async with reading(database) as session:
        granted = select(TrailEntry.action).where(TrailEntry.kind != "denied")
        found = await session.scalars(granted.order_by(TrailEntry.entry_id))
        return [action for action in found if action.startswith(("rights-requests", "own-record"))]


class TestTheExport:
    async def test_holds_everything_about_the_person_in_clear(
        self, me: httpx.AsyncClient, doors: Doors, database: Database
    ) -> None:
        await submitted(me)
        reviewer = await doors.person(Role.reviewer)
        wanted = {**ENROLLMENT, "fields": ["name"], "purpose": "complaint", "reason": "核对学员身份"}
        await reviewer.post("/api/v1/personal-data/reveal", json=wanted)
        answer = await me.get(f"{ME}/export")
        assert answer.headers["content-disposition"].startswith('attachment; filename="own-record-')
        told = json.loads(answer.content)
        (enrollment,) = told["enrollments"]
        (roster,) = enrollment["enrollments"]
        assert (roster["name"], roster["id_number"]) == (NAMES[L1], ID_NUMBERS[L1])
        assert {"attendance", "learning-records", "assessments", "decisions", "findings"} <= enrollment.keys()
        assert len(enrollment["attendance"]) == 3
        assert enrollment["decisions"][0]["document"]["eligibility"] == "eligible"
        assert told["requests"][0]["content"]["statement"] == WORDS
        assert [each["action"] for each in told["accesses"]] == ["persons:reveal"]
        assert told["truncated"] == []
        assert "own-record:export" in await actions(database)

    async def test_holds_nothing_of_others_and_no_keyed_hash(
        self, me: httpx.AsyncClient, app: FastAPI
    ) -> None:
        content = (await me.get(f"{ME}/export")).text
        assert ID_NUMBERS[L2] not in content
        assert NAMES[L2] not in content
        assert f'"{L2}"' not in content
        assert "person_key" not in content
        assert app.state.resources.key_ring.person_key(ID_NUMBERS[L1]).hex() not in content

    async def test_of_somebody_unknown_is_empty(self, doors: Doors) -> None:
        stranger = await doors.person(Role.learner, person_key=bytes(32))
        assert (await stranger.get(f"{ME}/export")).json()["enrollments"] == []


class TestACorrection:
    @pytest.mark.parametrize(
        ("about", "addressee", "role"),
        [
            ({"feed": "attendance", "field": "status"}, "platform", Role.operator),
            ({"feed": "enrollments", "field": "enrolled_at"}, "platform", Role.operator),
            ({"feed": "enrollments", "field": "employment"}, "enterprise", Role.agent),
            ({"feed": "enrollments", "field": "name"}, "enterprise", Role.agent),
        ],
    )
    async def test_goes_to_who_holds_the_data_and_the_answer_comes_back(
        self, me: httpx.AsyncClient, doors: Doors, about: dict[str, str], addressee: str, role: Role
    ) -> None:
        request = await submitted(me, **about)
        assert (request["addressee"], request["state"]) == (addressee, "submitted")
        side = await doors.person(role, platform="P1", uscc=USCC)
        (listed,) = (await side.get(REQUESTS, params={"state": "submitted"})).json()["items"]
        assert (listed["request_id"], listed["statement"]) == (request["request_id"], None)
        read = (await side.get(f"{REQUESTS}/{request['request_id']}")).json()
        assert (read["statement"], read["right_value"]) == (WORDS, "present")
        wanted = {**ANSWER, "request_id": request["request_id"]}
        assert (await side.post(f"{REQUESTS}/answers", json=wanted)).status_code == 200
        (own,) = (await me.get(f"{ME}/requests")).json()["items"]
        assert (own["state"], own["reason"], own["answered_by_role"]) == ("accepted", ANSWER["reason"], role)
        assert own["statement"] == WORDS

    async def test_changes_nothing_by_itself(
        self, me: httpx.AsyncClient, doors: Doors, platform: httpx.AsyncClient
    ) -> None:
        async def stored() -> object:
            query = {"class_group_id": C1, "learner_id": L1, "lesson_id": lesson}
            return (await platform.get("/api/v1/records/attendance", params=query)).json()

        exported = json.loads((await me.get(f"{ME}/export")).content)
        lesson = exported["enrollments"][0]["attendance"][0]["lesson_id"]
        before = await stored()
        request = await submitted(me)
        operator = await doors.person(Role.operator, platform="P1")
        await operator.post(f"{REQUESTS}/answers", json={**ANSWER, "request_id": request["request_id"]})
        assert await stored() == before

    async def test_is_due_in_working_days(self, me: httpx.AsyncClient) -> None:
        request = await submitted(me)
        assert request["due_on"] > request["submitted_at"][:10]
        assert request["is_overdue"] is False

    async def test_about_somebody_elses_enrollment_is_not_taken(self, me: httpx.AsyncClient) -> None:
        answer = await me.post(f"{ME}/corrections", json=CORRECTION | {"learner_id": L2})
        assert answer.status_code == 404

    async def test_keeps_its_words_sealed_and_out_of_the_trail(
        self, me: httpx.AsyncClient, database: Database
    ) -> None:
        await submitted(me, reason=f"{WORDS}{ID_NUMBERS[L1]}")
        async with reading(database) as session:
            request = (await session.scalars(select(RightsRequest))).one()
            entries = list(await session.scalars(select(TrailEntry.subject)))
        assert WORDS.encode() not in request.content_sealed
        assert WORDS not in str(entries)
        assert ID_NUMBERS[L1] not in str(entries)


class TestAnObjection:
    async def test_goes_to_the_regulator_of_the_district(
        self, me: httpx.AsyncClient, doors: Doors, database: Database
    ) -> None:
        wanted = {**ENROLLMENT, "decision_id": await decision(database, L1), "reason": WORDS}
        request = (await me.post(f"{ME}/objections", json=wanted)).json()
        assert (request["kind"], request["addressee"]) == ("objection", "regulator")
        operator = await doors.person(Role.operator, platform="P1")
        assert (await operator.get(REQUESTS)).json()["items"] == []
        reviewer = await doors.person(Role.reviewer)
        answer = {"request_id": request["request_id"], "outcome": "declined", "reason": "成绩核对无误。"}
        assert (await operator.post(f"{REQUESTS}/answers", json=answer)).status_code == 404
        assert (await reviewer.post(f"{REQUESTS}/answers", json=answer)).json()["state"] == "declined"

    async def test_against_what_is_about_somebody_else_is_not_taken(
        self, me: httpx.AsyncClient, database: Database
    ) -> None:
        others = {**ENROLLMENT, "decision_id": await decision(database, L2), "reason": WORDS}
        assert (await me.post(f"{ME}/objections", json=others)).status_code == 404

    async def test_names_a_decision_or_a_finding(self, me: httpx.AsyncClient) -> None:
        answer = await me.post(f"{ME}/objections", json={**ENROLLMENT, "reason": WORDS})
        assert answer.status_code == 422


class TestTheWay:
    async def test_is_answered_once_and_not_after_it_was_withdrawn(
        self, me: httpx.AsyncClient, doors: Doors
    ) -> None:
        operator = await doors.person(Role.operator, platform="P1")
        answered, withdrawn = await submitted(me), await submitted(me)
        path = f"{ME}/requests/{withdrawn['request_id']}/withdraw"
        assert (await me.post(path)).json()["state"] == "withdrawn"
        wanted = {**ANSWER, "request_id": answered["request_id"]}
        assert (await operator.post(f"{REQUESTS}/answers", json=wanted)).status_code == 200
        for again in (answered, withdrawn):
            refused = await operator.post(
                f"{REQUESTS}/answers", json={**ANSWER, "request_id": again["request_id"]}
            )
            assert (refused.status_code, refused.json()["code"]) == (409, "rights_request_closed")

    async def test_ends_at_other_platforms_enterprises_districts_and_persons(
        self, me: httpx.AsyncClient, doors: Doors, app: FastAPI
    ) -> None:
        request = await submitted(me)
        for role in (Role.operator, Role.agent, Role.reviewer):
            stranger = await doors.person(role, **ELSEWHERE)
            assert (await stranger.get(REQUESTS)).json()["items"] == []
            assert (await stranger.get(f"{REQUESTS}/{request['request_id']}")).status_code == 404
            wanted = {**ANSWER, "request_id": request["request_id"]}
            assert (await stranger.post(f"{REQUESTS}/answers", json=wanted)).status_code == 404
        another = await learner(doors, app, L2)
        assert (await another.get(f"{ME}/requests")).json()["items"] == []
        path = f"{ME}/requests/{request['request_id']}/withdraw"
        assert (await another.post(path)).status_code == 404

    async def test_is_overseen_without_the_words(self, me: httpx.AsyncClient, doors: Doors) -> None:
        """A regulator sees whether the platform answers; an auditor reads and is told no personal data."""
        request = await submitted(me)
        for role in (Role.reviewer, Role.auditor):
            overseer = await doors.person(role)
            read = (await overseer.get(f"{REQUESTS}/{request['request_id']}")).json()
            assert (read["state"], read["statement"]) == ("submitted", None)

    async def test_leaves_an_entry_at_each_step_and_reading_it_is_told_to_the_person(
        self, me: httpx.AsyncClient, doors: Doors, database: Database
    ) -> None:
        request = await submitted(me)
        operator = await doors.person(Role.operator, platform="P1")
        await operator.get(f"{REQUESTS}/{request['request_id']}")
        await operator.post(f"{REQUESTS}/answers", json={**ANSWER, "request_id": request["request_id"]})
        assert await actions(database) == [
            "rights-requests:submit",
            "rights-requests:read",
            "rights-requests:answer",
        ]
        told = (await me.get(f"{ME}/accesses")).json()["items"]
        assert [(each["action"], each["role"]) for each in told] == [("rights-requests:read", "operator")]
