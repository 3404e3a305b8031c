"""A class group as of one moment: everything about its lessons that is the same for all its learners."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Self

from app.core.vocabulary import LessonKind
from app.rules.days import DAY, MINUTE, SECOND, start_of_day
from app.rules.engine import RuleOutcome
from app.rules.intervals import Span, meeting
from app.rules.policy import Counting, PolicyVersion
from app.rules.records import ClassGroup, Lesson


@dataclass(frozen=True, slots=True)
class PlannedLesson:
    """Read for every learner in every lesson: slots are read in a quarter of a named tuple's time."""

    lesson: Lesson
    lesson_id: str
    is_vod: bool
    opens_at: int
    """Presence before this instant, or from `closes_at` on, does not count."""
    closes_at: int
    planned: int
    """Planned time in microseconds, as all durations here."""
    attended_from: int
    """Credited time that makes a VOD lesson attended."""
    completed_from: int
    """Credited time that completes a lesson."""
    is_due: bool
    is_required: bool
    """Counts in the rates: required, and due if the class group is running."""


@dataclass(frozen=True, slots=True)
class Timetable:
    version: PolicyVersion
    class_group: ClassGroup
    period: Span
    lessons: Mapping[str, PlannedLesson]
    crowded: Collection[str]
    """The lessons that can be attended at the same time as another."""
    required_lessons: int
    """How many lessons the rates are about (`PlannedLesson.is_required`)."""
    required_later: int
    """How many required lessons are not yet due, as long as the class group is running."""
    planned: int
    """Planned time of all lessons, required or not, in microseconds; then that of the lessons due."""
    planned_due: int
    credited_hour: Fraction | None
    """How many microseconds make one credited hour; None where there are no lessons to earn it in."""
    reaching: tuple[RuleOutcome, ...] = ()
    """What rules on the class group say of each of its enrollments: they bar it, or may."""

    @property
    def is_running(self) -> bool:
        return self.class_group.is_running

    def reached_by(self, outcomes: tuple[RuleOutcome, ...]) -> Self:
        """What bars the class group is said of each of its enrollments."""
        return replace(self, reaching=outcomes)


def draw_up(
    version: PolicyVersion, class_group: ClassGroup, lessons: Iterable[Lesson], as_of: int
) -> Timetable:
    """The timetable as of `as_of`; done once per class group, used for each of its enrollments."""
    period = period_of(class_group)
    counting = version.counting
    plans = [_plan(lesson, class_group, period, counting, as_of) for lesson in lessons]
    required = sum(plan.is_required for plan in plans)
    return Timetable(
        version=version,
        class_group=class_group,
        period=period,
        lessons={plan.lesson_id: plan for plan in plans},
        crowded=meeting(
            (plan.opens_at, plan.closes_at, plan.lesson_id)
            for plan in plans
            if plan.opens_at < plan.closes_at
        ),
        required_lessons=required,
        required_later=sum(plan.lesson.required for plan in plans) - required,
        planned=sum(plan.planned for plan in plans),
        planned_due=sum(plan.planned for plan in plans if plan.is_due),
        credited_hour=counting.minutes_per_hour * MINUTE if plans else None,
    )


def period_of(class_group: ClassGroup) -> Span:
    """00:00 of the first day to 24:00 of the last."""
    return start_of_day(class_group.starts_on), start_of_day(class_group.ends_on) + DAY


def next_due_at(class_group: ClassGroup, lessons: Sequence[Lesson], as_of: int) -> int | None:
    """When time alone will next change the figures: a lesson of a running class group falls due."""
    if not class_group.is_running:
        return None
    moments = [due_at(lesson, class_group) for lesson in lessons]
    return min((moment for moment in moments if moment > as_of), default=None)


def due_at(lesson: Lesson, class_group: ClassGroup) -> int:
    return _hours(lesson, period_of(class_group))[1]


def _hours(lesson: Lesson, period: Span) -> Span:
    """When the lesson can be attended: as the timetable says, or for VOD at any time of the period."""
    if lesson.kind is LessonKind.vod or lesson.starts_at is None or lesson.ends_at is None:
        return period
    return lesson.starts_at, lesson.ends_at


def _plan(
    lesson: Lesson, class_group: ClassGroup, period: Span, counting: Counting, as_of: int
) -> PlannedLesson:
    starts_at, ends_at = _hours(lesson, period)
    planned = lesson.planned_minutes * MINUTE
    is_due = ends_at <= as_of
    return PlannedLesson(
        lesson=lesson,
        lesson_id=lesson.lesson_id,
        is_vod=lesson.kind is LessonKind.vod,
        opens_at=max(starts_at, period[0]),
        closes_at=min(ends_at, period[1]),
        planned=planned,
        attended_from=ceil(counting.vod_attended_share * planned),
        completed_from=max(1, planned - int(counting.completion_tolerance_seconds * SECOND)),
        is_due=is_due,
        is_required=lesson.required and (is_due or not class_group.is_running),
    )
