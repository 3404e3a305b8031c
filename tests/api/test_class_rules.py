"""Rules on class groups through the door: a term claimed under Qinhuangdao's regulation."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed
from tests.api.term import (
    C1,
    CLASS_GROUPS,
    CLOSED,
    ENROLLMENTS,
    L1,
    L2,
    Record,
    answer,
    get,
    lesson,
    push,
    push_term,
    settle,
)

FINDINGS = "/api/v1/findings"
QUIZ, HEALTH = "PRJ_05-quiz", "PRJ_04-health-hours"


@pytest.fixture
async def term(app: FastAPI, platform: httpx.AsyncClient) -> None:
    """Closed; questions were put in the first of its three lessons only, and no course has come."""
    await push_term(platform, programme="qhd-online-2020", **CLOSED)
    await settle(app)


async def rules_of(regulator: httpx.AsyncClient, path: str) -> dict[str, dict[str, Any]]:
    return {rule["code"]: rule for rule in (await get(regulator, path))["rules"]}


@pytest.mark.usefixtures("term")
async def test_a_class_group_shows_its_rules_facts_and_policy(regulator: httpx.AsyncClient) -> None:
    detail = await get(regulator, f"{CLASS_GROUPS}/P1/{C1}")
    assert detail["policy_version"] == "2020-02-14"
    assert detail["facts"] == {"exam_named": False, "health_public_online_hours": None, "online_share": 1}
    rules = {rule["code"]: rule for rule in detail["rules"]}
    assert (rules[QUIZ]["outcome"], rules[QUIZ]["subject"], rules[QUIZ]["places"]) == (
        *("fail", "lesson"),
        ["S2", "S3"],
    )
    assert rules[HEALTH]["outcome"] == "missing"
    (item,) = (await get(regulator, CLASS_GROUPS))["items"]
    assert item["rules"] == detail["rules"]


@pytest.mark.usefixtures("term")
@pytest.mark.parametrize("learner_id", [L1, L2])
async def test_what_bars_it_is_said_of_each_learner_with_scope_and_clause(
    regulator: httpx.AsyncClient, learner_id: str
) -> None:
    detail = await get(regulator, f"{ENROLLMENTS}/P1/{C1}/{learner_id}")
    assert detail["eligibility"] == "ineligible"
    rules = {rule["code"]: rule for rule in detail["rules"]}
    assert (rules[QUIZ]["subject"], rules[QUIZ]["outcome"]) == ("lesson", "fail")
    assert "秦人社" in rules[QUIZ]["clause"]
    listed = await get(regulator, ENROLLMENTS, rule=QUIZ, outcome="fail")
    assert [item["learner_id"] for item in listed["items"]] == [L1, L2]


@pytest.mark.usefixtures("term")
async def test_its_findings_name_no_learner_and_are_found_by_subject(regulator: httpx.AsyncClient) -> None:
    of_lessons = (await get(regulator, FINDINGS, subject="lesson"))["items"]
    assert [(each["rule"], each["learner_id"], each["places"]) for each in of_lessons] == [
        (QUIZ, None, ["S2", "S3"])
    ]
    of_learners = (await get(regulator, FINDINGS, subject="enrollment"))["items"]
    assert {each["learner_id"] for each in of_learners} <= {L1, L2}
    assert len(of_learners) > 0


@pytest.mark.usefixtures("term")
async def test_a_course_that_names_no_class_group_changes_its_answer(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    course: Record = {**EXAMPLES[Feed.courses], "category": "health_safety"}
    receipt = (await platform.post("/api/v1/feeds/courses", json=[course])).json()
    waits = await get(regulator, "/api/v1/assessment")
    assert waits["pending_enrollments"] == 1
    batch = f"/api/v1/batches/{receipt['batch_id']}"
    assert (await get(platform, batch))["state"] == "stored"
    in_course = [{**lesson(number), "course_id": course["course_id"], "revision": 1} for number in (1, 2, 3)]
    await push(platform, Feed.lessons, *in_course)
    await settle(app)
    assert (await get(platform, batch))["state"] == "assessed"
    assert (await get(regulator, "/api/v1/assessment"))["pending_enrollments"] == 0
    assert (await rules_of(regulator, f"{CLASS_GROUPS}/P1/{C1}"))[HEALTH]["outcome"] == "pass"


@pytest.mark.usefixtures("term")
async def test_answers_that_come_late_lift_the_bar_from_everybody(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    late = [{**answer(L1), "answer_id": f"A{day}", "lesson_id": f"S{day}"} for day in (2, 3)]
    await push(platform, Feed.quiz_answers, *late)
    await settle(app)
    for learner_id in (L1, L2):
        rules = await rules_of(regulator, f"{ENROLLMENTS}/P1/{C1}/{learner_id}")
        assert QUIZ not in rules
    resolved = (await get(regulator, FINDINGS, rule=QUIZ))["items"]
    assert [each["state"] for each in resolved] == ["resolved"]
