"""Corrections and objections on pages: listed, read with an entry in the trail, answered once by who may."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import text

from app.core.vocabulary import Feed, Role
from app.db.session import reading
from app.ingest.feeds import DEFINITIONS
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.term import C1, CLOSED, ID_NUMBERS, L1, decision_of, get, push_term, settle
from tests.server import CloneServer
from tests.web.forms import submit, text_of

REQUESTS, DESK = "/requests", "/desk"
API = "/api/v1/rights-requests"
HERE, ELSEWHERE = ("4402",), ("11",)
WORDS = "考试成绩漏记，有准考证为凭。"
ANSWER = "经核对考场记录，成绩无误。"


class Office(NamedTuple):
    doors: Doors
    learner: httpx.AsyncClient
    reviewer: httpx.AsyncClient
    decision_id: str

    async def objection(self) -> str:
        wanted = {
            "platform": "P1",
            "class_group_id": C1,
            "learner_id": L1,
            "decision_id": self.decision_id,
            "reason": WORDS,
        }
        answer = await self.learner.post("/api/v1/me/objections", json=wanted)
        assert answer.status_code == 200, answer.text
        request_id: str = answer.json()["request_id"]
        return request_id


@pytest.fixture(scope="module")
async def office(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        await settle(app)
        person_key = app.state.resources.key_ring.person_key(ID_NUMBERS[L1])
        learner = await doors.person(Role.learner, person_key=person_key)
        reviewer = await doors.person(Role.reviewer, districts=HERE)
        yield Office(doors, learner, reviewer, await decision_of(doors.database, L1))


async def test_a_field_that_is_asked_about_is_named(office: Office) -> None:
    wanted = {"platform": "P1", "class_group_id": C1, "learner_id": L1, "feed": "attendance"}
    about = {"record_key": {"lesson_id": "S1"}, "field": "status", "right_value": "late", "reason": WORDS}
    asked = (await office.learner.post("/api/v1/me/corrections", json=wanted | about)).json()
    operator = await office.doors.person(Role.operator, platform="P1")
    page = text_of(await operator.get(f"{REQUESTS}/{asked['request_id']}"))
    (field,) = (each for each in DEFINITIONS[Feed.attendance].fields if each.name == "status")
    assert f"{field.title.zh} status" in page


async def test_a_request_is_listed_with_its_deadline_and_on_the_desk(office: Office) -> None:
    request_id = await office.objection()
    due_on = (await get(office.reviewer, API))["items"][0]["due_on"]
    for path in (REQUESTS, f"{REQUESTS}?state=submitted", DESK):
        page = await office.reviewer.get(path)
        assert page.status_code == 200
        assert f'href="/requests/{request_id}"' in page.text
        assert due_on in page.text
        assert WORDS not in page.text


async def test_reading_it_shows_the_words_and_is_an_access(office: Office) -> None:
    request_id = await office.objection()
    page = await office.reviewer.get(f"{REQUESTS}/{request_id}")
    assert WORDS in text_of(page)
    async with reading(office.doors.database) as session:
        entries = text(
            "SELECT count(*) FROM trail_entries"
            " WHERE subject ->> 'request_id' = :id AND action = 'rights-requests:read'"
        )
        assert await session.scalar(entries, {"id": request_id}) == 1


async def test_it_is_answered_once_and_the_person_reads_it(office: Office) -> None:
    request_id = await office.objection()
    said = {"request_id": request_id, "outcome": "declined", "reason": ANSWER}
    done = await submit(office.reviewer, f"{REQUESTS}/answers", **said)
    assert (done.status_code, done.headers["location"]) == (303, f"{REQUESTS}/{request_id}")
    assert ANSWER in text_of(await office.reviewer.get(f"{REQUESTS}/{request_id}"))
    (own,) = [
        item
        for item in (await get(office.learner, "/api/v1/me/requests"))["items"]
        if item["request_id"] == request_id
    ]
    assert (own["state"], own["reason"]) == ("declined", ANSWER)
    assert f"/requests/{request_id}" not in (await office.reviewer.get(DESK)).text
    again = await submit(office.reviewer, f"{REQUESTS}/answers", **said)
    assert (again.status_code, again.headers["content-type"]) == (409, "text/html; charset=utf-8")


async def test_an_answer_without_words_is_refused_on_a_page(office: Office) -> None:
    request_id = await office.objection()
    refused = await submit(
        office.reviewer, f"{REQUESTS}/answers", request_id=request_id, outcome="accepted", reason=""
    )
    assert refused.status_code == 422
    assert (await get(office.reviewer, f"{API}/{request_id}"))["state"] == "submitted"


async def test_others_look_on_or_see_nothing(office: Office) -> None:
    request_id = await office.objection()
    clerk = await office.doors.person(Role.clerk, districts=HERE)
    page = await clerk.get(f"{REQUESTS}/{request_id}")
    assert page.status_code == 200
    assert "/requests/answers" not in page.text
    elsewhere = await office.doors.person(Role.reviewer, districts=ELSEWHERE)
    operator = await office.doors.person(Role.operator)
    said = {"request_id": request_id, "outcome": "accepted", "reason": ANSWER}
    for stranger in (elsewhere, operator):
        assert (await stranger.get(f"{REQUESTS}/{request_id}")).status_code == 404
        assert (await submit(stranger, f"{REQUESTS}/answers", **said)).status_code == 404
        assert request_id not in (await stranger.get(REQUESTS)).text
