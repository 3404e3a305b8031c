"""`/api/v1/compliance/class-groups` and `/summary`, through the door."""

import httpx
import pytest
from fastapi import FastAPI

from tests.api.term import (
    C1,
    CLASS_GROUPS,
    ENROLLMENTS,
    SUMMARY,
    USCC,
    get,
    push_term,
    settle,
)


@pytest.mark.usefixtures("closed")
class TestClassGroups:
    async def test_tell_headcount_counts_and_rates(self, regulator: httpx.AsyncClient) -> None:
        (item,) = (await get(regulator, CLASS_GROUPS))["items"]
        assert (item["planned_headcount"], item["headcount"]) == (40, 2)
        assert item["counts"] == {
            "withdrawn": 0,
            "in_progress": 0,
            "ineligible": 1,
            "insufficient_evidence": 0,
            "eligible": 1,
        }
        assert item["rates"]["attendance_rate"] == 0.8333
        assert item["rates"]["eligible_rate"] == 0.5
        assert item["rates"]["exam_pass_rate"] is None
        assert (item["enterprise_name"], item["district_code"]) == ("示例制造有限公司", "440204")


@pytest.mark.usefixtures("running")
async def test_a_running_class_group_tells_what_is_missing(regulator: httpx.AsyncClient) -> None:
    detail = await get(regulator, f"{CLASS_GROUPS}/P1/{C1}")
    assert detail["rates"]["eligible_rate"] is None
    assert detail["completeness"]["headcount"] == 2
    assert detail["completeness"]["lessons_due"] == 3
    assert detail["completeness"]["lessons_without_attendance"] == []


async def test_class_groups_are_listed_before_they_are_assessed(
    platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    await push_term(platform)
    (item,) = (await get(regulator, CLASS_GROUPS))["items"]
    assert (item["headcount"], item["assessed_at"], item["rates"]["attendance_rate"]) == (0, None, None)
    assert (await get(regulator, ENROLLMENTS))["items"] == []


@pytest.mark.usefixtures("closed")
class TestSummary:
    @pytest.mark.parametrize(
        ("group_by", "group", "name"),
        [
            ("platform", "P1", "P1"),
            ("enterprise", USCC, "示例制造有限公司"),
            ("programme", "standard", None),
            ("district", "440204", None),
        ],
    )
    async def test_adds_up_by_group(
        self, regulator: httpx.AsyncClient, group_by: str, group: str, name: str | None
    ) -> None:
        (item,) = (await get(regulator, SUMMARY, group_by=group_by))["items"]
        assert (item["group"], item["name"]) == (group, name)
        assert (item["class_groups"], item["enrollments"], item["eligible_rate"]) == (1, 2, 0.5)
        assert (item["counts"]["eligible"], item["counts"]["ineligible"]) == (1, 1)

    async def test_adds_up_the_outcomes_of_each_rule(self, regulator: httpx.AsyncClient) -> None:
        items = {item["group"]: item for item in (await get(regulator, SUMMARY, group_by="rule"))["items"]}
        assert items["credited-hours"]["counts"] == {"pass": 1, "fail": 1, "missing": 0, "not_applicable": 0}
        assert (items["credited-hours"]["class_groups"], items["answer-accuracy"]["class_groups"]) == (1, 0)

    async def test_is_paged_by_group(
        self, app: FastAPI, other_platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push_term(other_platform)
        await settle(app)
        first = await get(regulator, SUMMARY, group_by="platform", limit=1)
        second = await get(regulator, SUMMARY, group_by="platform", limit=1, cursor=first["next_cursor"])
        assert [page["items"][0]["group"] for page in (first, second)] == ["P1", "P2"]

    async def test_asks_for_a_dimension(self, regulator: httpx.AsyncClient) -> None:
        answer = await regulator.get(SUMMARY)
        assert answer.json()["errors"][0]["pointer"] == "/query/group_by"
