"""Pages of platforms say what the API answers about the quality of their data."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest

from app.api import data_freshness
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.vocabulary import Feed, Role
from app.records import quality_freshness
from app.web import overview, platforms
from tests.api.conftest import LIVE, VOD, Doors, opened_doors
from tests.api.term import C1, L1, attendance, get, push, push_term, settle
from tests.server import CloneServer

FRESHNESS = "/api/v1/data-quality/freshness"
BAD = {**attendance(L1, 1), "status": "asleep", "revision": 1}


class Site(NamedTuple):
    doors: Doors
    auditor: httpx.AsyncClient


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A running class group of P1, with an orphan; its newest attendance was rejected. P2 never pushed."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await doors.register(VOD)
        await push_term(platform, ends_on="2099-12-31")
        await push(platform, Feed.attendance, {**attendance(L1, 1), "lesson_id": "S9"})
        await platform.post("/api/v1/feeds/attendance", json=[BAD])
        await settle(app)
        yield Site(doors, await doors.person(Role.auditor))


async def main_of(client: httpx.AsyncClient, path: str, **query: str) -> str:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


async def test_the_list_tells_what_the_api_tells(site: Site) -> None:
    text = await main_of(site.auditor, "/platforms")
    (live, vod) = (await get(site.auditor, FRESHNESS))["items"]
    assert (live["health"], vod["health"]) == ("silent", "idle")
    assert ("数据中断" in text, "学习记录三天未到" in text, "考勤拒 1 条" in text) == (True, True, True)
    received = sum(each["received"] for each in live["feeds"])
    assert f"{received} {sum(each['rejected'] for each in live['feeds'])}" in text


async def test_the_list_is_narrowed_by_health(site: Site) -> None:
    page = (await site.auditor.get("/platforms?health=idle")).text
    assert ('href="/platforms/P2"' in page, 'href="/platforms/P1"' in page) == (True, False)


async def test_a_list_that_is_cut_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "按代码排序的前" not in await main_of(site.auditor, "/platforms")
    for room in (quality_freshness, data_freshness, platforms, overview):
        monkeypatch.setattr(room, "MOST_PLATFORMS", 1)
    assert "按代码排序的前 1 个平台" in await main_of(site.auditor, "/platforms")
    assert "至少 1 个" in await main_of(site.auditor, "/overview")


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("days", "培训机构"),
        ("rejections", "invalid_value"),
        ("orphans", "lesson_id S9"),
        ("gaps", "已结束但无考勤的课次"),
        ("corrections", "重报的记录"),
        ("times", "抽查的班级"),
    ],
)
async def test_each_part_of_a_platform_is_shown(site: Site, tab: str, said: str) -> None:
    assert said in await main_of(site.auditor, "/platforms/P1", tab=tab)


async def test_days_and_rates_are_those_of_the_api(site: Site) -> None:
    told = await get(site.auditor, f"{FRESHNESS}/P1")
    (feed,) = [each for each in told["platform"]["feeds"] if each["feed"] == "attendance"]
    text = await main_of(site.auditor, "/platforms/P1", tab="rejections")
    rate = f"{feed['rejection_rate'] * 100:.2f}".rstrip("0").rstrip(".")
    assert f"{feed['received']} {feed['accepted']} {feed['rejected']} {rate} %" in text
    assert "7 拒 1" in await main_of(site.auditor, "/platforms/P1")


async def test_counts_lead_to_the_batches_behind_them(site: Site) -> None:
    page = (await site.auditor.get("/platforms/P1?tab=rejections")).text
    began = (clock.now() - timedelta(days=7)).astimezone(SHANGHAI).date()
    path = f"/batches?platform=P1&amp;feed=attendance&amp;from={began}"
    assert (f'href="{path}"' in page, f'href="{path}&amp;rejected=true"' in page) == (True, True)
    listed = await get(site.auditor, "/api/v1/batches", platform="P1", feed="attendance", rejected="true")
    assert sum(each["rejected"] for each in listed["items"]) == 1
    assert (await site.auditor.get(path.replace("&amp;", "&"))).status_code == 200


async def test_orphans_lead_to_their_class_group(site: Site) -> None:
    page = (await site.auditor.get("/platforms/P1?tab=orphans")).text
    assert f'href="/class-groups/P1/{C1}"' in page


async def test_what_is_bound_to_districts_shows_class_groups_of_these_alone(site: Site) -> None:
    elsewhere = await site.doors.person(Role.clerk, districts=("11",))
    assert "lesson_id S9" not in await main_of(elsewhere, "/platforms/P1", tab="orphans")


@pytest.mark.parametrize("path", ["/platforms/P9", "/platforms/P1?tab=nothing", "/platforms?health=ill"])
async def test_what_is_not_there_is_a_page_that_says_so(site: Site, path: str) -> None:
    answer = await site.auditor.get(path)
    assert answer.status_code in {404, 422}
    assert "<h1>" in answer.text
