"""One person in two class groups, on two platforms and for two enterprises, through the door."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Feed
from tests.api.conftest import LIVE, OTHER_USCC, VOD, Doors
from tests.api.term import (
    C1,
    CLOSED,
    ENROLLMENTS,
    L1,
    USCC,
    attendance,
    enrollment,
    get,
    push,
    push_term,
    settle,
)

FINAL = "/api/v1/eligibility/class-groups"
REPORT = f"/api/v1/enterprises/{USCC}/eligibility-report"
MAY = {"from": "2026-05-01", "to": "2026-05-31"}
DAY_LATER = {"closed_at": "2026-05-02T10:00:00+08:00", "enterprise_uscc": OTHER_USCC}
ELSEWHERE = "credited_in_another_class_group"


@pytest.fixture
async def platforms(app: FastAPI, doors: Doors) -> list[httpx.AsyncClient]:
    """Both have sent the same term of the same people; the first class group was closed a day earlier."""
    both = [await doors.signed_in(LIVE), await doors.signed_in(VOD)]
    for platform, changes in zip(both, ({}, DAY_LATER), strict=True):
        await push_term(platform, **{**CLOSED, **changes}, programme="sg-onjob-2020")
        await push(platform, Feed.enrollments, enrollment(L1, employment="contract", revision=1))
    await settle(app)
    return both


async def first_learner(client: httpx.AsyncClient, platform: str) -> Mapping[str, Any]:
    items: list[Mapping[str, Any]] = (await get(client, f"{FINAL}/{platform}/{C1}"))["items"]
    return items[0]


async def left_out_elsewhere(client: httpx.AsyncClient) -> list[Mapping[str, Any]]:
    detail = await get(client, f"{ENROLLMENTS}/P2/{C1}/{L1}")
    assert detail["is_up_to_date"]
    return list(_left_out(detail["evidence"]["lessons"]))


def _left_out(lessons: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for lesson in lessons:
        for source in lesson["sources"]:
            yield from (part for part in source["left_out"] if part["reason"]["code"] == ELSEWHERE)


@pytest.mark.usefixtures("platforms")
async def test_the_class_group_that_closed_first_is_paid_up_to_the_cap(regulator: httpx.AsyncClient) -> None:
    first, second = [await first_learner(regulator, platform) for platform in ("P1", "P2")]
    assert (first["eligibility"], first["subsidy_fen"]) == ("eligible", 100_000)
    assert (first["subsidy"]["hours"], first["subsidy"]["fen_per_hour"]) == (40, 3_000)
    assert (second["credited_hours"], second["subsidy_fen"]) == (0, 0)
    assert second["subsidy"]["granted_before_fen"] == 100_000
    assert "HRS_02-elsewhere" in second["failed_rules"]


async def test_only_who_may_see_the_other_class_group_is_told_its_name(
    platforms: list[httpx.AsyncClient], regulator: httpx.AsyncClient
) -> None:
    named = await left_out_elsewhere(regulator)
    assert [part["class_group"] for part in named] == [{"platform": "P1", "class_group_id": C1}] * 3
    unnamed = await left_out_elsewhere(platforms[1])
    assert [(part["class_group"], part["seconds"]) for part in unnamed] == [(None, 36_000)] * 3


async def test_a_decision_that_changes_after_its_report_says_so(
    app: FastAPI,
    platforms: list[httpx.AsyncClient],
    enterprise: httpx.AsyncClient,
    regulator: httpx.AsyncClient,
) -> None:
    report = await get(enterprise, REPORT, **MAY)
    assert (report["subsidy_fen"], report["class_groups"][0]["subsidy_fen"]) == (100_000, 100_000)
    absent = {**attendance(L1, 3), "status": "absent", "revision": 1}
    await push(platforms[0], Feed.attendance, absent)
    await settle(app)
    changed = (await first_learner(regulator, "P1"))["changed_after_export"]
    assert changed["report_id"] == report["report_id"]
    assert (changed["eligibility"], changed["subsidy_fen"]) == ("eligible", 100_000)
    found = await get(regulator, "/api/v1/findings", rule="decision-changed-after-export")
    assert [item["threshold"] for item in found["items"]] == ["eligible, 100000 fen"]
    (change,) = (await get(enterprise, REPORT, **MAY))["changes"]
    assert (change["now"], change["subsidy_fen_before"], change["subsidy_fen_now"]) == (
        "ineligible",
        100_000,
        0,
    )
    assert (await first_learner(regulator, "P2"))["credited_hours"] > 0
