"""The facts of what belongs to a class group (docs/semantics.md S): project, courses, lessons, videos."""

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, assert_never

from app.core.vocabulary import Subject
from app.rules.class_facts import ONLINE, ClassFacts
from app.rules.class_records import Course, Video
from app.rules.days import MINUTE, day_of, start_of_day
from app.rules.fact_names import FactName
from app.rules.figures import Figure
from app.rules.timetable import PlannedLesson

OF_VIDEOS = {FactName.video_resolutions, FactName.video_aspects}
"""Facts of a course that are facts of its videos."""

Compute = Callable[[Any, ClassFacts], Figure]


@dataclass(frozen=True, slots=True)
class Members:
    """Those that a rule is about, in the order of their ids."""

    facts: ClassFacts
    subject: Subject
    found: Sequence[tuple[str, Any]]

    def alike(self, asked: Collection[FactName]) -> Iterator[tuple["Alike", Sequence[str]]]:
        """Members whose own figures of these facts are the same need be judged but once."""
        own = [fact for fact in asked if fact.subject is self.subject]
        computing = [_COMPUTE[self.subject].get(fact, _unknown(fact)) for fact in own]
        groups: dict[tuple[Figure, ...], list[str]] = {}
        for member_id, member in self.found:
            figures = tuple([compute(member, self.facts) for compute in computing])
            groups.setdefault(figures, []).append(member_id)
        for figures, member_ids in groups.items():
            yield Alike(dict(zip(own, figures, strict=True)), self.facts), member_ids


@dataclass(frozen=True, slots=True)
class Alike:
    """Their own figures; conditions may ask for facts of the class group too."""

    own: Mapping[FactName, Figure]
    of_class: ClassFacts

    @property
    def credited_hour(self) -> Fraction | None:
        return self.of_class.credited_hour

    def figure(self, fact: FactName) -> Figure:
        return self.own[fact] if fact in self.own else self.of_class.figure(fact)

    def parts(self, _: FactName) -> None:
        """Members have no rates."""


def members(subject: Subject, fact: FactName, facts: ClassFacts) -> Members:
    """Whom a rule on this fact is about."""
    match subject:
        case Subject.enrollment | Subject.class_group:
            raise ValueError(subject)
        case Subject.project:
            found: list[tuple[str, Any]] = [(facts.records.registration.project_id, None)]
        case Subject.course:
            found = [(course.course_id, course) for course in _courses(fact, facts)]
        case Subject.lesson:
            found = [(plan.lesson_id, plan) for plan in _lessons(fact, facts)]
        case Subject.video:
            found = [(video.video_id, video) for video in _videos(facts)]
        case _:
            assert_never(subject)
    return Members(facts, subject, found)


def _unknown(fact: FactName) -> Compute:
    """Of the project the class group tells; what nobody supplies yet is missing."""
    return lambda _, facts: facts.figure(fact)


def _lessons(fact: FactName, facts: ClassFacts) -> Iterator[PlannedLesson]:
    """What is planned is judged at once, what has to have happened where it is due."""
    match fact:
        case FactName.lesson_has_teaching_record:
            return facts.lessons()
        case FactName.lesson_has_video | FactName.lesson_has_quiz | FactName.lesson_has_check:
            return facts.lessons(ONLINE)
        case _:
            return iter(facts.timetable.lessons.values())


def _videos(facts: ClassFacts) -> Iterator[Video]:
    """Of lessons that are stored."""
    return (video for video in facts.records.videos if video.lesson_id in facts.timetable.lessons)


def _of_course(course: Course, facts: ClassFacts) -> list[Video]:
    lessons = facts.timetable.lessons
    return [
        video for video in _videos(facts) if lessons[video.lesson_id].lesson.course_id == course.course_id
    ]


def _courses(fact: FactName, facts: ClassFacts) -> Iterator[Course]:
    """Of what is compared inside a course, those that have videos."""
    if fact not in OF_VIDEOS:
        return iter(facts.records.courses)
    return (course for course in facts.records.courses if _of_course(course, facts))


