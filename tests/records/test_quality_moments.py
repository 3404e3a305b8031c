"""What a platform's times are worth is told of a sample: bounded, and the same for whoever asks again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupId, ClassGroupKey
from app.db.models import LedgerCheckpoint
from app.db.session import WriteSession
from app.records import quality_moments
from app.records.quality_moments import Moments, Patience, moments
from app.records.selection import Selection
from tests.factories import feeds
from tests.factories.feeds import KEY, NINE_O_CLOCK
from tests.factories.intake import add_batch
from tests.records.quality import asked

ROOT = "ab" * 32
EARLIER = ClassGroupKey(KEY.platform, ClassGroupId("C0"))
HOUR = timedelta(hours=1)


async def looked_at(
    session: WriteSession, patience: Patience = quality_moments.UNBOUNDED, budget: int = 20
) -> Moments:
    return await moments(session, Selection(platform=KEY.platform), patience, budget)


async def put_checkpoint(session: WriteSession, issued_at: datetime) -> None:
    row = {"size": 1, "root": bytes.fromhex(ROOT), "issued_at": issued_at, "note": ""}
    await session.execute(insert(LedgerCheckpoint).values(row))


async def test_records_are_told_apart_by_what_they_quote(live: WriteSession) -> None:
    await put_checkpoint(live, NINE_O_CLOCK)
    await feeds.put_learning_record(live, "L1", "S1", beacon=ROOT)
    await feeds.put_learning_record(live, "L2", "S1", beacon=ROOT, online_at=NINE_O_CLOCK - HOUR)
    before, over = NINE_O_CLOCK - 2 * HOUR, NINE_O_CLOCK - HOUR
    await feeds.put_learning_record(live, "L3", "S1", beacon=ROOT, online_at=before, offline_at=over)
    await feeds.put_learning_record(live, "L4", "S1", beacon="cd" * 32)
    await feeds.put_learning_record(live, "L5", "S1")
    await feeds.put_learning_record(live, "L6", "S9", beacon=ROOT)
    found = await looked_at(live)
    assert found.class_groups == 1
    assert found.tally._asdict() == {
        "records": 5,
        "quoting": 4,
        "unknown": 1,
        "bracketed": 1,
        "backdated": 1,
        "timed": 0,
        "late": 0,
    }
    assert (await asked(live)).moments == found


@pytest.mark.parametrize(
    ("kind", "patience", "expected"),
    [
        ("live", Patience(live=HOUR), (1, 0)),
        ("live", Patience(live=HOUR - timedelta(microseconds=1)), (1, 1)),
        ("offline", Patience(live=timedelta(minutes=5)), (1, 1)),
        ("vod", Patience(live=timedelta(minutes=5)), (0, 0)),
        ("vod", Patience(vod=timedelta(minutes=5)), (1, 1)),
        ("live", Patience(vod=timedelta(minutes=5)), (0, 0)),
    ],
)
async def test_late_is_what_came_after_the_time_that_is_set(
    live: WriteSession, kind: str, patience: Patience, expected: tuple[int, int]
) -> None:
    batch_id = await add_batch(live, KEY, received_at=NINE_O_CLOCK + 2 * HOUR)
    await feeds.put_lesson(live, "S2", kind=kind)
    await feeds.put_learning_record(live, "L1", "S2", batch_id=batch_id)
    tally = (await looked_at(live, patience)).tally
    assert (tally.timed, tally.late) == expected


async def test_no_more_than_the_first_records_of_each_feed_are_read(
    live: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality_moments, "RECORDS_OF_A_FEED", 2)
    for learner_id in ("L1", "L2", "L3"):
        await feeds.put_learning_record(live, learner_id, "S1")
        await feeds.put_attendance(live, learner_id, "S1", signed_in_at=NINE_O_CLOCK)
    assert (await looked_at(live)).tally.records == 4


async def test_running_class_groups_come_before_closed_ones_and_the_newest_of_these_first(
    live: WriteSession,
) -> None:
    await feeds.put_class_group(live, closed_at=NINE_O_CLOCK)
    await feeds.put_class_group(live, EARLIER, closed_at=NINE_O_CLOCK - HOUR)
    await feeds.put_learning_record(live, "L1", "S1")
    assert await looked_at(live, budget=1) == await looked_at(live, budget=1)
    assert (await looked_at(live, budget=1)).tally.records == 1
    await feeds.put_class_group(live, EARLIER, closed_at=None)
    found = await looked_at(live, budget=1)
    assert (found.class_groups, found.tally.records) == (1, 0)
    assert (await looked_at(live, budget=2)).tally.records == 1


async def test_nobody_is_told_of_class_groups_outside_his_districts(live: WriteSession) -> None:
    await feeds.put_learning_record(live, "L1", "S1")
    elsewhere = await asked(live, Reach(districts=("9999",)))
    assert (elsewhere.moments.class_groups, elsewhere.moments.tally.records) == (0, 0)
