"""`/api/v1/data-quality`, through the door."""

from datetime import timedelta

import httpx
import pytest

from app.accounts.schemas import Registration
from app.core import clock
from app.core.vocabulary import Feed, Role
from tests.api.conftest import DISTRICT_REGULATOR, LIVE, Doors
from tests.api.term import C1, L1, L2, attendance, get, push, refused

QUALITY = "/api/v1/data-quality"
ORPHANS = f"{QUALITY}/orphans"
ELSEWHERE = Registration(Role.regulator, name="京", districts=("11",))


@pytest.mark.usefixtures("running")
class TestPlatforms:
    async def test_tell_when_each_feed_last_came_and_how_much_was_rejected(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        bad = {**attendance(L1, 1), "status": "asleep", "revision": 1}
        await platform.post("/api/v1/feeds/attendance", json=[bad])
        (item,) = (await get(regulator, QUALITY))["items"]
        assert (item["platform"], item["kind"]) == ("P1", "live")
        feeds = {feed["feed"]: feed for feed in item["feeds"]}
        assert list(feeds) == [feed.value for feed in Feed]
        attended = feeds["attendance"]
        assert (attended["batches"], attended["received"], attended["rejected"]) == (2, 6, 1)
        assert attended["rejection_rate"] == 0.1667
        assert attended["codes"] == [{"code": "invalid_value", "errors": 1}]
        assert attended["last_received_at"]
        assert feeds["videos"]["last_received_at"] is None

    async def test_list_the_keys_of_orphans(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, {**attendance(L1, 1), "lesson_id": "S9"})
        await push(platform, Feed.attendance, {**attendance(L1, 1), "class_group_id": "C9"})
        for client in (platform, regulator):
            (item,) = (await get(client, QUALITY))["items"]
            assert item["orphans"]["class_groups"] == ["C9"]
            known, unknown = item["orphans"]["items"]
            assert known["first"] == [
                {
                    "record_key": {"class_group_id": C1, "learner_id": L1, "lesson_id": "S9"},
                    "missing": {"lesson_id": "S9"},
                }
            ]
            assert unknown["class_group_id"] == "C9"
            assert (item["orphans"]["examined_class_groups"], item["orphans"]["next_cursor"]) == (2, None)

    async def test_list_lessons_without_attendance(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        for learner_id in (L1, L2):
            gone = {"class_group_id": C1, "learner_id": learner_id, "lesson_id": "S2", "deleted": True}
            await push(platform, Feed.attendance, {**gone, "revision": 1})
        (item,) = (await get(regulator, QUALITY))["items"]
        assert [lesson["lesson_id"] for lesson in item["gaps"]["lessons_without_attendance"]] == ["S2", "S3"][
            :1
        ]
        assert item["gaps"]["silent_feeds"] == ["learning-records"]

    async def test_tell_what_their_times_are_worth(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        root = (await regulator.post("/api/v1/ledger/checkpoints")).json()["root"]
        now, hour, minute = clock.now(), timedelta(hours=1), timedelta(minutes=1)
        for learner_id, begins_at in ((L1, now), (L2, now - hour)):
            said = {
                "signed_in_at": begins_at.isoformat(),
                "signed_out_at": (begins_at + minute).isoformat(),
                "beacon": root,
                "revision": 1,
            }
            await push(platform, Feed.attendance, {**attendance(learner_id, 1), **said})
        for client in (platform, regulator):
            (item,) = (await get(client, QUALITY))["items"]
            times = item["times"]
            assert (times["class_groups"], times["quoting"], times["unknown"]) == (1, 2, 0)
            assert (times["bracketed"], times["backdated"]) == (1, 1)
            assert times["bracketed_rate"] == times["backdated_rate"] == round(1 / times["records"], 4)
            assert (times["late"], times["late_rate"]) == (None, None)

    async def test_are_shown_as_far_as_the_caller_may_see(
        self, doors: Doors, platform: httpx.AsyncClient, other_platform: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, {**attendance(L1, 1), "lesson_id": "S9"})
        assert [item["platform"] for item in (await get(other_platform, QUALITY))["items"]] == ["P2"]
        assert (await get(other_platform, QUALITY, platform="P1"))["items"] == []
        here, elsewhere = await doors.signed_in(DISTRICT_REGULATOR), await doors.signed_in(ELSEWHERE)
        assert (await get(here, QUALITY, platform="P1"))["items"][0]["orphans"]["items"]
        assert not (await get(elsewhere, QUALITY, platform="P1"))["items"][0]["orphans"]["items"]

    async def test_are_paged(self, other_platform: httpx.AsyncClient, regulator: httpx.AsyncClient) -> None:
        assert (await get(other_platform, QUALITY))["items"]
        first = await get(regulator, QUALITY, limit=1)
        second = await get(regulator, QUALITY, limit=1, cursor=first["next_cursor"])
        assert [page["items"][0]["platform"] for page in (first, second)] == ["P1", "P2"]
        assert second["next_cursor"] is None

    async def test_are_not_for_enterprises(self, enterprise: httpx.AsyncClient) -> None:
        assert await refused(enterprise, QUALITY) == (403, "forbidden")


@pytest.mark.usefixtures("running")
class TestOrphans:
    async def test_are_examined_class_group_by_class_group(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, {**attendance(L1, 1), "class_group_id": "Z9"})
        first = await get(regulator, ORPHANS, platform="P1", limit=1)
        assert (first["items"], first["examined_class_groups"]) == ([], 1)
        second = await get(regulator, ORPHANS, platform="P1", limit=1, cursor=first["next_cursor"])
        assert [item["class_group_id"] for item in second["items"]] == ["Z9"]
        assert second["next_cursor"] is None

    async def test_of_another_platform_are_not_there(self, other_platform: httpx.AsyncClient) -> None:
        assert await refused(other_platform, ORPHANS, platform="P1") == (404, "not_found")


@pytest.mark.usefixtures("running")
class TestClassGroup:
    async def test_tells_what_is_missing_before_it_is_closed(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, {**attendance(L1, 1), "lesson_id": "S9"})
        for client in (platform, regulator):
            answer = await get(client, f"{QUALITY}/class-groups/P1/{C1}")
            assert answer["completeness"]["headcount"] == 2
            assert answer["completeness"]["lessons_without_attendance"] == []
            assert answer["orphans"][0]["first"][0]["missing"] == {"lesson_id": "S9"}

    async def test_may_be_one_that_has_not_arrived(self, platform: httpx.AsyncClient, doors: Doors) -> None:
        await push(platform, Feed.attendance, {**attendance(L1, 1), "class_group_id": "C9"})
        answer = await get(platform, f"{QUALITY}/class-groups/P1/C9")
        assert answer["completeness"]["headcount"] == 0
        assert answer["orphans"][0]["first"][0]["missing"]["class_group_id"] == "C9"
        for client in (await doors.signed_in(DISTRICT_REGULATOR), await doors.signed_in(ELSEWHERE)):
            assert await refused(client, f"{QUALITY}/class-groups/P1/C9") == (404, "not_found")

    async def test_of_another_is_not_there(self, other_platform: httpx.AsyncClient, doors: Doors) -> None:
        path = f"{QUALITY}/class-groups/P1/{C1}"
        assert await refused(other_platform, path) == (404, "not_found")
        assert await refused(await doors.signed_in(ELSEWHERE), path) == (404, "not_found")


async def test_a_platform_that_never_pushed_is_listed(doors: Doors, regulator: httpx.AsyncClient) -> None:
    await doors.register(LIVE)
    (item,) = (await get(regulator, QUALITY))["items"]
    assert item["gaps"] == {"silent_feeds": [], "lessons_without_attendance": []}
    assert all(feed["received"] == 0 for feed in item["feeds"])
