"""What rules on class groups are told is what was stored of them, and only what they ask for."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from app.core.clock import microseconds
from app.core.ids import ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.models import LedgerCheckpoint
from app.db.session import WriteSession
from app.records import class_repository
from app.records.chosen import load_by_bitmap
from app.records.class_repository import Asked
from app.rules.clashes import clashes
from app.rules.class_records import (
    ClassRecords,
    Course,
    Examinee,
    Project,
    Roster,
    Source,
    TeachingRecord,
)
from app.rules.moments import Moment
from tests.db.plans import index_kept
from tests.factories import feeds, intake, standings
from tests.factories.feeds import KEY, NINE_O_CLOCK, OTHER_KEY

ASKED = frozenset({"S1"})
"""Lessons."""
ELSEWHERE = ClassGroupKey(PlatformCode("live-b"), KEY.class_group_id)


async def loaded(session: WriteSession, *sources: Source, key: ClassGroupKey = KEY) -> ClassRecords:
    return (await class_repository.class_records(session, {key: Asked(frozenset(sources), ASKED)}))[key]


class TestRegistration:
    async def test_tells_of_the_project_once_it_is_stored(self, session: WriteSession) -> None:
        await feeds.put_class_group(session, planned_headcount=30, institution_uscc="X")
        assert (await loaded(session)).registration == ("P1", 30, "self", True, None, None)
        await feeds.put_project(session, platform="live-b", planned_hours=1)
        assert (await loaded(session)).registration.project is None
        await feeds.put_project(session, planned_hours=Decimal("40.5"))
        expected = Project("on_job", "online", Decimal("40.5"))
        assert (await loaded(session)).registration.project == expected

    async def test_has_the_size_that_the_deciding_entry_names(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await standings.put_enterprise(session, "live-a", named_as=1, size="growth")
        assert (await loaded(session)).registration.enterprise_size == "growth"
        await standings.put_enterprise(session, "live-b", named_as=0, size="above_scale")
        assert (await loaded(session)).registration.enterprise_size == "above_scale"

    async def test_is_of_class_groups_that_are_stored(self, session: WriteSession) -> None:
        await feeds.put_class_group(session, deleted=True)
        assert await class_repository.class_records(session, {KEY: Asked(frozenset(Source), ASKED)}) == {}


async def test_of_each_class_group_only_what_it_asks_for_is_loaded(session: WriteSession) -> None:
    for key in (KEY, OTHER_KEY):
        await feeds.put_class_group(session, key)
        await feeds.put_enrollment(session, "L1", key)
        await feeds.put_teaching(session, "S1", key)
    wanted = {
        KEY: Asked(frozenset({Source.roster}), ASKED),
        OTHER_KEY: Asked(frozenset({Source.teaching}), ASKED),
    }
    found = await class_repository.class_records(session, wanted)
    assert (found[KEY].roster, found[KEY].teaching) == (Roster(1, 1, 0, 0), [])
    assert (found[OTHER_KEY].roster, found[OTHER_KEY].teaching) == (None, [TeachingRecord("S1", "T1")])


async def test_courses_are_those_of_the_project(session: WriteSession) -> None:
    await feeds.put_class_group(session)
    await feeds.put_course(session, "B", industry="steel")
    await feeds.put_course(session, "A", copyright="owned")
    await feeds.put_course(session, "C", project_id="P2")
    await feeds.put_course(session, "D", deleted=True)
    expected = [Course("A", None, "professional", "owned"), Course("B", "steel", "professional", None)]
    assert (await loaded(session, Source.courses)).courses == expected


class TestRoster:
    async def test_counts_who_has_not_withdrawn(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        assert (await loaded(session, Source.roster)).roster == Roster(0, 0, 0, 0)
        await feeds.put_enrollment(session, "L1", person_key=b"li")
        await feeds.put_enrollment(session, "L2", person_key=b"li", employment="dispatched")
        await feeds.put_enrollment(session, "L3", person_key=b"li", withdrawn_at=NINE_O_CLOCK)
        await feeds.put_enrollment(session, "L4", employment="dispatched", withdrawn_at=NINE_O_CLOCK)
        await feeds.put_enrollment(session, "L5", deleted=True)
        assert (await loaded(session, Source.roster)).roster == Roster(4, 2, 1, 1)

    async def test_respondents_and_examinees_have_not_withdrawn(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await feeds.put_enrollment(session, "L1")
        await feeds.put_enrollment(session, "L2", withdrawn_at=NINE_O_CLOCK)
        for learner_id in ("L1", "L2", "L9"):
            await feeds.put_evaluation(session, learner_id)
            await feeds.put_exam_score(session, learner_id, "E1")
        await feeds.put_exam_score(session, "L1", "E1", attempt=2)
        found = await loaded(session, Source.evaluations, Source.exams)
        assert found.respondents == 1
        assert found.examinees == [Examinee("L1", ["E1"])]


async def test_lessons_with_questions_checks_and_videos_are_told(session: WriteSession) -> None:
    await feeds.put_class_group(session)
    for learner_id in ("L1", "L2"):
        await feeds.put_answer(session, learner_id, "S1")
        await feeds.put_verification(session, learner_id, "S2")
    await feeds.put_answer(session, "L1", "S3", deleted=True)
    await feeds.put_video(session, "V1", "S1", fps=Decimal("29.97"), recorded_at=NINE_O_CLOCK)
    found = await loaded(session, Source.questions, Source.checks, Source.videos)
    assert (found.questioned, found.checked) == (frozenset({"S1"}), frozenset({"S2"}))
    (video,) = found.videos
    assert (video.video_id, video.lesson_id, video.fps) == ("V1", "S1", Decimal("29.97"))
    assert video.recorded_at == 1_772_413_200_000_000


async def test_all_learners_are_looked_at_where_the_first_were_not_asked(session: WriteSession) -> None:
    await feeds.put_class_group(session)
    for number in range(1, 6):
        await feeds.put_enrollment(session, f"L{number}")
    await feeds.put_answer(session, "L1", "S2")
    await feeds.put_answer(session, "L5", "S1")
    assert (await loaded(session, Source.questions)).questioned == {"S1", "S2"}


@pytest.mark.parametrize("feed", [None, Feed.attendance, Feed.learning_records])
async def test_presence_says_which_feeds_brought_anything(session: WriteSession, feed: Feed | None) -> None:
    await feeds.put_class_group(session)
    if feed is Feed.attendance:
        await feeds.put_attendance(session, "L1", "S1")
    if feed is Feed.learning_records:
        await feeds.put_learning_record(session, "L1", "S1")
    found = await loaded(session, Source.presence)
    assert found.has_attendance is (feed is Feed.attendance)
    assert found.has_learning_records is (feed is Feed.learning_records)


class TestMoments:
    async def test_are_what_records_claim_and_when_they_came(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        received_at = NINE_O_CLOCK + timedelta(hours=2)
        batch_id = await intake.add_batch(session, KEY, received_at=received_at)
        out = NINE_O_CLOCK + timedelta(minutes=30)
        begins, ends = microseconds(NINE_O_CLOCK), microseconds(NINE_O_CLOCK + timedelta(hours=1))
        await feeds.put_learning_record(session, "L1", "S1", batch_id=batch_id, beacon="AB" * 32)
        await feeds.put_learning_record(session, "L2", "S1", beacon="cd" * 32)
        await feeds.put_learning_record(session, "L3", "S1", deleted=True)
        await feeds.put_attendance(session, "L1", "S2", signed_in_at=NINE_O_CLOCK, signed_out_at=out)
        await feeds.put_attendance(session, "L2", "S2", signed_out_at=out)
        await feeds.put_attendance(session, "L3", "S2", status="absent")
        await put_checkpoint(session, bytes.fromhex("ab" * 32), NINE_O_CLOCK)
        found = (await loaded(session, Source.moments)).moments
        assert sorted(found, key=str) == [
            Moment("S1", begins, ends, microseconds(received_at), quotes=True, issued_at=begins),
            Moment("S1", begins, ends, None, quotes=True, issued_at=None),
            Moment("S2", begins, microseconds(out), None, quotes=False, issued_at=None),
            Moment("S2", microseconds(out), microseconds(out), None, quotes=False, issued_at=None),
        ]


async def put_checkpoint(session: WriteSession, root: bytes, issued_at: datetime) -> None:
    row = {"size": 1, "root": root, "issued_at": issued_at, "note": ""}
    await session.execute(insert(LedgerCheckpoint).values(row))


class TestClashes:
    async def clashes(self, session: WriteSession) -> set[str]:
        """Own lesson, other class group and lesson."""
        appearances = (await loaded(session, Source.clashes)).appearances
        return {
            f"{clash.own.lesson_id} {clash.other.class_group_id}/{clash.other.lesson_id}"
            for clash in clashes(KEY.class_group_id, appearances)
        }

    async def test_are_other_lessons_of_the_teacher_at_the_same_time(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await feeds.put_teaching(session, "S1")
        half_past = NINE_O_CLOCK + timedelta(minutes=30)
        await feeds.put_teaching(session, "S7", OTHER_KEY, started_at=half_past)
        await feeds.put_teaching(session, "S2", started_at=half_past)
        assert await self.clashes(session) == {
            "S1 C2/S7",
            "S2 C2/S7",
        }

    async def test_are_of_one_platform_one_teacher_and_one_moment(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await feeds.put_teaching(session, "S1")
        ten = NINE_O_CLOCK + timedelta(hours=1)
        await feeds.put_teaching(session, "S1", ELSEWHERE)
        await feeds.put_teaching(session, "S1", instructor_id="T2")
        await feeds.put_teaching(session, "S7", OTHER_KEY, started_at=ten, ended_at=ten + timedelta(hours=1))
        await feeds.put_teaching(session, "S8", OTHER_KEY, deleted=True)
        assert await self.clashes(session) == set()

    async def test_are_found_however_long_somebody_teaches(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await feeds.put_teaching(session, "S1", day=30)
        await feeds.put_teaching(session, "S7", OTHER_KEY, hours=24 * 31)
        await feeds.put_teaching(session, "S8", OTHER_KEY, day=29, hours=24)
        await feeds.put_teaching(session, "S9", OTHER_KEY, day=29, hours=24.5)
        assert await self.clashes(session) == {"S1 C2/S7"}
        await feeds.put_teaching(session, "S7", OTHER_KEY, deleted=True)
        assert await self.clashes(session) == {"S1 C2/S9"}

    async def test_are_found_at_the_ends_of_time(self, session: WriteSession) -> None:
        """The driver stores the first and the last instant as infinities."""
        await feeds.put_class_group(session)
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        await feeds.put_teaching(session, "S1")
        await feeds.put_teaching(session, "S7", OTHER_KEY, started_at=first, ended_at=last)
        assert await self.clashes(session) == {"S1 C2/S7"}


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        (class_repository.REGISTRATIONS, {"pk_class_groups", "pk_projects", "ix_enterprises_uscc"}),
        (class_repository.COURSES, {"pk_class_groups", "ix_courses_project_id"}),
        (class_repository.ROSTERS, {"pk_enrollments"}),
        (class_repository.RESPONDENTS, {"pk_enrollments", "pk_evaluations"}),
        (class_repository.EXAMINEES, {"pk_enrollments", "pk_exam_scores"}),
        (class_repository.TEACHING, {"pk_teaching_records"}),
        (
            class_repository.APPEARANCES,
            {"pk_teaching_records", "ix_teaching_records_instructor", "ix_teaching_records_long"},
        ),
        (class_repository.VIDEOS, {"pk_videos"}),
        (class_repository.QUESTIONED, {"pk_quiz_answers"}),
        (class_repository.CHECKED, {"pk_verifications"}),
        (class_repository.QUESTIONED_FIRST, {"pk_enrollments", "pk_quiz_answers"}),
        (class_repository.CHECKED_FIRST, {"pk_enrollments", "pk_verifications"}),
        (class_repository.PRESENCE, {"pk_attendance", "pk_learning_records"}),
        (
            class_repository.MOMENTS,
            {"pk_attendance", "pk_learning_records", "pk_batches", "ix_ledger_checkpoints_root"},
        ),
    ],
)
async def test_every_statement_finds_its_rows_by_an_index(
    session: WriteSession, statement: str, indexes: set[str]
) -> None:
    await load_by_bitmap(session)
    assert await index_kept(session, statement) == indexes
