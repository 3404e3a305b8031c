"""`GET /api/v1/videos`: how registered videos stand, filtered and paged, and what each look saw."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from app.api.deps import Resources
from app.core import clock
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import CheckKind, CheckOutcome, Feed
from app.custody import repository
from app.custody.rounds import close_round
from app.custody.schemas import Check
from app.db.session import transaction
from tests.api.conftest import DISTRICT_REGULATOR, VOD, Doors
from tests.api.kept_videos import VIDEO, take_in, video
from tests.api.term import C1, CLASS_GROUP, get, push, refused

VIDEOS = "/api/v1/videos"
PLACE = f"{VIDEOS}/P1/{C1}/{VIDEO}"


@pytest.fixture
async def kept(app: FastAPI, platform: httpx.AsyncClient) -> None:
    """Three videos, two of different lessons with one hash."""
    await push(platform, Feed.class_groups, CLASS_GROUP | {"exam_ids": []})
    others = video("V0002", lesson_id="S2"), video("V0003", lesson_id="S3", hash="cd" * 32)
    await take_in(app, platform, video(), *others)


@pytest.mark.usefixtures("kept")
class TestVideos:
    async def test_say_how_they_stand_and_what_is_wrong(self, regulator: httpx.AsyncClient) -> None:
        items = (await get(regulator, VIDEOS))["items"]
        assert [(item["video_id"], item["state"]) for item in items] == [
            (f"V000{number}", "host_not_registered") for number in (1, 2, 3)
        ]
        assert [[wrong["rule"] for wrong in item["wrong"]] for item in items] == [
            ["video-shared-hash"],
            ["video-shared-hash"],
            [],
        ]
        assert items[0]["hash"] == "sm3:" + "ab" * 32

    async def test_are_paged(self, regulator: httpx.AsyncClient) -> None:
        first = await get(regulator, VIDEOS, limit=2)
        second = await get(regulator, VIDEOS, limit=2, cursor=first["next_cursor"])
        assert [item["video_id"] for item in first["items"]] == ["V0001", "V0002"]
        assert [item["video_id"] for item in second["items"]] == ["V0003"]
        assert second["next_cursor"] is None

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"platform": "P1"}, 3),
            ({"platform": "P2"}, 0),
            ({"class_group_id": C1}, 3),
            ({"state": "host_not_registered"}, 3),
            ({"state": "sound"}, 0),
        ],
    )
    async def test_are_filtered(
        self, regulator: httpx.AsyncClient, filters: dict[str, str], found: int
    ) -> None:
        assert len((await get(regulator, VIDEOS, **filters))["items"]) == found

    async def test_are_those_of_the_own_platform(self, platform: httpx.AsyncClient, doors: Doors) -> None:
        assert len((await get(platform, VIDEOS))["items"]) == 3
        assert (await get(await doors.signed_in(VOD), VIDEOS))["items"] == []

    async def test_are_those_of_the_own_districts(self, doors: Doors) -> None:
        district = await doors.signed_in(DISTRICT_REGULATOR)
        assert (await get(district, VIDEOS))["items"] == []  # the enterprise is not stored

    async def test_raise_findings_that_are_shown_like_others(self, regulator: httpx.AsyncClient) -> None:
        (finding,) = (await get(regulator, "/api/v1/findings", rule="video-shared-hash"))["items"]
        assert (finding["subject"], finding["places"]) == ("video", ["V0001", "V0002"])
        assert finding["observed"] == f"P1/{C1}/V0002"

    async def test_that_nobody_registered_are_not_there(self, regulator: httpx.AsyncClient) -> None:
        assert await refused(regulator, f"{VIDEOS}/P1/{C1}/V9") == (404, "video_unknown")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("who", ["platform", "regulator"])
async def test_each_look_is_shown_with_the_round_that_took_it_into_the_ledger(
    app: FastAPI, who: str, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    client = {"platform": platform, "regulator": regulator}[who]
    resources: Resources = app.state.resources
    key = ClassGroupKey(PlatformCode("P1"), ClassGroupId(C1))
    now = clock.now()
    async with transaction(resources.database) as session:
        (registered,) = await repository.registered(session, key, VIDEO)
        looks = [
            Check(CheckKind.probe, now - timedelta(hours=1), CheckOutcome.unreachable, {"status": 503}),
            Check(CheckKind.probe, now, CheckOutcome.answers, {"status": 200, "bytes": 734_003_200}),
        ]
        await repository.add_checks(session, registered, looks)
    (before, _) = (await get(client, PLACE))["checks"]
    assert before["round_id"] is None
    await close_round(resources.database, resources.key_ring)
    told = await get(client, PLACE)
    assert told["url"] == "https://videos.example/V0001.mp4"
    assert [(look["outcome"], look["figures"]) for look in told["checks"]] == [
        ("answers", {"status": 200, "bytes": 734_003_200}),
        ("unreachable", {"status": 503}),
    ]
    assert len({look["round_id"] for look in told["checks"]} - {None}) == 1
