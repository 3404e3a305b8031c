"""What platforms should have pushed and have not, and what hangs in the air."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.models import Batch, Platform, Rejection
from app.db.session import WriteSession
from app.records import quality, quality_intake
from app.records.quality import is_known, platforms
from tests.factories.feeds import (
    KEY,
    NINE_O_CLOCK,
    OTHER_KEY,
)
from tests.factories.intake import add_batch
from tests.records.quality import EVERYWHERE, HERE, IN_TIME, asked


async def test_nothing_is_wrong_where_everything_has_come(live: WriteSession) -> None:
    answer = await asked(live)
    assert answer.silent_feeds == []
    assert answer.class_groups_not_arrived == []
    assert answer.orphans == quality.OrphanPage([], 1, None)
    assert answer.unknown_references == []
    assert answer.lessons_without_attendance == []
    assert answer.enterprise_differences == []


class TestIntake:
    async def test_tells_the_last_batch_of_every_feed(self, live: WriteSession) -> None:
        later = await add_batch(live, KEY, feed=Feed.attendance, received_at=IN_TIME + timedelta(hours=1))
        feeds = {each.feed: each for each in (await asked(live)).feeds}
        assert list(feeds) == list(Feed)
        assert feeds[Feed.attendance].last_batch_id == later
        assert feeds[Feed.attendance].last_received_at == IN_TIME + timedelta(hours=1)
        assert feeds[Feed.attendance].batches == 2
        assert feeds[Feed.videos].last_received_at is None
        assert feeds[Feed.videos].rejection_rate is None

    async def test_tells_how_much_was_rejected_and_why(self, live: WriteSession) -> None:
        await reject(live, [["naive_timestamp", "invalid_value"], ["invalid_value"]], received=4)
        (lessons,) = [each for each in (await asked(live)).feeds if each.feed is Feed.lessons]
        assert (lessons.received, lessons.rejected, str(lessons.rejection_rate)) == (4, 2, "0.5")
        assert lessons.codes == [("invalid_value", 2), ("naive_timestamp", 1)]

    async def test_looks_at_the_newest_batches_only(
        self, live: WriteSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await reject(live, [["invalid_value"]], received=1)
        await reject(live, [], received=9, received_at=IN_TIME + timedelta(minutes=1))
        monkeypatch.setattr(quality_intake, "BATCHES_OF_A_FEED", 1)
        (lessons,) = [each for each in (await asked(live)).feeds if each.feed is Feed.lessons]
        assert (lessons.batches, lessons.received, lessons.rejected, lessons.codes) == (1, 9, 0, ())


async def reject(
    session: WriteSession,
    records: Sequence[Sequence[str]],
    *,
    received: int,
    received_at: datetime = IN_TIME,
) -> None:
    """A batch of lessons of which these records were rejected, each for these codes."""
    batch_id = await add_batch(session, KEY, feed=Feed.class_groups, received_at=received_at)
    rejected = len(records)
    row = {
        "batch_id": UUID(int=batch_id.int ^ 1),
        "platform": HERE,
        "feed": Feed.lessons,
        "client_id": "c",
        "received_at": received_at,
        "received": received,
        "accepted": received - rejected,
        "unchanged": 0,
        "stale": 0,
        "rejected": rejected,
        "records_root": bytes(32),
        "leaf_hash": bytes(32),
    }
    await session.execute(insert(Batch).values(row))
    for line, codes in enumerate(records, 1):
        errors = [{"pointer": "/x", "code": code, "message": {"zh": "", "en": ""}} for code in codes]
        await session.execute(
            insert(Rejection).values(
                batch_id=row["batch_id"], line=line, received_at=received_at, record_key={}, errors=errors
            )
        )


@pytest.mark.parametrize(
    ("reach", "is_told"),
    [
        (EVERYWHERE, True),
        (Reach(platform=HERE), True),
        (Reach(platform=PlatformCode("vod-b")), False),
        (Reach(districts=("4402",)), False),
    ],
)
async def test_a_class_group_that_has_not_come_is_known_to_its_platform_and_to_who_sees_all(
    live: WriteSession,
    reach: Reach,
    is_told: bool,  # noqa: FBT001
) -> None:
    await add_batch(live, OTHER_KEY)
    assert await is_known(live, OTHER_KEY, reach) is is_told
    assert not await is_known(live, ClassGroupKey(HERE, ClassGroupId("C9")), reach)


async def test_platforms_are_listed_as_far_as_the_caller_may_see(live: WriteSession) -> None:
    row = {"code": "vod-b", "kind": "vod", "name": "点播平台", "created_at": NINE_O_CLOCK}
    await live.execute(insert(Platform).values(row))
    codes = [
        [each.code for each in await platforms(live, reach, only=only, after=after, limit=10)]
        for reach, only, after in (
            (EVERYWHERE, None, None),
            (EVERYWHERE, None, HERE),
            (EVERYWHERE, HERE, None),
            (Reach(platform=HERE), None, None),
            (Reach(platform=HERE), PlatformCode("vod-b"), None),
        )
    ]
    assert codes == [[HERE, "vod-b"], ["vod-b"], [HERE], [HERE], []]
