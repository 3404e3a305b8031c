"""Facts of an enrollment that only some policies ask for (docs/semantics.md Q)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from app.core.vocabulary import LessonKind
from app.rules.at_once import PersonCount
from app.rules.days import SECOND
from app.rules.fact_names import FactName
from app.rules.figures import Figure, ratio
from app.rules.presence import ATTENDED
from app.rules.rates import questions_of
from app.rules.records import EnrollmentRecords
from app.rules.study import Study, is_completed
from app.rules.timetable import Timetable

ONLINE = {LessonKind.live, LessonKind.vod}
OFFLINE = {LessonKind.offline}


class Rate(NamedTuple):
    """Of counted things, not reduced."""

    part: int
    whole: int


Further = Mapping[FactName, Figure | Rate]
NOTHING_FURTHER: Further = {}


class Learning(NamedTuple):
    """All that there is to compute from."""

    timetable: Timetable
    records: EnrollmentRecords
    studies: Mapping[str, Study]
    credited: int
    person: PersonCount | None
    """None: nobody else is known to be the same person."""


def further_facts(learning: Learning) -> Further:
    """Those that the policy asks for; what nobody supplies yet is missing."""
    return {
        fact: COMPUTED[fact](learning) if fact in COMPUTED else None
        for fact in learning.timetable.version.further_facts
    }


def _whole_credited_hours(learning: Learning) -> Figure:
    """Course by course, without remainders; lessons that name no course are one together."""
    hour = learning.timetable.credited_hour
    if hour is None:
        return None
    by_course: defaultdict[str | None, int] = defaultdict(int)
    for study in learning.studies.values():
        by_course[study.plan.lesson.course_id] += study.credited
    return min(
        sum([int(credited // hour) for credited in by_course.values()]), int(learning.credited // hour)
    )


def _face_sign_in_rate(learning: Learning) -> Rate:
    """Of the attended live and offline lessons those signed in to by face."""
    attended = [
        study.plan.lesson_id
        for study in _attended_by_record(learning.studies.values())
        if study.plan.lesson.kind is not LessonKind.vod
    ]
    return Rate(sum(lesson_id in learning.records.face_sign_ins for lesson_id in attended), len(attended))


def _offline_signed_rate(learning: Learning) -> Rate:
    """Of the required offline lessons those attended by the attendance record."""
    required = _required(learning, OFFLINE)
    attended = {study.plan.lesson_id for study in _attended_by_record(learning.studies.values())}
    return Rate(len(required & attended), len(required))


def _online_completion_rate(learning: Learning) -> Rate:
    """Of the required live and VOD lessons those completed."""
    required = _required(learning, ONLINE)
    studies = learning.studies
    completed = [key for key in required & studies.keys() if is_completed(studies[key])]
    return Rate(len(completed), len(required))


def _required(learning: Learning, kinds: Collection[LessonKind]) -> set[str]:
    plans = learning.timetable.lessons.values()
    return {plan.lesson_id for plan in plans if plan.is_required and plan.lesson.kind in kinds}


def _least_checks_per_lesson(learning: Learning) -> Figure:
    """Verifications issued and questions asked in the studied lesson with the fewest; None: none studied."""
    checks = dict.fromkeys([key for key, study in learning.studies.items() if study.credited], 0)
    for check in learning.records.verifications:
        if check.lesson_id in checks:
            checks[check.lesson_id] += 1
    for lesson_id, _ in questions_of(learning.records.quiz_answers, checks):
        checks[lesson_id] += 1
    return min(checks.values(), default=None)


def _study_recorded(learning: Learning) -> Figure:
    """Any time is credited, or an offline lesson attended; None where the class group has no lessons."""
    if learning.timetable.credited_hour is None:
        return None
    attended = _attended_by_record(learning.studies.values())
    return learning.credited > 0 or any(study.plan.lesson.kind is LessonKind.offline for study in attended)


def _seconds_elsewhere(learning: Learning) -> Figure:
    """Time that the person took at once in another class group; None: not all of them are known yet."""
    if learning.person is None:
        return Fraction(0)
    length = learning.person.at_once_length
    return None if length is None else Fraction(length, SECOND)


def _attended_by_record(studies: Iterable[Study]) -> Iterator[Study]:
    return (study for study in studies if study.attendance and study.attendance.status in ATTENDED)


COMPUTED: Mapping[FactName, Callable[[Learning], Figure | Rate]] = {
    FactName.whole_credited_hours: _whole_credited_hours,
    FactName.employment: lambda learning: learning.records.enrollment.employment,
    FactName.gender_agrees: lambda learning: learning.records.enrollment.gender_agrees,
    FactName.phone_valid: lambda learning: learning.records.enrollment.phone_valid,
    FactName.face_sign_in_rate: _face_sign_in_rate,
    FactName.offline_lessons: lambda learning: len(_required(learning, OFFLINE)),
    FactName.offline_signed_rate: _offline_signed_rate,
    FactName.online_lessons: lambda learning: len(_required(learning, ONLINE)),
    FactName.online_completion_rate: _online_completion_rate,
    FactName.least_checks_per_lesson: _least_checks_per_lesson,
    FactName.seconds_elsewhere: _seconds_elsewhere,
    FactName.study_recorded: _study_recorded,
}


def figure_of(told: Figure | Rate) -> Figure:
    if isinstance(told, Rate):
        return ratio(*told)
    return told
