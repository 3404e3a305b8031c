"""What completes a lesson, and completion of online lessons apart from offline ones (docs/semantics.md Q)."""

from datetime import date
from fractions import Fraction

import pytest

from app.core.vocabulary import LessonKind
from app.rules.fact_names import FactName
from app.rules.facts import account_for
from app.rules.figures import Figure
from app.rules.loader import load_packs
from app.rules.policy import PolicyVersion
from app.rules.records import EnrollmentRecords, LearningRecord, Lesson
from tests.rules.examples import A_PERSON, counting, live, minutes, online, present, timetable, vod

SECOND = minutes(1) // 60


def short_by(seconds: Fraction) -> LearningRecord:
    """An hour of the lesson S1, less so many seconds."""
    record = online("S1", 0, 60)
    return record._replace(offline_at=record.offline_at - int(seconds * SECOND))


def completion(version: PolicyVersion, record: LearningRecord) -> Figure:
    told = EnrollmentRecords(A_PERSON, learning_records=[record])
    return account_for(timetable([vod("S1", 60)], version=version), told).facts.figure(
        FactName.completion_rate
    )


class TestTolerance:
    @pytest.mark.parametrize(("lacking", "rate"), [(0, 1), (Fraction(1, 1_000_000), 0), (1, 0)])
    def test_without_one_a_lesson_is_completed_to_the_microsecond(self, lacking: Fraction, rate: int) -> None:
        assert completion(counting(), short_by(Fraction(lacking))) == rate

    @pytest.mark.parametrize(("lacking", "rate"), [(29, 1), (30, 1), (Fraction(30_000_001, 1_000_000), 0)])
    def test_a_lesson_may_lack_as_much_as_the_policy_says(self, lacking: Fraction, rate: int) -> None:
        tolerant = counting(completion_tolerance_seconds=Fraction(30))
        assert completion(tolerant, short_by(Fraction(lacking))) == rate

    def test_a_lesson_of_which_nothing_was_seen_is_not_completed(self) -> None:
        tolerant = counting(completion_tolerance_seconds=Fraction(7200))
        assert completion(tolerant, short_by(Fraction(3600))) == 0

    def test_is_blank_in_the_packs_that_ask_for_completion(self) -> None:
        for programme in ("assessment-body-2022", "sg-onjob-2020"):
            [version] = load_packs().versions(programme)
            assert version.counting.completion_tolerance_seconds == 0
            tolerances = [each for each in version.parameters if each.name == "completion_tolerance_seconds"]
            assert [tolerance.value for tolerance in tolerances] == [None]


def offline(lesson_id: str, starts: int) -> Lesson:
    return live(lesson_id, starts)._replace(kind=LessonKind.offline)


class TestOnlineAndOffline:
    def told(self, lessons: list[Lesson], records: EnrollmentRecords) -> dict[FactName, Figure]:
        version = load_packs().version_for("assessment-body-2022", date(2026, 3, 2))
        assert version is not None
        facts = account_for(timetable(lessons, version=version), records).facts
        return {fact: facts.figure(fact) for fact in COUNTED}

    def test_are_counted_apart(self) -> None:
        lessons = [vod("S1", 60), live("S2", 600), vod("S3", 60, required=False), offline("S4", 900)]
        records = EnrollmentRecords(
            A_PERSON, attendance=[present("S4")], learning_records=[online("S1", 0, 60)]
        )
        assert self.told(lessons, records) == {
            FactName.online_lessons: 2,
            FactName.online_completion_rate: Fraction(1, 2),
            FactName.offline_lessons: 1,
            FactName.offline_signed_rate: 1,
        }

    def test_of_none_there_is_no_rate(self) -> None:
        assert self.told([offline("S4", 900)], EnrollmentRecords(A_PERSON)) == {
            FactName.online_lessons: 0,
            FactName.online_completion_rate: None,
            FactName.offline_lessons: 1,
            FactName.offline_signed_rate: 0,
        }


COUNTED = (
    FactName.online_lessons,
    FactName.online_completion_rate,
    FactName.offline_lessons,
    FactName.offline_signed_rate,
)
