"""A finding is waived by two officials of its district, and whoever may see it sees why."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Role
from tests.api.conftest import Doors
from tests.api.term import C1, L2, get, settle

APPROVALS = "/api/v1/approvals"
FINDINGS = "/api/v1/findings"
ENROLLMENT = f"/api/v1/compliance/enrollments/P1/{C1}/{L2}"
REASON = "3月4日该地停电，供电公司已出具证明"

pytestmark = pytest.mark.usefixtures("closed")


async def finding_ids(official: httpx.AsyncClient) -> list[str]:
    return [item["finding_id"] for item in (await get(official, FINDINGS, state="open"))["items"]]


def wanted(finding_id: str) -> dict[str, Any]:
    return {"act": "finding:waive", "arguments": {"finding_id": finding_id}, "reason": REASON}


async def waive_all(first: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
    for finding_id in await finding_ids(first):
        proposed = await first.post(APPROVALS, json=wanted(finding_id))
        assert proposed.status_code == 201, proposed.text
        approved = await second.post(f"{APPROVALS}/{proposed.json()['proposal_id']}/approve")
        assert (approved.status_code, approved.json()["state"]) == (200, "carried_out")


async def test_two_officials_let_through_whom_rules_barred(doors: Doors, app: FastAPI) -> None:
    reviewer, approver = await doors.person(Role.reviewer), await doors.person(Role.approver)
    assert (await get(reviewer, ENROLLMENT))["eligibility"] == "ineligible"
    await waive_all(reviewer, approver)
    await settle(app)
    enrollment = await get(reviewer, ENROLLMENT)
    assert enrollment["eligibility"] == "eligible"
    failed = {rule["code"]: rule["waived_by"] for rule in enrollment["rules"] if rule["outcome"] == "fail"}
    waived = (await get(reviewer, FINDINGS, state="waived"))["items"]
    assert failed == {item["rule"]: item["waiver_id"] for item in waived}
    assert {item["waiver_reason"] for item in waived} == {REASON}
    assert await finding_ids(reviewer) == []


async def test_one_official_alone_waives_nothing(doors: Doors) -> None:
    approver = await doors.person(Role.approver)
    finding_id, *_ = await finding_ids(approver)
    proposed = (await approver.post(APPROVALS, json=wanted(finding_id))).json()
    refused = await approver.post(f"{APPROVALS}/{proposed['proposal_id']}/approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_person_needed")
    assert finding_id in await finding_ids(approver)


async def test_nor_does_a_clerk_or_an_administrator(doors: Doors) -> None:
    finding_id, *_ = await finding_ids(await doors.person(Role.approver))
    for role in (Role.clerk, Role.administrator, Role.auditor):
        refused = await (await doors.person(role)).post(APPROVALS, json=wanted(finding_id))
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), role


async def test_nor_an_official_of_another_district(doors: Doors) -> None:
    finding_id, *_ = await finding_ids(await doors.person(Role.approver))
    elsewhere = await doors.person(Role.reviewer, districts=("11",))
    refused = await elsewhere.post(APPROVALS, json=wanted(finding_id))
    assert (refused.status_code, refused.json()["code"]) == (404, "finding_not_open")