def _different(figures: Iterable[tuple[Figure, ...]]) -> Figure:
    """How many there are; None where one is not known."""
    found = set(figures)
    return None if any(None in each for each in found) else len(found)


@lru_cache(maxsize=4096)  # videos are alike
def _number(measure: Decimal | None) -> Fraction | None:
    return None if measure is None else Fraction(measure)


def _short_side(video: Video) -> Figure:
    return min(video.width, video.height) if video.width and video.height else None


def _aspect(video: Video) -> Figure:
    return Fraction(video.width, video.height) if video.width and video.height else None


def _reachable_months(video: Video) -> Figure:
    if video.recorded_at is None or video.available_until is None:
        return None
    return whole_months(video.recorded_at, video.available_until)


def whole_months(start: int, end: int) -> int:
    """Calendar months of Shanghai that fit between two instants, at least none.

    One ends on the same day of the next month at the same time, or on its last day where it has none.
    """
    first, last = day_of(start), day_of(end)
    months = 12 * (last.year - first.year) + last.month - first.month
    reached = date(last.year, last.month, min(first.day, monthrange(last.year, last.month)[1]))
    if start_of_day(reached) + (start - start_of_day(first)) > end:
        months -= 1
    return max(months, 0)


_COURSE: Mapping[FactName, Callable[[Course, ClassFacts], Figure]] = {
    FactName.copyright_stated: lambda course, _: course.copyright is not None,
    FactName.category: lambda course, _: course.category,
    FactName.industry: lambda course, _: course.industry,
    FactName.video_resolutions: lambda course, facts: _different(
        (video.width, video.height) for video in _of_course(course, facts)
    ),
    FactName.video_aspects: lambda course, facts: _different(
        (_aspect(video),) for video in _of_course(course, facts)
    ),
}

_LESSON: Mapping[FactName, Callable[[PlannedLesson, ClassFacts], Figure]] = {
    FactName.lesson_kind: lambda plan, _: plan.lesson.kind.value,
    FactName.lesson_minutes: lambda plan, _: plan.planned // MINUTE,
    FactName.lesson_has_teaching_record: lambda plan, facts: plan.lesson_id in facts.taught,
    FactName.lesson_has_video: lambda plan, facts: plan.lesson_id in facts.filmed,
    FactName.lesson_has_quiz: lambda plan, facts: plan.lesson_id in facts.records.questioned,
    FactName.lesson_has_check: lambda plan, facts: plan.lesson_id in facts.records.checked,
}

_VIDEO: Mapping[FactName, Callable[[Video, ClassFacts], Figure]] = {
    FactName.video_kind: lambda video, _: video.kind,
    FactName.video_codec: lambda video, _: video.video_codec,
    FactName.video_container: lambda video, _: video.container,
    FactName.video_kbps: lambda video, _: _number(video.video_kbps),
    FactName.video_width: lambda video, _: video.width,
    FactName.video_height: lambda video, _: video.height,
    FactName.video_short_side: lambda video, _: _short_side(video),
    FactName.video_aspect: lambda video, _: _aspect(video),
    FactName.video_fps: lambda video, _: _number(video.fps),
    FactName.video_audio_codec: lambda video, _: video.audio_codec,
    FactName.video_audio_kbps: lambda video, _: _number(video.audio_kbps),
    FactName.video_audio_sample_rate: lambda video, _: video.audio_sample_rate,
    FactName.video_bytes: lambda video, _: video.size_bytes,
    FactName.video_seconds: lambda video, _: _number(video.duration_seconds),
    FactName.video_reachable_months: lambda video, _: _reachable_months(video),
}

_COMPUTE: Mapping[Subject, Mapping[FactName, Compute]] = {
    Subject.project: {},
    Subject.course: _COURSE,
    Subject.lesson: _LESSON,
    Subject.video: _VIDEO,
}
