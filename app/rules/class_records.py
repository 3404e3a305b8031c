"""What the rules on a class group are told beside its timetable: stored, not deleted records, some counted.

Of each source only what the policy asks for is loaded; the rest is empty. Instants and measures are those
of `records`.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum, auto
from typing import NamedTuple

from app.rules.moments import Moment


class Source(StrEnum):
    """What has to be loaded for a fact. The class group itself always is, with project and enterprise."""

    courses = auto()
    roster = auto()
    evaluations = auto()
    exams = auto()
    teaching = auto()
    clashes = auto()
    videos = auto()
    questions = auto()
    checks = auto()
    presence = auto()
    moments = auto()


class Project(NamedTuple):
    training_type: str | None
    delivery: str | None
    planned_hours: Decimal | None


class Registration(NamedTuple):
    """What was said of the class group itself."""

    project_id: str
    planned_headcount: int
    organisation: str
    is_institution_named: bool
    project: Project | None
    """None until it is stored."""
    enterprise_size: str | None = None
    """As the entry that decides says it; None until one does."""


class Course(NamedTuple):
    """One of the project's."""

    course_id: str
    industry: str | None
    category: str | None
    copyright: str | None


class Roster(NamedTuple):
    """Enrollments, counted: but for `entries`, those that are not withdrawn."""

    entries: int
    headcount: int
    dispatched: int
    duplicates: int
    """Persons who are enrolled more than once."""


class Examinee(NamedTuple):
    """A learner who has not withdrawn, and the exams that scores are stored of."""

    learner_id: str
    exam_ids: Sequence[str]


class TeachingRecord(NamedTuple):
    lesson_id: str
    instructor_id: str


class Appearance(NamedTuple):
    """A teaching record of a teacher of the class group, on the same platform, in whichever class group."""

    instructor_id: str
    class_group_id: str
    lesson_id: str
    started_at: int
    ended_at: int


class Video(NamedTuple):
    video_id: str
    lesson_id: str
    kind: str
    size_bytes: int
    duration_seconds: Decimal
    recorded_at: int | None
    available_until: int | None
    container: str | None
    video_codec: str | None
    video_kbps: Decimal | None
    width: int | None
    height: int | None
    fps: Decimal | None
    audio_codec: str | None
    audio_kbps: Decimal | None
    audio_sample_rate: int | None


class ClassRecords(NamedTuple):
    registration: Registration
    courses: Sequence[Course] = ()
    roster: Roster | None = None
    respondents: int = 0
    """Learners who have not withdrawn and whose evaluation is stored."""
    examinees: Sequence[Examinee] = ()
    teaching: Sequence[TeachingRecord] = ()
    appearances: Sequence[Appearance] = ()
    """Also its own."""
    videos: Sequence[Video] = ()
    questioned: frozenset[str] = frozenset()
    """Lessons in which a question was put to anybody."""
    checked: frozenset[str] = frozenset()
    """Lessons in which a verification was issued to anybody."""
    has_attendance: bool = False
    has_learning_records: bool = False
    moments: Sequence[Moment] = ()
    """Of attendance and learning records, those that claim one."""
