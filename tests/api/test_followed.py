"""What an enterprise follows: its class groups from the first day to the claim, and each learner's sheet."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Feed, Role
from tests.api.conftest import LIVE, OTHER_USCC, Doors, opened_doors
from tests.api.term import (
    C1,
    CLASS_GROUP,
    CLOSED,
    L1,
    L2,
    USCC,
    attendance,
    get,
    push,
    push_term,
    refused,
    settle,
)
from tests.server import CloneServer

FOLLOWED = "/api/v1/eligibility/class-groups"


class Site(NamedTuple):
    app: FastAPI
    doors: Doors
    platform: httpx.AsyncClient
    agent: httpx.AsyncClient
    other: httpx.AsyncClient


@pytest.fixture
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """C1 runs; L1 stands well, L2 has lost a lesson too many."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        agent = await doors.person(Role.agent, uscc=USCC)
        other = await doors.person(Role.agent, uscc=OTHER_USCC)
        await push_term(platform, ends_on="2099-12-31")
        await settle(app)
        yield Site(app, doors, platform, agent, other)


async def close(site: Site) -> None:
    await push(site.platform, Feed.class_groups, CLASS_GROUP | {"exam_ids": []} | CLOSED)


async def test_class_groups_are_followed_to_their_end(site: Site) -> None:
    (running,) = (await get(site.agent, FOLLOWED))["items"]
    assert (running["class_group_id"], running["open"]) == (C1, ["class_group_running"])
    assert running["outlooks"] == {"lost": 1, "at_risk": 0, "on_track": 1}
    assert running["counts"] == {}, "nobody is told what is not final"
    assert (await get(site.agent, FOLLOWED, is_running="false"))["items"] == []

    await close(site)
    (waiting,) = (await get(site.agent, FOLLOWED, is_running="false"))["items"]
    assert waiting["counts"] == {}
    assert "records_waiting" in waiting["open"]

    await settle(site.app)
    (final,) = (await get(site.agent, FOLLOWED))["items"]
    assert (final["open"], final["outlooks"]) == ([], {"lost": 0, "at_risk": 0, "on_track": 0})
    assert (final["counts"]["eligible"], final["counts"]["ineligible"]) == (1, 1)
    assert (await get(site.agent, FOLLOWED, is_running="true"))["items"] == []


async def test_a_sheet_says_what_is_missing_then_nothing_until_it_is_final(site: Site) -> None:
    address = f"{FOLLOWED}/P1/{C1}/learners/{L2}"
    running = await get(site.agent, address)
    assert (running["learner_name"], running["eligibility"]) == ("=李四", "in_progress")
    assert {rule["code"] for rule in running["rules"] if rule["outcome"] == "fail"} >= {"attendance-rate"}

    await close(site)
    assert await refused(site.agent, address) == (409, "not_final")
    await settle(site.app)
    assert (await get(site.agent, address))["eligibility"] == "ineligible"
    await push(site.platform, Feed.attendance, attendance(L2, 3))
    assert await refused(site.agent, address) == (409, "not_final")


async def test_are_those_of_the_enterprise_alone(site: Site) -> None:
    assert (await get(site.other, FOLLOWED))["items"] == []
    assert await refused(site.other, f"{FOLLOWED}/P1/{C1}/learners/{L1}") == (404, "not_found")
    elsewhere = await site.doors.person(Role.clerk, districts=("4403",))
    assert (await get(elsewhere, FOLLOWED))["items"] == []


async def test_are_paged_and_filtered(site: Site) -> None:
    await push(site.platform, Feed.class_groups, CLASS_GROUP | {"class_group_id": "C9", "exam_ids": []})
    first = await get(site.agent, FOLLOWED, limit=1)
    second = await get(site.agent, FOLLOWED, limit=1, cursor=first["next_cursor"])
    assert [page["items"][0]["class_group_id"] for page in (first, second)] == [C1, "C9"]
    assert second["next_cursor"] is None
    found = await get(site.agent, FOLLOWED, class_group_id="C9", platform="P1")
    assert [item["class_group_id"] for item in found["items"]] == ["C9"]
