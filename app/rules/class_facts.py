"""The facts of a class group (docs/semantics.md S): exact, and None where there is nothing to judge by."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain
from operator import attrgetter

from app.core.vocabulary import Feed, LessonKind
from app.rules.clashes import Clash, clashes
from app.rules.class_records import ClassRecords, Project
from app.rules.days import start_of_day
from app.rules.fact_names import FactName
from app.rules.figures import Figure, ratio
from app.rules.lesson_moments import LessonMoments
from app.rules.timetable import PlannedLesson, Timetable

Parts = tuple[int, int]

ONLINE = {LessonKind.live, LessonKind.vod}
TIMED = {LessonKind.live, LessonKind.offline}
"""At an hour, for everybody at once."""
HEALTH_AND_PUBLIC = {"health_safety", "public"}
AT_THE_END = {
    FactName.headcount,
    FactName.survey_coverage,
    FactName.survey_respondents,
    FactName.exam_named,
    FactName.exam_taken_rate,
}
"""What fills up until the class group is closed: before that it is shown, and raises no finding."""


@dataclass(frozen=True)
class ClassFacts:
    """Counted when they are asked for: a policy asks for few."""

    timetable: Timetable
    records: ClassRecords
    as_of: int
    _known: dict[FactName, Figure] = field(default_factory=dict)

    @property
    def credited_hour(self) -> Fraction | None:
        return self.timetable.credited_hour

    def figure(self, fact: FactName) -> Figure:
        """Counted once: conditions of many rules ask for the same."""
        if fact not in self._known:
            self._known[fact] = self._count(fact)
        return self._known[fact]

    def parts(self, fact: FactName) -> Parts | None:
        return _RATES[fact](self) if fact in _RATES else None

    def _count(self, fact: FactName) -> Figure:
        if parts := self.parts(fact):
            return ratio(*parts)
        return _FIGURES[fact](self) if fact in _FIGURES else None

    def places(self, fact: FactName) -> Iterator[str]:
        """Where to look for what is wrong."""
        return _PLACES[fact](self) if fact in _PLACES else iter(())

    @property
    def has_begun(self) -> bool:
        """Or is over, whatever its first day says."""
        begins_at = start_of_day(self.timetable.class_group.starts_on)
        return begins_at <= self.as_of or not self.timetable.is_running

    @property
    def project(self) -> Project | None:
        return self.records.registration.project

    def lessons(self, kinds: Collection[LessonKind] = tuple(LessonKind)) -> Iterator[PlannedLesson]:
        return _lessons(self.timetable, kinds)

    @cached_property
    def taught(self) -> set[str]:
        """Lessons that have what is named; likewise below."""
        return {record.lesson_id for record in self.records.teaching}

    @cached_property
    def filmed(self) -> set[str]:
        return {video.lesson_id for video in self.records.videos}

    @cached_property
    def clashes(self) -> list[Clash]:
        return list(clashes(self.timetable.class_group.class_group_id, self.records.appearances))

    @cached_property
    def moments(self) -> LessonMoments:
        return LessonMoments(self.timetable, self.records.moments)

    def missing_feeds(self) -> Iterator[Feed]:
        """Of what is due nothing at all has come."""
        records = self.records
        if not self.timetable.lessons and self.has_begun:
            yield Feed.lessons
        if any(self.lessons(TIMED)) and not records.has_attendance:
            yield Feed.attendance
        if any(self.lessons(ONLINE)) and not records.has_learning_records:
            yield Feed.learning_records
        if any(self.lessons()) and not records.teaching:
            yield Feed.teaching_records
        if any(self.lessons(ONLINE)) and not records.videos:
            yield Feed.videos


def lessons_asked_about(timetable: Timetable) -> Iterator[str]:
    """Whether there was a question in them, or a check."""
    return (plan.lesson_id for plan in _lessons(timetable, ONLINE))


def _lessons(timetable: Timetable, kinds: Collection[LessonKind]) -> Iterator[PlannedLesson]:
    """Those whose records must be there: all of a closed class group, else those that are due."""
    for plan in timetable.lessons.values():
        if (plan.is_due or not timetable.is_running) and plan.lesson.kind in kinds:
            yield plan


def _planned(facts: ClassFacts, kinds: Collection[LessonKind]) -> int:
    return sum(plan.planned for plan in facts.timetable.lessons.values() if plan.lesson.kind in kinds)


def _hours(facts: ClassFacts, planned: int) -> Figure:
    return None if facts.credited_hour is None else planned / facts.credited_hour


def _online_share(facts: ClassFacts) -> Figure:
    whole = facts.timetable.planned
    return Fraction(_planned(facts, ONLINE), whole) if whole else None


def _health_public_online_hours(facts: ClassFacts) -> Figure:
    if not facts.records.courses:
        return None
    wanted = {each.course_id for each in facts.records.courses if each.category in HEALTH_AND_PUBLIC}
    planned = sum(
        plan.planned
        for plan in facts.timetable.lessons.values()
        if plan.lesson.kind in ONLINE and plan.lesson.course_id in wanted
    )
    return _hours(facts, planned)


def _course_industries(facts: ClassFacts) -> Figure:
    industries = {course.industry for course in facts.records.courses}
    return None if not industries or None in industries else len(industries)


def _of_roster(field: str) -> Callable[[ClassFacts], Figure]:
    def count(facts: ClassFacts) -> Figure:
        roster = facts.records.roster
        if roster is None or not roster.entries:
            return None
        number: int = getattr(roster, field)
        return number

    return count


def _headcount_over_plan(facts: ClassFacts) -> Figure:
    roster = facts.records.roster
    if roster is None or not roster.entries:
        return None
    return max(roster.headcount - facts.records.registration.planned_headcount, 0)


def _survey_coverage(facts: ClassFacts) -> Parts:
    roster = facts.records.roster
    return (facts.records.respondents, roster.headcount) if roster else (0, 0)


def _survey_respondents(facts: ClassFacts) -> Figure:
    roster = facts.records.roster
    return facts.records.respondents if roster and roster.entries else None


def _teacher_clashes(facts: ClassFacts) -> Figure:
    return len(facts.clashes) if facts.records.appearances else None


def _share_of_lessons(
    having: Callable[[ClassFacts], Collection[str]], kinds: Collection[LessonKind]
) -> Callable[[ClassFacts], Parts]:
    def count(facts: ClassFacts) -> Parts:
        found = having(facts)
        counted = Counter(plan.lesson_id in found for plan in facts.lessons(kinds))
        return counted[True], counted.total()

    return count


def _lessons_without(
    having: Callable[[ClassFacts], Collection[str]], kinds: Collection[LessonKind]
) -> Callable[[ClassFacts], Iterator[str]]:
    def name(facts: ClassFacts) -> Iterator[str]:
        found = having(facts)
        return (plan.lesson_id for plan in facts.lessons(kinds) if plan.lesson_id not in found)

    return name


def _exams(facts: ClassFacts) -> set[str]:
    """The exams the class group names, or if it names none, those that anybody has scores in."""
    named = set(facts.timetable.class_group.exam_ids)
    return named or {*chain.from_iterable(each.exam_ids for each in facts.records.examinees)}


def _exam_taken_rate(facts: ClassFacts) -> Parts:
    exams, examinees = _exams(facts), facts.records.examinees
    if not exams:
        return 0, 0
    return sum(exams <= {*each.exam_ids} for each in examinees), len(examinees)


def _without_exam(facts: ClassFacts) -> Iterator[str]:
    exams = _exams(facts)
    return (each.learner_id for each in facts.records.examinees if not exams <= {*each.exam_ids})


def _clashes(facts: ClassFacts) -> Iterator[str]:
    """`S3 C2/S7`: lesson S3 at the same time as lesson S7 of class group C2."""
    return (f"{own.lesson_id} {other.class_group_id}/{other.lesson_id}" for own, other in facts.clashes)


def _project_figure(figure: Callable[[Project], Figure]) -> Callable[[ClassFacts], Figure]:
    return lambda facts: figure(facts.project) if facts.project else None


def _planned_hours(project: Project) -> Figure:
    return None if project.planned_hours is None else Fraction(project.planned_hours)


_TAUGHT = (attrgetter("taught"), tuple(LessonKind))
_FILMED = (attrgetter("filmed"), ONLINE)
_QUESTIONED = (attrgetter("records.questioned"), ONLINE)

_RATES: Mapping[FactName, Callable[[ClassFacts], Parts]] = {
    FactName.survey_coverage: _survey_coverage,
    FactName.teaching_record_rate: _share_of_lessons(*_TAUGHT),
    FactName.video_hash_rate: _share_of_lessons(*_FILMED),
    FactName.quiz_lesson_rate: _share_of_lessons(*_QUESTIONED),
    FactName.exam_taken_rate: _exam_taken_rate,
    FactName.bracketed_rate: lambda facts: facts.moments.tally.bracketed_parts,
    FactName.backdated_rate: lambda facts: facts.moments.tally.backdated_parts,
    FactName.late_rate: lambda facts: facts.moments.tally.late_parts,
}

_FIGURES: Mapping[FactName, Callable[[ClassFacts], Figure]] = {
    FactName.headcount: _of_roster("headcount"),
    FactName.planned_headcount: lambda facts: facts.records.registration.planned_headcount,
    FactName.headcount_over_plan: _headcount_over_plan,
    FactName.lesson_hours: lambda facts: _hours(facts, facts.timetable.planned),
    FactName.online_share: _online_share,
    FactName.health_public_online_hours: _health_public_online_hours,
    FactName.course_industries: _course_industries,
    FactName.roster_duplicates: _of_roster("duplicates"),
    FactName.dispatched_learners: _of_roster("dispatched"),
    FactName.survey_respondents: _survey_respondents,
    FactName.teacher_clashes: _teacher_clashes,
    FactName.exam_named: lambda facts: bool(_exams(facts)),
    FactName.enterprise_size: lambda facts: facts.records.registration.enterprise_size,
    FactName.organisation: lambda facts: facts.records.registration.organisation,
    FactName.institution_named: lambda facts: facts.records.registration.is_institution_named,
    FactName.expected_feeds_missing: lambda facts: sum(1 for _ in facts.missing_feeds()),
    FactName.planned_hours: _project_figure(_planned_hours),
    FactName.delivery: _project_figure(lambda project: project.delivery),
    FactName.training_type: _project_figure(lambda project: project.training_type),
}

_PLACES: Mapping[FactName, Callable[[ClassFacts], Iterator[str]]] = {
    FactName.teaching_record_rate: _lessons_without(*_TAUGHT),
    FactName.video_hash_rate: _lessons_without(*_FILMED),
    FactName.quiz_lesson_rate: _lessons_without(*_QUESTIONED),
    FactName.exam_taken_rate: _without_exam,
    FactName.backdated_rate: lambda facts: facts.moments.backdated_lessons(),
    FactName.late_rate: lambda facts: facts.moments.late_lessons(),
    FactName.teacher_clashes: _clashes,
    FactName.expected_feeds_missing: lambda facts: (feed.value for feed in facts.missing_feeds()),
}
