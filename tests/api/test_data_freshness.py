"""`/api/v1/data-quality/freshness`, through the door."""

from datetime import timedelta

import httpx
import pytest

from app.accounts.authorisation import Reach
from app.core import clock
from app.core.ids import PlatformCode
from app.core.vocabulary import Feed, PlatformKind
from app.db.session import Database, reading
from app.records import quality_freshness
from tests.api.conftest import LIVE, Doors
from tests.api.term import C1, L1, Record, attendance, get, push, refused

FRESHNESS = "/api/v1/data-quality/freshness"
BAD = {**attendance(L1, 1), "status": "asleep", "revision": 1}


def learning_record() -> Record:
    return {
        "class_group_id": C1,
        "learner_id": L1,
        "lesson_id": "S1",
        "session_id": "X1",
        "online_at": "2026-03-02T08:00:00+08:00",
        "offline_at": "2026-03-02T09:00:00+08:00",
    }


async def health_of(client: httpx.AsyncClient) -> str:
    (item,) = (await get(client, FRESHNESS, platform="P1"))["items"]
    return str(item["health"])


@pytest.mark.usefixtures("running")
class TestHealth:
    async def test_is_that_of_silence_before_that_of_rejections(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        assert await health_of(regulator) == "silent"
        await push(platform, Feed.learning_records, learning_record())
        assert await health_of(regulator) == "sound"
        await platform.post("/api/v1/feeds/attendance", json=[BAD])
        assert await health_of(regulator) == "rejecting"
        assert [
            each["platform"] for each in (await get(regulator, FRESHNESS, health="rejecting"))["items"]
        ] == ["P1"]
        assert (await get(regulator, FRESHNESS, health="idle"))["items"] == []
        await push(platform, Feed.attendance, attendance(L1, 1))
        assert await health_of(regulator) == "sound"

    @pytest.mark.usefixtures("platform")
    async def test_a_feed_is_silent_after_three_days(self, database: Database) -> None:
        later = clock.now() + timedelta(days=4)
        async with reading(database) as session:
            (found,) = await quality_freshness.freshness(session, Reach(), later)
        assert [each.feed for each in found.feeds if each.is_silent] == ["attendance", "learning-records"]


@pytest.mark.usefixtures("closed")
class TestFreshness:
    async def test_tells_what_data_quality_tells(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await platform.post("/api/v1/feeds/attendance", json=[BAD])
        (item,) = (await get(regulator, FRESHNESS))["items"]
        (whole,) = (await get(regulator, "/api/v1/data-quality"))["items"]
        told = (
            "feed",
            "last_batch_id",
            "last_received_at",
            "batches",
            "received",
            "rejected",
            "rejection_rate",
        )
        assert [{name: each[name] for name in told} for each in item["feeds"]] == [
            {name: each[name] for name in told} for each in whole["feeds"]
        ]

    async def test_of_a_platform_without_running_class_groups_is_idle(
        self, regulator: httpx.AsyncClient
    ) -> None:
        assert await health_of(regulator) == "idle"

    async def test_tells_each_day_of_two_weeks(
        self, regulator: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        feeds = {each["feed"]: each["days"] for each in (await get(regulator, f"{FRESHNESS}/P1"))["feeds"]}
        assert list(feeds) == [feed.value for feed in Feed]
        assert len(feeds["lessons"]) == quality_freshness.DAYS_OF_ONE
        assert [each["received"] for each in feeds["lessons"][-2:]] == [0, 3]
        monkeypatch.setattr(quality_freshness, "BATCHES_OF_A_DAY", 1)
        async with reading(database) as session:
            tomorrow = clock.today() + timedelta(days=1)
            days = {
                each.feed: each.days
                for each in await quality_freshness.feed_days(session, PlatformCode("P1"), tomorrow)
            }
        assert [(each.received, each.is_whole) for each in days[Feed.attendance][-2:]] == [
            (5, False),
            (0, True),
        ]

    async def test_of_another_platform_is_not_there(self, other_platform: httpx.AsyncClient) -> None:
        assert await refused(other_platform, f"{FRESHNESS}/P1") == (404, "not_found")
        assert [each["platform"] for each in (await get(other_platform, FRESHNESS))["items"]] == ["P2"]

    async def test_of_a_platform_that_is_none_is_not_there(self, regulator: httpx.AsyncClient) -> None:
        assert await refused(regulator, f"{FRESHNESS}/P9") == (404, "not_found")


async def test_a_platform_that_never_pushed_is_idle(doors: Doors, regulator: httpx.AsyncClient) -> None:
    await doors.register(LIVE)
    (item,) = (await get(regulator, FRESHNESS))["items"]
    assert (item["health"], item["kind"]) == ("idle", PlatformKind.live)
    assert all(each["last_received_at"] is None for each in item["feeds"])
