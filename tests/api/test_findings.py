"""`GET /api/v1/findings`: newest first, filtered, counted, exported."""

import csv
import io

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Feed
from tests.api.conftest import DISTRICT_REGULATOR, Doors
from tests.api.term import C1, L2, USCC, attendance, get, push, refused, settle

FINDINGS = "/api/v1/findings"
FAILED = ["credited-hours", "attendance-rate"]


@pytest.mark.usefixtures("closed")
class TestFindings:
    async def test_say_what_was_observed_and_what_is_asked(self, regulator: httpx.AsyncClient) -> None:
        items = (await get(regulator, FINDINGS))["items"]
        assert {item["rule"] for item in items} == set(FAILED)
        (attended,) = [item for item in items if item["rule"] == "attendance-rate"]
        assert (attended["learner_id"], attended["outcome"], attended["state"]) == (L2, "fail", "open")
        assert (attended["observed"], attended["threshold"], attended["shortfall"]) == (0.6667, 0.8, 1)
        assert attended["clause"]
        assert attended["enterprise_uscc"] == USCC

    async def test_are_counted_on_the_first_page(self, regulator: httpx.AsyncClient) -> None:
        first = await get(regulator, FINDINGS, limit=1)
        assert sorted(count["rule"] for count in first["counts"]) == sorted(FAILED)
        assert [count["findings"] for count in first["counts"]] == [1, 1]
        second = await get(regulator, FINDINGS, limit=1, cursor=first["next_cursor"])
        assert (second["counts"], second["next_cursor"]) == (None, None)
        assert first["items"][0]["finding_id"] > second["items"][0]["finding_id"]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"rule": "credited-hours"}, 1),
            ({"state": "open", "severity": "blocking", "outcome": "fail"}, 2),
            ({"state": "resolved"}, 0),
            ({"severity": "warning"}, 0),
            ({"learner_id": L2, "platform": "P1", "class_group_id": C1, "enterprise": USCC}, 2),
            ({"learner_id": "L0001"}, 0),
            ({"district": "4402"}, 2),
            ({"district": "11"}, 0),
            ({"closed_from": "2026-05-01", "closed_to": "2026-05-01"}, 2),
            ({"closed_to": "2026-04-30"}, 0),
            ({"since": "2026-03-02T09:00:00+08:00"}, 2),
            ({"since": "2199-01-01T00:00:00Z"}, 0),
        ],
    )
    async def test_are_filtered(
        self, regulator: httpx.AsyncClient, filters: dict[str, str], found: int
    ) -> None:
        listing = await get(regulator, FINDINGS, **filters)
        assert len(listing["items"]) == found
        assert sum(count["findings"] for count in listing["counts"]) == found

    async def test_are_resolved_by_what_arrives(
        self, app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, attendance(L2, 3))
        await settle(app)
        items = (await get(regulator, FINDINGS))["items"]
        assert {item["state"] for item in items} == {"resolved"}
        assert all(item["resolved_at"] for item in items)

    async def test_are_exported(self, regulator: httpx.AsyncClient) -> None:
        answer = await regulator.get(FINDINGS, params={"format": "csv", "rule": "attendance-rate"})
        (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert (row["learner_id"], row["observed"], row["shortfall"]) == (L2, "0.6667", "1")

    async def test_are_shown_as_far_as_the_caller_may_see(
        self,
        doors: Doors,
        platform: httpx.AsyncClient,
        other_platform: httpx.AsyncClient,
        enterprise: httpx.AsyncClient,
    ) -> None:
        here = await doors.signed_in(DISTRICT_REGULATOR)
        assert len((await get(here, FINDINGS))["items"]) == 2
        assert (await get(here, FINDINGS, district="440205"))["items"] == []
        assert len((await get(platform, FINDINGS))["items"]) == 2
        assert (await get(other_platform, FINDINGS, platform="P1"))["items"] == []
        assert await refused(enterprise, FINDINGS) == (403, "forbidden")


@pytest.mark.parametrize(
    "since", ["2026-03-02T09:00:00", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)
async def test_since_is_a_moment_of_our_time_with_its_offset(
    regulator: httpx.AsyncClient, since: str
) -> None:
    answer = await regulator.get(FINDINGS, params={"since": since})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/query/since"]
