"""`/api/v1/policies`: everybody reads what is asked, and by which clause."""

import httpx
import pytest


@pytest.fixture(params=["platform", "regulator", "enterprise"])
def reader(request: pytest.FixtureRequest) -> httpx.AsyncClient:
    client: httpx.AsyncClient = request.getfixturevalue(request.param)
    return client


async def test_the_standard_policy_is_listed(enterprise: httpx.AsyncClient) -> None:
    answer = (await enterprise.get("/api/v1/policies")).json()
    assert "standard" in [policy["policy_id"] for policy in answer["items"]]
    assert answer["next_cursor"] is None


async def test_every_role_reads_a_policy_and_its_version(reader: httpx.AsyncClient) -> None:
    policy = (await reader.get("/api/v1/policies/standard")).json()
    version = policy["versions"][0]["version"]
    told = (await reader.get(f"/api/v1/policies/standard/versions/{version}")).json()
    assert {"attendance-rate", "answer-accuracy", "credited-hours"} <= {
        rule["code"] for rule in told["rules"]
    }


async def test_what_is_not_there_is_not_found(regulator: httpx.AsyncClient) -> None:
    policy = await regulator.get("/api/v1/policies/none")
    version = await regulator.get("/api/v1/policies/standard/versions/none")
    assert (policy.status_code, policy.json()["code"]) == (404, "policy_not_found")
    assert (version.status_code, version.json()["code"]) == (404, "policy_version_not_found")


async def test_a_bad_cursor_is_refused(regulator: httpx.AsyncClient) -> None:
    bad = await regulator.get("/api/v1/policies", params={"cursor": "x"})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_cursor")
