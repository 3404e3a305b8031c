"""What platforms should have pushed and have not, and what hangs in the air."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.models import Batch, BatchClassGroup, Platform, Project, Rejection
from app.db.session import WriteSession
from app.records import quality, quality_intake
from app.records.quality import PlatformQuality, is_known, orphan_page, platforms, quality_of
from app.records.quality_completeness import completeness
from app.records.quality_orphans import Orphans, orphans
from tests.factories.feeds import (
    BATCH,
    ENTERPRISE,
    KEY,
    NINE_O_CLOCK,
    OTHER_KEY,
    put,
    put_answer,
    put_attendance,
    put_class_group,
    put_enrollment,
    put_evaluation,
    put_exam_score,
    put_learning_record,
    put_lesson,
    put_verification,
)
from tests.factories.intake import add_batch
from tests.factories.standings import put_enterprise

HERE = KEY.platform
EVERYWHERE = Reach()
IN_TIME = NINE_O_CLOCK + timedelta(days=3)


@pytest.fixture
async def live(session: WriteSession) -> WriteSession:
    """A live platform with a class group of one lesson and one learner, of which everything has come."""
    row = {"code": HERE, "kind": "live", "name": "直播平台", "created_at": NINE_O_CLOCK}
    await session.execute(insert(Platform).values(row))
    await put(session, Project, platform=HERE, project_id="P1", name="电工")
    await put_enterprise(session, HERE)
    await put_class_group(session)
    await put_lesson(session, "S1")
    await put_enrollment(session, "L1")
    await put_attendance(session, "L1", "S1")
    await add_batch(session, KEY, feed=Feed.attendance, received_at=IN_TIME)
    await add_batch(session, KEY, feed=Feed.learning_records, received_at=IN_TIME)
    return session


async def asked(
    session: WriteSession, reach: Reach = EVERYWHERE, as_of: datetime = IN_TIME
) -> PlatformQuality:
    found = await platforms(session, reach, only=None, after=None, limit=10)
    (answer,) = await quality_of(session, found, reach, as_of)
    return answer


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


class TestOrphans:
    async def test_names_the_lesson_and_the_enrollment_that_have_not_come(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S9")
        await put_learning_record(live, "L9", "S1")
        await put_learning_record(live, "L9", "S9")
        await put_exam_score(live, "L9", "E1")
        found = {each.feed: each for each in await orphans(live, HERE, [KEY.class_group_id])}
        assert [each.missing for each in found[Feed.attendance].first] == [{"lesson_id": "S9"}]
        assert found[Feed.attendance].first[0].record_key == {
            "class_group_id": "C1",
            "learner_id": "L1",
            "lesson_id": "S9",
        }
        assert [each.missing for each in found[Feed.learning_records].first] == [
            {"learner_id": "L9"},
            {"learner_id": "L9", "lesson_id": "S9"},
        ]
        assert found[Feed.exam_scores].first[0].record_key == {
            "class_group_id": "C1",
            "learner_id": "L9",
            "exam_id": "E1",
            "attempt": 1,
        }
        assert set(found) == {Feed.attendance, Feed.learning_records, Feed.exam_scores}

    async def test_are_all_records_of_a_class_group_that_has_not_come(self, live: WriteSession) -> None:
        await put_lesson(live, "S1", OTHER_KEY)
        await put_enrollment(live, "L1", OTHER_KEY)
        for add in (put_attendance, put_learning_record, put_verification, put_answer):
            await add(live, "L1", "S1", OTHER_KEY)
        await put_evaluation(live, "L1", OTHER_KEY)
        found = await orphans(live, HERE, [OTHER_KEY.class_group_id])
        assert [each.feed for each in found] == [
            Feed.lessons,
            Feed.enrollments,
            Feed.attendance,
            Feed.learning_records,
            Feed.verifications,
            Feed.quiz_answers,
            Feed.evaluations,
        ]
        assert all(each.first[0].missing == {"class_group_id": "C2"} for each in found)

    async def test_are_none_once_what_they_name_has_come(self, live: WriteSession) -> None:
        await put_attendance(live, "L2", "S2")
        await put_enrollment(live, "L2")
        await put_lesson(live, "S2")
        assert await orphans(live, HERE, [KEY.class_group_id]) == []

    async def test_are_not_tombstones_but_what_names_one_is(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S9", deleted=True)
        assert await orphans(live, HERE, [KEY.class_group_id]) == []
        await put_lesson(live, "S1", deleted=True)
        (found,) = await orphans(live, HERE, [KEY.class_group_id])
        assert found.first[0].missing == {"lesson_id": "S1"}

    async def test_are_counted_beyond_those_that_are_listed(
        self, live: WriteSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.records.quality_orphans.KEYS_OF_A_FEED", 2)
        for number in range(3):
            await put_attendance(live, "L1", f"S9{number}")
        (found,) = await orphans(live, HERE, [KEY.class_group_id])
        assert (found.records, len(found.first)) == (3, 2)

    async def test_are_looked_for_class_group_by_class_group(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S9")
        await put_attendance(live, "L1", "S9", OTHER_KEY)
        await add_batch(live, OTHER_KEY)
        first = await orphan_page(live, HERE, EVERYWHERE, after="", limit=1)
        assert (class_groups_of(first.items), first.last_examined) == (["C1"], "C1")
        second = await orphan_page(live, HERE, EVERYWHERE, after="C1", limit=1)
        assert (class_groups_of(second.items), second.last_examined) == (["C2"], None)

    async def test_of_a_class_group_in_no_district_are_not_shown_to_who_is_bound_to_one(
        self, live: WriteSession
    ) -> None:
        await put_attendance(live, "L1", "S9")
        await put_attendance(live, "L1", "S9", OTHER_KEY)
        await add_batch(live, OTHER_KEY)
        here, elsewhere = Reach(districts=("4402",)), Reach(districts=("11",))
        assert (await asked(live)).class_groups_not_arrived == ["C2"]
        assert (await asked(live, here)).class_groups_not_arrived == []
        assert class_groups_of((await asked(live, here)).orphans.items) == ["C1"]
        assert class_groups_of((await asked(live, elsewhere)).orphans.items) == []


def class_groups_of(items: Sequence[Orphans]) -> list[str]:
    return [each.class_group_id for each in items]


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


class TestGaps:
    async def test_a_due_lesson_without_attendance_is_one_while_the_class_group_runs(
        self, live: WriteSession
    ) -> None:
        await put_lesson(live, "S2", day=1)
        await put_lesson(live, "S3", day=2, kind="vod")
        await put_lesson(live, "S4", day=30)
        await put_attendance(live, "L1", "S2", deleted=True)
        found = (await asked(live)).lessons_without_attendance
        assert [each.lesson_id for each in found] == ["S2"]
        await put_class_group(live, closed_at=IN_TIME)
        assert (await asked(live)).lessons_without_attendance == []

    async def test_a_lesson_is_due_when_it_ends(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S1", deleted=True)
        end = NINE_O_CLOCK + timedelta(hours=1)
        assert (await asked(live, as_of=end - timedelta(seconds=1))).lessons_without_attendance == []
        assert len((await asked(live, as_of=end)).lessons_without_attendance) == 1

    async def test_feeds_are_silent_after_three_days_while_a_class_group_runs(
        self, live: WriteSession
    ) -> None:
        three_days = IN_TIME + timedelta(hours=72)
        assert (await asked(live, as_of=three_days)).silent_feeds == []
        late = three_days + timedelta(seconds=1)
        assert (await asked(live, as_of=late)).silent_feeds == [Feed.attendance, Feed.learning_records]
        after_its_period = datetime(2026, 5, 2, tzinfo=UTC)
        assert (await asked(live, as_of=after_its_period)).silent_feeds == []

    async def test_projects_and_enterprises_that_have_not_come_are_named(self, live: WriteSession) -> None:
        await put_class_group(live, OTHER_KEY, project_id="P9", enterprise_uscc="91440200MA4UQ0A31K")
        assert (await asked(live)).unknown_references == [("C2", "P9", "91440200MA4UQ0A31K")]
        await put(live, Project, platform="vod-b", project_id="P9")
        await put_enterprise(live, "vod-b", "91440200MA4UQ0A31K")
        assert (await asked(live)).unknown_references == [("C2", "P9", None)]

    async def test_an_entry_that_differs_from_the_first_one_is_named(self, live: WriteSession) -> None:
        await put_enterprise(live, "vod-b", named_as=-1, district_code="440205")
        (found,) = (await asked(live)).enterprise_differences
        assert (found.uscc, found.deciding_platform) == (ENTERPRISE, "vod-b")
        assert (found.district_code, found.deciding_district_code) == ("440204", "440205")

    async def test_the_first_entry_differs_from_none(self, live: WriteSession) -> None:
        await put_enterprise(live, "vod-b", named_as=1, district_code="440205")
        assert (await asked(live)).enterprise_differences == []


class TestCompleteness:
    async def test_names_what_is_missing_before_a_class_group_is_closed(self, live: WriteSession) -> None:
        await put_lesson(live, "S2", day=1)
        await put_lesson(live, "S3", day=2)
        await put_lesson(live, "S4", day=30)
        await put_learning_record(live, "L1", "S2", day=1)
        await put_enrollment(live, "L2")
        await put_enrollment(live, "L3", withdrawn_at=IN_TIME)
        found = await completeness(live, KEY, IN_TIME)
        assert (found.headcount, found.withdrawn, found.lessons, found.lessons_due) == (2, 1, 4, 3)
        assert found.lessons_without_attendance == ["S2", "S3"]
        assert found.lessons_without_records == ["S3"]
        assert found.learners_without_records == ["L2"]

    async def test_a_vod_lesson_is_due_at_the_end_of_the_period(self, live: WriteSession) -> None:
        await put_lesson(live, "S2", kind="vod", starts_at=None, ends_at=None)
        midnight = datetime(2026, 4, 30, 16, tzinfo=UTC)
        before = await completeness(live, KEY, midnight - timedelta(seconds=1))
        after = await completeness(live, KEY, midnight)
        assert (before.lessons_due, after.lessons_due) == (1, 2)
        assert (before.lessons_without_records, after.lessons_without_records) == ([], ["S2"])
        assert after.lessons_without_attendance == []


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


async def test_a_class_group_named_by_many_batches_is_examined_once(live: WriteSession) -> None:
    more = [{**KEY._asdict(), "batch_id": UUID(int=BATCH.int + number)} for number in range(1, 4)]
    await live.execute(insert(BatchClassGroup).values(more))
    assert (await orphan_page(live, HERE, EVERYWHERE, after="", limit=10)).examined_class_groups == 1
