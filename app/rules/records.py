"""What the rules are told: the stored, not deleted records of one class group.

Named tuples, because millions of them are made from database rows: a row with its columns in the order of
the fields becomes one by `Type._make(row)`. Instants are whole microseconds since 1970-01-01T00:00Z,
positions whole milliseconds, every other measure a `Decimal`: nothing here is a float.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.core.ids import ClassGroupId, LearnerId, LessonId, PlatformCode
from app.core.vocabulary import LessonKind
from app.rules.person import Elsewhere
from app.rules.waivers import Waiver


class ClassGroup(NamedTuple):
    platform: PlatformCode
    class_group_id: ClassGroupId
    programme: str
    starts_on: date
    ends_on: date
    exam_ids: Sequence[str]
    """May be empty and may name an exam twice."""
    closed_at: int | None

    @property
    def is_running(self) -> bool:
        return self.closed_at is None


class Lesson(NamedTuple):
    lesson_id: LessonId
    title: str
    kind: LessonKind
    planned_minutes: int
    required: bool
    starts_at: int | None
    """Known for every `live` and `offline` lesson; without meaning for a `vod` one. The same of `ends_at`."""
    ends_at: int | None
    course_id: str | None = None


class Enrollment(NamedTuple):
    learner_id: LearnerId
    withdrawn_at: int | None
    employment: str | None = None
    gender_agrees: bool | None = None
    """The gender named is that of the ID number; None where none is named."""
    phone_valid: bool | None = None
    """The phone has the form of a mobile number; None where none is named."""


class Attendance(NamedTuple):
    lesson_id: str
    status: str
    """A value of `AttendanceStatus`; the bare text will do, as the database returns it."""
    signed_in_at: int | None
    signed_out_at: int | None


class LearningRecord(NamedTuple):
    session_id: str
    lesson_id: str
    online_at: int
    offline_at: int
    position_from_ms: int | None
    position_to_ms: int | None
    playback_rate: Decimal | None


class Verification(NamedTuple):
    verification_id: str
    lesson_id: str
    issued_at: int
    passed: bool


class QuizAnswer(NamedTuple):
    answer_id: str
    lesson_id: str
    question_id: str
    attempt: int
    asked_at: int
    answered_at: int | None
    correct: bool


class ExamScore(NamedTuple):
    exam_id: str
    attempt: int
    score: Decimal
    pass_score: Decimal


class EnrollmentRecords(NamedTuple):
    """Everything known of one learner in one class group, in any order."""

    enrollment: Enrollment
    attendance: Sequence[Attendance] = ()
    learning_records: Sequence[LearningRecord] = ()
    verifications: Sequence[Verification] = ()
    quiz_answers: Sequence[QuizAnswer] = ()
    exam_scores: Sequence[ExamScore] = ()
    evaluation_submitted: bool = False
    face_sign_ins: Collection[str] = ()
    """The lessons signed in to by face; loaded where the policy asks."""
    waivers: Sequence[Waiver] = ()
    elsewhere: Elsewhere | None = None
    """What is known of the same person in other class groups; None: the person is in no other."""
