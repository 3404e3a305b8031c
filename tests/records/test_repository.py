"""What the rules are told is what was stored, to the microsecond, and only what counts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.core.clock import microseconds
from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import LessonKind
from app.db.session import WriteSession
from app.records import repository as records
from app.rules.records import (
    Attendance,
    Enrollment,
    EnrollmentRecords,
    ExamScore,
    LearningRecord,
    Lesson,
    QuizAnswer,
    Verification,
)
from tests.factories import feeds
from tests.factories.feeds import KEY, NINE_O_CLOCK, OTHER_KEY

NINE = 1_772_413_200_000_000  # NINE_O_CLOCK, counted by hand: 20,514 days and one hour
HOUR = 3_600_000_000
LI, ZHAO = LearnerId("L1"), LearnerId("L2")


async def records_of(session: WriteSession, *enrolled: Enrollment) -> list[EnrollmentRecords]:
    loaded = (await records.enrollment_records(session, {KEY: enrolled}))[KEY]
    return [each._replace(attendance=list(each.attendance) or ()) for each in loaded]


def test_the_hand_counted_instant_is_the_one_the_factories_use() -> None:
    days = (date(2026, 3, 2) - date(1970, 1, 1)).days
    assert (days * 24 + 1) * HOUR == NINE
    assert NINE_O_CLOCK - timedelta(microseconds=NINE) == datetime(1970, 1, 1, tzinfo=UTC)


class TestClassGroup:
    async def test_is_loaded_with_its_enterprise(self, session: WriteSession) -> None:
        await feeds.put_class_group(session, exam_ids=["E1", "E1"], closed_at=NINE_O_CLOCK)
        stored = (await records.class_groups(session, [KEY])).get(KEY)
        assert stored is not None
        assert stored.enterprise_uscc == feeds.ENTERPRISE
        assert stored.class_group == (
            *("live-a", "C1", "standard", date(2026, 3, 2), date(2026, 4, 30), ["E1", "E1"], NINE),
        )

    async def test_without_exams_and_closing_names_none_and_runs(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        stored = (await records.class_groups(session, [KEY])).get(KEY)
        assert stored is not None
        assert list(stored.class_group.exam_ids) == []
        assert stored.class_group.is_running

    async def test_is_none_before_it_arrives_and_when_it_is_deleted(self, session: WriteSession) -> None:
        assert (await records.class_groups(session, [KEY])).get(KEY) is None
        await feeds.put_class_group(session, deleted=True)
        assert (await records.class_groups(session, [KEY])).get(KEY) is None

    async def test_belongs_to_its_platform_alone(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        namesake = ClassGroupKey(PlatformCode("vod-b"), ClassGroupId("C1"))
        assert await records.class_groups(session, [namesake]) == {}


class TestLessons:
    async def test_are_loaded_whole_in_the_order_of_their_ids(self, session: WriteSession) -> None:
        await feeds.put_lesson(session, "S2", kind="vod", required=False, starts_at=None, ends_at=None)
        await feeds.put_lesson(session, "S1")
        await feeds.put_lesson(session, "S3", deleted=True)
        await feeds.put_lesson(session, "S1", OTHER_KEY)
        live, vod = (await records.lessons(session, [KEY]))[KEY]
        assert live == Lesson(live.lesson_id, "第1课", LessonKind.live, 60, True, NINE, NINE + HOUR)
        assert (vod.lesson_id, vod.kind, vod.required, vod.starts_at) == ("S2", LessonKind.vod, False, None)
        assert isinstance(vod.kind, LessonKind)


class TestEnrollments:
    async def test_leave_out_the_deleted_and_come_in_code_point_order(self, session: WriteSession) -> None:
        for learner_id in ("b", "B", "a", "gone"):
            await feeds.put_enrollment(session, learner_id, deleted=learner_id == "gone")
        assert [row.learner_id for row in (await records.enrollments(session, {KEY: None}))[KEY]] == [
            "B",
            "a",
            "b",
        ]

    async def test_can_be_narrowed_to_learners(self, session: WriteSession) -> None:
        await feeds.put_enrollment(session, LI, withdrawn_at=NINE_O_CLOCK)
        await feeds.put_enrollment(session, ZHAO)
        unknown = LearnerId("nobody")
        assert await records.enrollments(session, {KEY: [LI, unknown]}) == {KEY: [Enrollment(LI, NINE)]}


class TestEnrollmentRecords:
    async def test_hold_every_record_of_the_learner(self, session: WriteSession) -> None:
        await put_one_of_each(session)
        (loaded,) = await records_of(session, Enrollment(LI, None))
        assert loaded == EnrollmentRecords(
            Enrollment(LI, None),
            [Attendance("S1", "late", NINE + 1, None)],
            [LearningRecord("S1-L1", "S1", NINE, NINE + HOUR, 1500, 61_500, Decimal("1.5"))],
            [Verification("V1", "S1", NINE, False)],
            [QuizAnswer("S1-Q1", "S1", "Q1", 2, NINE, None, False)],
            [ExamScore("E1", 1, Decimal("59.5"), Decimal(60))],
            True,
        )

    async def test_give_each_learner_their_own(self, session: WriteSession) -> None:
        for learner_id, lessons in ((LI, "AB"), (ZHAO, "C")):
            for lesson_id in lessons:
                await feeds.put_attendance(session, learner_id, lesson_id)
        enrolled = [Enrollment(LearnerId(name), None) for name in ("L0", LI, ZHAO)]
        loaded = await records_of(session, *enrolled)
        assert [sorted(row.lesson_id for row in of_one.attendance) for of_one in loaded] == [
            [],
            ["A", "B"],
            ["C"],
        ]

    async def test_leave_out_tombstones_and_other_class_groups(self, session: WriteSession) -> None:
        await put_one_of_each(session, deleted=True)
        await put_one_of_each(session, OTHER_KEY)
        (loaded,) = await records_of(session, Enrollment(LI, None))
        assert loaded == EnrollmentRecords(Enrollment(LI, None))

    async def test_take_the_default_playback_rate_for_none(self, session: WriteSession) -> None:
        await feeds.put_learning_record(session, LI, "S1", playback_rate=Decimal("1.0"))
        (loaded,) = await records_of(session, Enrollment(LI, None))
        assert loaded.learning_records[0].playback_rate is None

    @pytest.mark.parametrize(
        ("at", "count"),
        [
            (datetime(1, 1, 1, tzinfo=UTC), -62_135_596_800_000_000),
            (datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC), -62_135_596_799_999_999),
            (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
            (datetime(1970, 1, 1, tzinfo=UTC), 0),
            (datetime(2039, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 2_208_988_799_999_999),
            (datetime(2040, 1, 1, 0, 0, 0, 1, tzinfo=UTC), 2_208_988_800_000_001),
            (datetime(9999, 12, 31, 23, 59, 59, 999_998, tzinfo=UTC), 253_402_300_799_999_998),
            (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 253_402_300_799_999_999),
        ],
    )
    async def test_are_exact_as_far_as_the_calendar_goes(
        self, session: WriteSession, at: datetime, count: int
    ) -> None:
        await feeds.put_attendance(session, LI, "S1", signed_in_at=at)
        (loaded,) = await records_of(session, Enrollment(LI, None))
        assert loaded.attendance[0] == ("S1", "present", count, None)
        assert microseconds(at) == count


async def put_one_of_each(session: WriteSession, key: ClassGroupKey = KEY, *, deleted: bool = False) -> None:
    just_after = NINE_O_CLOCK + timedelta(microseconds=1)
    await feeds.put_attendance(
        session, LI, "S1", key, status="late", signed_in_at=just_after, deleted=deleted
    )
    await feeds.put_learning_record(
        session,
        LI,
        "S1",
        key,
        position_from_ms=1500,
        position_to_ms=61_500,
        playback_rate=Decimal("1.5"),
        deleted=deleted,
    )
    await feeds.put_verification(session, LI, "S1", key, passed=False, deleted=deleted)
    await feeds.put_answer(
        session, LI, "S1", key, attempt=2, answered_at=None, correct=False, deleted=deleted
    )
    await feeds.put_exam_score(session, LI, "E1", key, score=Decimal("59.5"), deleted=deleted)
    await feeds.put_evaluation(session, LI, key, deleted=deleted)
