"""`/api/v1/compliance`: lists, details and search, through the door."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.accounts.schemas import Registration
from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from app.rules.fact_names import ALWAYS
from tests.api.conftest import DISTRICT_REGULATOR, Doors
from tests.api.term import (
    C1,
    CLASS_GROUP,
    CLASS_GROUPS,
    CLOSED,
    ENROLLMENTS,
    ID_NUMBERS,
    L1,
    L2,
    SUMMARY,
    USCC,
    VERSIONS,
    attendance,
    enrollment,
    get,
    push,
    push_term,
    refused,
    settle,
)

SEARCH = "/api/v1/compliance/search"
JSON = {"Content-Type": "application/json"}
ELSEWHERE = Registration(Role.regulator, name="京区人社局", districts=("110105",))


@pytest.mark.usefixtures("closed")
class TestEnrollments:
    async def test_tell_everything_the_contract_names(self, regulator: httpx.AsyncClient) -> None:
        listing = await get(regulator, ENROLLMENTS)
        first, second = listing["items"]
        assert listing["next_cursor"] is None
        assert list(first) == [
            *("platform", "platform_name", "class_group_id", "class_group_name", "learner_id"),
            *("learner_name", "enterprise_uscc", "enterprise_name", "programme", "policy_version"),
            *("eligibility", "facts", "rules", "outlook", "assessed_at", "ledger_size"),
        ]
        assert list(first["facts"]) == [fact.value for fact in ALWAYS]
        assert (first["learner_id"], first["learner_name"], first["eligibility"]) == (L1, "张**", "eligible")
        assert (second["learner_id"], second["eligibility"]) == (L2, "ineligible")
        assert (first["enterprise_uscc"], first["class_group_name"]) == (USCC, CLASS_GROUP["name"])
        assert (first["outlook"], first["ledger_size"]) == (None, VERSIONS + 7)

    async def test_show_counts_as_integers_and_rates_as_rounded_numbers(
        self, regulator: httpx.AsyncClient
    ) -> None:
        facts = (await get(regulator, ENROLLMENTS, learner_id=L2))["items"][0]["facts"]
        assert facts["attended_lessons"] == 2
        assert facts["attendance_rate"] == 0.6667
        assert facts["credited_seconds"] == 72000
        assert facts["credited_hours"] == 26.6667
        assert facts["exam_pass_rate"] is None
        assert facts["evaluation_submitted"] is False

    async def test_say_which_rule_fails_by_how_much_and_by_which_clause(
        self, regulator: httpx.AsyncClient
    ) -> None:
        rules = (await get(regulator, ENROLLMENTS, learner_id=L2))["items"][0]["rules"]
        by_code = {rule["code"]: rule for rule in rules}
        assert list(rules[0]) == [
            *("code", "outcome", "severity", "observed", "threshold", "shortfall", "clause"),
            *("subject", "places", "waived_by"),
        ]
        attended, answered, hours = (
            by_code[code] for code in ("attendance-rate", "answer-accuracy", "credited-hours")
        )
        assert (attended["outcome"], attended["observed"], attended["threshold"]) == ("fail", 0.6667, 0.8)
        assert attended["shortfall"] == 1
        assert (answered["outcome"], answered["shortfall"]) == ("pass", None)
        assert (hours["outcome"], hours["shortfall"]) == ("fail", 36000)
        assert all(rule["clause"] for rule in rules)

    async def test_are_paged_by_an_opaque_cursor(self, regulator: httpx.AsyncClient) -> None:
        first = await get(regulator, ENROLLMENTS, limit=1)
        second = await get(regulator, ENROLLMENTS, limit=1, cursor=first["next_cursor"])
        assert [page["items"][0]["learner_id"] for page in (first, second)] == [L1, L2]
        assert second["next_cursor"] is None

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"platform": "P1"}, [L1, L2]),
            ({"platform": "P2"}, []),
            ({"class_group_id": C1, "programme": "standard", "enterprise": USCC}, [L1, L2]),
            ({"eligibility": "ineligible"}, [L2]),
            ({"rule": "credited-hours", "outcome": "pass"}, [L1]),
            ({"rule": "credited-hours", "outcome": "missing"}, []),
            ({"district": "440200"}, [L1, L2]),
            ({"district": "440205"}, []),
            ({"closed_from": "2026-05-01", "closed_to": "2026-05-01"}, [L1, L2]),
            ({"closed_from": "2026-05-02"}, []),
        ],
    )
    async def test_are_filtered(
        self, regulator: httpx.AsyncClient, filters: dict[str, str], found: list[str]
    ) -> None:
        items = (await get(regulator, ENROLLMENTS, **filters))["items"]
        assert [item["learner_id"] for item in items] == found

    @pytest.mark.parametrize(
        ("filters", "pointer"),
        [
            ({"rule": "credited-hours"}, "/query/outcome"),
            ({"outcome": "fail"}, "/query/rule"),
            ({"eligibility": "maybe"}, "/query/eligibility"),
            ({"closed_from": "01.05.2026"}, "/query/closed_from"),
            ({"closed_from": "2026-05-02", "closed_to": "2026-05-01"}, "/query/closed_from"),
            ({"district": "shaoguan"}, "/query/district"),
            ({"enterprise": "韶关"}, "/query/enterprise"),
            ({"platform": "a b"}, "/query/platform"),
            ({"limit": "501"}, "/query/limit"),
            ({"format": "pdf"}, "/query/format"),
            ({"eligibilty": "eligible"}, "/query/eligibilty"),
        ],
    )
    async def test_name_the_parameter_at_fault(
        self, regulator: httpx.AsyncClient, filters: dict[str, str], pointer: str
    ) -> None:
        answer = await regulator.get(ENROLLMENTS, params=filters)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    async def test_refuse_a_broken_cursor(self, regulator: httpx.AsyncClient) -> None:
        assert await refused(regulator, ENROLLMENTS, cursor="xyz") == (400, "bad_cursor")


@pytest.mark.usefixtures("running")
async def test_the_outlook_is_shown_while_the_class_group_runs(regulator: httpx.AsyncClient) -> None:
    items = (await get(regulator, ENROLLMENTS))["items"]
    assert {item["eligibility"] for item in items} == {"in_progress"}
    assert {item["learner_id"]: item["outlook"] for item in items} == {L1: "on_track", L2: "lost"}
    for outlook, learner_ids in {"on_track": [L1], "lost": [L2], "at_risk": []}.items():
        found = (await get(regulator, ENROLLMENTS, outlook=outlook))["items"]
        assert [item["learner_id"] for item in found] == learner_ids


@pytest.mark.usefixtures("closed")
class TestReach:
    async def test_a_platform_sees_its_own_classes_only(
        self, platform: httpx.AsyncClient, other_platform: httpx.AsyncClient
    ) -> None:
        assert len((await get(platform, ENROLLMENTS))["items"]) == 2
        for path in (ENROLLMENTS, CLASS_GROUPS):
            assert (await get(other_platform, path))["items"] == []
            assert (await get(other_platform, path, platform="P1"))["items"] == []
        assert (await get(other_platform, SUMMARY, group_by="platform"))["items"] == []

    async def test_a_regulator_sees_its_districts_only(self, doors: Doors) -> None:
        here, elsewhere = await doors.signed_in(DISTRICT_REGULATOR), await doors.signed_in(ELSEWHERE)
        assert len((await get(here, ENROLLMENTS))["items"]) == 2
        assert (await get(elsewhere, ENROLLMENTS))["items"] == []
        assert (await get(elsewhere, ENROLLMENTS, district="440204"))["items"] == []
        assert len((await search(here, ID_NUMBERS[L1])).json()["items"]) == 1
        assert (await search(elsewhere, ID_NUMBERS[L1])).json()["items"] == []

    async def test_what_lies_beyond_does_not_exist(
        self, other_platform: httpx.AsyncClient, doors: Doors
    ) -> None:
        for client in (other_platform, await doors.signed_in(ELSEWHERE)):
            assert await refused(client, f"{ENROLLMENTS}/P1/{C1}/{L1}") == (404, "not_found")
            assert await refused(client, f"{CLASS_GROUPS}/P1/{C1}") == (404, "not_found")

    async def test_an_enterprise_has_its_own_door(self, enterprise: httpx.AsyncClient) -> None:
        assert await refused(enterprise, ENROLLMENTS) == (403, "forbidden")


@pytest.mark.usefixtures("closed")
class TestDetail:
    async def test_gives_the_evidence_lesson_by_lesson(self, regulator: httpx.AsyncClient) -> None:
        detail = await get(regulator, f"{ENROLLMENTS}/P1/{C1}/{L2}")
        assert detail["learner_name"] == "=**"
        assert detail["is_up_to_date"] is True
        lessons = {lesson["lesson_id"]: lesson for lesson in detail["evidence"]["lessons"]}
        assert [lessons[each]["is_attended"] for each in ("S1", "S2", "S3")] == [True, True, False]
        assert lessons["S1"]["credited_seconds"] == 36000
        assert lessons["S1"]["starts_at"] == "2026-03-02T00:00:00Z"
        (source,) = lessons["S1"]["sources"]
        assert (source["kind"], source["counted_seconds"]) == ("attendance", 36000)
        assert source["started_at"] == "2026-03-02T00:00:00Z"
        assert lessons["S3"]["attendance_reason"] == {
            "code": "no_attendance_record",
            "text": "没有考勤记录",
        }
        assert detail["evidence"]["questions"][0]["is_right"] is True
        rules = {rule["code"]: rule["evidence"] for rule in detail["rules"]}
        assert rules["attendance-rate"] == ["lessons"]
        assert rules["answer-accuracy"] == ["questions"]

    async def test_explains_in_the_callers_language(self, regulator: httpx.AsyncClient) -> None:
        regulator.headers["Accept-Language"] = "en"
        lessons = (await get(regulator, f"{ENROLLMENTS}/P1/{C1}/{L2}"))["evidence"]["lessons"]
        assert lessons[2]["attendance_reason"]["text"] == "There is no attendance record"

    async def test_tells_when_records_have_arrived_since(
        self, platform: httpx.AsyncClient, app: FastAPI
    ) -> None:
        await push(platform, Feed.attendance, attendance(L2, 3))
        detail = await get(platform, f"{ENROLLMENTS}/P1/{C1}/{L2}")
        assert (detail["is_up_to_date"], detail["eligibility"]) == (False, "ineligible")
        await settle(app)
        detail = await get(platform, f"{ENROLLMENTS}/P1/{C1}/{L2}")
        assert (detail["is_up_to_date"], detail["eligibility"]) == (True, "eligible")

    async def test_leaves_what_was_withdrawn(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        key = {"class_group_id": C1, "learner_id": L2}
        await push(platform, Feed.enrollments, {**key, "revision": 1, "deleted": True})
        assert await refused(regulator, f"{ENROLLMENTS}/P1/{C1}/{L2}") == (404, "not_found")


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for place in range(len(body)):
        yield body[place : place + 1]


async def search(client: httpx.AsyncClient, id_number: object) -> httpx.Response:
    return await client.post(SEARCH, json={"id_number": id_number})


class TestSearch:
    @pytest.mark.usefixtures("closed")
    async def test_finds_a_person_on_every_platform(
        self,
        app: FastAPI,
        other_platform: httpx.AsyncClient,
        regulator: httpx.AsyncClient,
    ) -> None:
        await push_term(other_platform, **CLOSED)
        swapped = enrollment(L1, id_number=ID_NUMBERS[L2].lower(), revision=1)
        await push(other_platform, Feed.enrollments, swapped)
        await settle(app)
        found = (await search(regulator, ID_NUMBERS[L2])).json()["items"]
        assert [(item["platform"], item["learner_id"]) for item in found] == [
            ("P1", L2),
            ("P2", L1),
            ("P2", L2),
        ]

    @pytest.mark.usefixtures("closed")
    async def test_is_logged_without_the_number(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        answer = await search(regulator, ID_NUMBERS[L1])
        assert ID_NUMBERS[L1] not in answer.text
        async with reading(database) as session:
            (entry,) = await session.scalars(select(TrailEntry))
        assert entry.action == "persons:search"
        assert list(entry.subject) == ["person_key"]
        assert ID_NUMBERS[L1] not in str(entry.subject)

    @pytest.mark.parametrize(
        "number", ["110101199003074515", "123", "", "１１０１０１１９９００３０７４５１４"]
    )
    async def test_refuses_a_malformed_number_without_repeating_it(
        self, regulator: httpx.AsyncClient, number: str
    ) -> None:
        answer = await search(regulator, number)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_id_number")
        assert answer.json()["errors"][0]["pointer"] == "/id_number"
        assert not number or number not in answer.text

    @pytest.mark.parametrize("body", [{}, {"id_number": 110101199003074514}, {"id": "110101199003074514"}])
    async def test_refuses_another_body_without_repeating_it(
        self, regulator: httpx.AsyncClient, body: dict[str, Any]
    ) -> None:
        answer = await regulator.post(SEARCH, json=body)
        assert answer.status_code == 422
        assert "110101199003074514" not in answer.text

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"])
    async def test_is_asked_in_plain_utf_8_alone(self, regulator: httpx.AsyncClient, encoding: str) -> None:
        body = f'{{"id_number": "{ID_NUMBERS[L1]}"}}'.encode(encoding)
        answer = await regulator.post(SEARCH, content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
        assert "UTF-8" in answer.json()["detail"]
        piecemeal = await regulator.post(SEARCH, content=in_pieces(body), headers=JSON)
        assert piecemeal.status_code == 400

    async def test_is_for_regulators(
        self, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        for client in (platform, enterprise):
            assert (await search(client, ID_NUMBERS[L1])).status_code == 403
