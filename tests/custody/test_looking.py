"""What a look at a video sees, and what is found of it."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.ids import ClassGroupKey, PlatformCode
from tests.custody.world import CONTENT, SHA256, SM3, World, link
from tests.factories import video_host
from tests.factories.feeds import KEY, OTHER_KEY
from tests.factories.video_host import HOST, INNER_HOST, OTHER_HOST

WHOLE = [("probe", "answers"), ("hash", "confirmed")]


async def sharers(world: World) -> list[tuple[str, str]]:
    """The open findings of a shared hash: class group, and with whom."""
    rows = await world.rows(
        "SELECT class_group_id, evidence ->> 'observed' FROM findings "
        "WHERE rule = 'video-shared-hash' AND state = 'open'"
    )
    return sorted(rows)


async def looked(world: World) -> None:
    while await world.custodian.visit():
        pass


class TestAProbe:
    async def test_finds_nothing_wrong_with_a_link_that_answers(self, world: World) -> None:
        await world.register("V1")
        await looked(world)
        assert await world.outcomes("V1") == [("probe", "answers")]
        assert (await world.states(), await world.findings()) == ({"V1": "sound"}, {})
        assert [asked.method for asked in world.host.asked] == ["HEAD"]

    async def test_asks_for_one_byte_where_heads_are_not_answered(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.file(CONTENT, heads=False)
        await looked(world)
        assert await world.outcomes("V1") == [("probe", "answers")]
        assert [(asked.method, asked.range) for asked in world.host.asked] == [
            ("HEAD", None),
            ("GET", "bytes=0-0"),
        ]

    @pytest.mark.parametrize("line", ["404 Not Found", "410 Gone"])
    async def test_finds_one_that_is_gone(self, world: World, line: str) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.status(line)
        await looked(world)
        found = await world.findings()
        assert (await world.states(), set(found)) == (
            {"V1": "vanished"},
            {"video-vanished", "video-link-ends-early"},
        )
        assert found["video-vanished"].evidence["places"] == ["V1"]
        assert found["video-vanished"].evidence["observed"] == int(line[:3])

    async def test_waits_before_it_calls_silence_a_loss(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.status("503 Service Unavailable")
        await looked(world)
        assert (await world.states(), await world.findings()) == ({"V1": "failing"}, {})
        await world.let_pass(timedelta(hours=2))
        await looked(world)
        assert (await world.states())["V1"] == "vanished"
        assert "video-vanished" in await world.findings()

    async def test_lets_go_of_a_loss_that_came_back(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.status("404 Not Found")
        await looked(world)
        world.host.paths["/V1"] = video_host.file(CONTENT)
        await world.let_pass()
        await looked(world)
        assert (await world.states(), await world.findings()) == ({"V1": "sound"}, {})

    async def test_that_sees_another_length_has_the_whole_fetched(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.file(CONTENT[:-7])
        await looked(world)
        assert (await world.outcomes("V1"))[:2] == [("probe", "length_differs"), ("hash", "changed")]
        found = await world.findings()
        assert found["video-short"].evidence["observed"] == len(CONTENT) - 7
        assert found["video-short"].evidence["shortfall"] == 7
        assert found["video-changed"].evidence["threshold"] == f"sha256:{SHA256}"
        assert (await world.states())["V1"] == "differs"

    async def test_does_not_ask_what_need_not_be_kept_any_longer(self, world: World) -> None:
        long_ago = clock.now() - timedelta(days=800)
        await world.register("V1", recorded_at=long_ago, available_until=long_ago + timedelta(days=400))
        await looked(world)
        assert (await world.states(), world.host.asked) == ({"V1": "ended"}, [])
        assert await world.rows("SELECT next_due_at, next_draw_at FROM video_custody") == [(None, None)]


class TestAFetch:
    @pytest.mark.parametrize(("algorithm", "digest"), [("sha256", SHA256), ("sm3", SM3)])
    async def test_confirms_what_was_registered(self, world: World, algorithm: str, digest: str) -> None:
        await world.register("V1", hash_algorithm=algorithm, hash=digest)
        await world.want_fetches()
        await looked(world)
        assert (await world.outcomes("V1"))[:2] == WHOLE
        ((figures,),) = await world.rows("SELECT figures FROM video_checks WHERE kind = 'hash'")
        assert figures == {"bytes": len(CONTENT), "hash": f"{algorithm}:{digest}"}

    async def test_finds_a_file_that_was_exchanged_and_sees_it_mended(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.file(bytes(len(CONTENT)))
        await world.want_fetches()
        await looked(world)
        assert (await world.findings()).keys() >= {"video-changed"}
        world.host.paths["/V1"] = video_host.file(CONTENT)
        await world.let_pass()
        await looked(world)
        assert "video-changed" not in await world.findings()

    async def test_ends_one_byte_beyond_what_was_registered(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.endless(len(CONTENT))
        await world.want_fetches()
        await looked(world)
        ((figures,),) = await world.rows("SELECT figures FROM video_checks WHERE kind = 'hash'")
        assert figures == {"more_than_bytes": len(CONTENT)}
        assert (await world.findings())["video-changed"].evidence["observed"] == f"> {len(CONTENT)} bytes"

    async def test_accuses_nobody_of_a_transmission_that_broke_off(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.cut_short(CONTENT[:-1], len(CONTENT))
        await world.want_fetches()
        await looked(world)
        assert (await world.outcomes("V1"))[-1] == ("hash", "unreachable")
        assert (await world.states(), await world.findings()) == ({"V1": "failing"}, {})
        await world.let_pass()
        await looked(world)
        assert (await world.states(), await world.findings()) == ({"V1": "sound"}, {})
        assert await world.rows("SELECT fetch_wanted FROM video_custody") == [(False,)]

    async def test_gives_up_one_that_drips(self, world: World) -> None:
        await world.register("V1")
        world.host.paths["/V1"] = video_host.dripping(len(CONTENT))
        world.set(video_fetch_s=1)
        await world.want_fetches()
        await looked(world)
        assert (await world.outcomes("V1"))[-1] == ("hash", "unreachable")
        assert (await world.states(), await world.findings()) == ({"V1": "failing"}, {})

    async def test_follows_to_another_registered_host(self, world: World) -> None:
        await world.register_host(OTHER_HOST)
        await world.register("V1")
        world.host.paths |= {
            "/V1": video_host.redirect(f"https://{OTHER_HOST}/there"),
            "/there": video_host.file(CONTENT),
        }
        await world.want_fetches()
        await looked(world)
        assert (await world.outcomes("V1"))[:2] == WHOLE

    @pytest.mark.parametrize("to", [f"https://{INNER_HOST}/x", "https://10.0.0.1/x", f"http://{HOST}/x"])
    async def test_follows_nowhere_else(self, world: World, to: str) -> None:
        await world.register_host(INNER_HOST)
        await world.register("V1")
        world.host.paths["/V1"] = video_host.redirect(to)
        await looked(world)
        assert await world.outcomes("V1") == [("probe", "refused")]
        await world.let_pass()
        await looked(world)
        assert (await world.states(), await world.findings()) == ({"V1": "failing"}, {})

    async def test_leaves_out_what_is_larger_than_is_fetched(self, world: World) -> None:
        await world.register("V1")
        world.set(video_most_bytes=10)
        await world.want_fetches()
        await looked(world)
        assert await world.outcomes("V1") == [("probe", "answers"), ("hash", "too_large")]
        assert await world.findings() == {}


class TestWhatWasRegistered:
    async def test_one_hash_under_two_lessons_is_found(self, world: World) -> None:
        await world.register("V1", "S1")
        await world.register("V2", "S2")
        found = (await world.findings())["video-shared-hash"]
        assert found.evidence["places"] == ["V1", "V2"]
        assert found.evidence["observed"] == "live-a/C1/V2"

    async def test_parts_of_one_lesson_may_be_one_file(self, world: World) -> None:
        await world.register("V1", "S1")
        await world.register("V2", "S1")
        assert await world.findings() == {}

    async def test_one_hash_in_two_class_groups_is_found_in_both(self, world: World) -> None:
        await world.execute("DELETE FROM platforms")
        await world.open(OTHER_KEY)
        await world.register("V1")
        await world.register("V9", key=OTHER_KEY)
        assert await sharers(world) == [("C1", "(+1)"), ("C2", "(+1)")]
        await world.register("V2", "S2")
        assert await sharers(world) == [("C1", "live-a/C1/V2 (+1)"), ("C2", "(+2)")]

    async def test_a_recording_that_is_a_film_of_another_class_group_is_found_in_both(
        self, world: World
    ) -> None:
        await world.execute("DELETE FROM platforms")
        await world.open(OTHER_KEY)
        await world.register("V9", key=OTHER_KEY, kind="vod")
        await world.register("V1")
        assert await sharers(world) == [("C1", "(+1)"), ("C2", "(+1)")]

    async def test_a_film_on_demand_serves_many_class_groups(self, world: World) -> None:
        await world.execute("DELETE FROM platforms")
        await world.open(OTHER_KEY)
        await world.register("V1", kind="vod")
        await world.register("V9", key=OTHER_KEY, kind="vod")
        assert await world.findings() == {}

    async def test_what_others_registered_is_counted_and_not_named(self, world: World) -> None:
        elsewhere = ClassGroupKey(PlatformCode("vod-b"), KEY.class_group_id)
        await world.register("V1")
        await world.execute("UPDATE platforms SET code = 'elsewhere'")
        await world.open(elsewhere)
        await world.register("V9", key=elsewhere)
        rows = await world.rows(
            "SELECT evidence ->> 'observed' FROM findings WHERE rule = 'video-shared-hash'"
        )
        assert rows == [("(+1)",), ("(+1)",)]

    async def test_a_link_that_ends_before_it_may_is_found_with_its_clause(self, world: World) -> None:
        await world.register("V1", available_until=clock.now() + timedelta(days=30))
        found = (await world.findings())["video-link-ends-early"]
        assert "一（一）6" in found.evidence["clause"]

    async def test_a_recording_shorter_than_its_lesson_is_found(self, world: World) -> None:
        await world.register("V1", duration_seconds=1800)
        found = (await world.findings())["video-short"]
        assert (found.evidence["observed"], found.evidence["threshold"]) == (1800, 3240)

    async def test_parts_cover_a_lesson_together(self, world: World) -> None:
        await world.register("V1", duration_seconds=1800)
        await world.register("V2", duration_seconds=1800, hash="1" * 64)
        assert await world.findings() == {}


class TestAHost:
    async def test_that_is_not_registered_is_not_asked(self, world: World) -> None:
        await world.register("V1", url=link("V1", OTHER_HOST))
        await looked(world)
        assert (await world.states(), world.host.asked) == ({"V1": "host_not_registered"}, [])
        assert await world.findings() == {}

    @pytest.mark.parametrize("url", ["https://user@videos.example/V1", "https://videos.example:444/V1"])
    async def test_of_a_link_with_more_in_it_is_none(self, world: World, url: str) -> None:
        await world.register("V1", url=url)
        assert (await world.states())["V1"] == "host_not_registered"

    async def test_is_asked_once_it_is_registered(self, world: World) -> None:
        await world.register("V1", url=link("V1", OTHER_HOST))
        await world.register_host(OTHER_HOST)
        await looked(world)
        assert (await world.states())["V1"] == "sound"
