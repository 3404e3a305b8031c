"""Feeds that say what happened: enrollments, attendance, learning, answers, scores, teaching, logs."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from app.db.base import Base
from app.db.models.columns import (
    BigCount,
    Count,
    Digest,
    FeedRow,
    Flag,
    Instant,
    Key,
    KeyNumber,
    Measure,
    Name,
    Names,
    Sealed,
)


class Enrollment(FeedRow, Base):
    __tablename__ = "enrollments"
    __table_args__ = (Index(None, "person_key"),)

    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    name: Mapped[Name]
    id_number_sealed: Mapped[Sealed]
    person_key: Mapped[Digest]
    """Keyed hash of the ID number: one human being across platforms and enterprises."""
    gender: Mapped[Name]
    id_gender: Mapped[Name]
    """What the ID number says, so that rules can compare without opening it."""
    phone_sealed: Mapped[Sealed]
    phone_valid: Mapped[Flag]
    """The phone has the form of a mobile number; null where none is named."""
    household_district: Mapped[Name]
    employment: Mapped[Name]
    enrolled_at: Mapped[Instant]
    withdrawn_at: Mapped[Instant]


class Attendance(FeedRow, Base):
    __tablename__ = "attendance"

    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    lesson_id: Mapped[Key]
    status: Mapped[Name]
    signed_in_at: Mapped[Instant]
    signed_out_at: Mapped[Instant]
    method: Mapped[Name]
    beacon: Mapped[Name]


class LearningRecord(FeedRow, Base):
    __tablename__ = "learning_records"

    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    session_id: Mapped[Key]
    lesson_id: Mapped[Name]
    online_at: Mapped[Instant]
    offline_at: Mapped[Instant]
    position_from_ms: Mapped[BigCount]
    """Positions are seconds with at most three decimals; whole milliseconds keep them exact."""
    position_to_ms: Mapped[BigCount]
    playback_rate: Mapped[Measure]
    device: Mapped[Name]
    ip: Mapped[Name]
    beacon: Mapped[Name]


class Verification(FeedRow, Base):
    __tablename__ = "verifications"

    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    verification_id: Mapped[Key]
    lesson_id: Mapped[Name]
    kind: Mapped[Name]
    issued_at: Mapped[Instant]
    answered_at: Mapped[Instant]
    passed: Mapped[Flag]
    score: Mapped[Measure]
    snapshot_hash: Mapped[Name]


class QuizAnswer(FeedRow, Base):
    __tablename__ = "quiz_answers"

    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    answer_id: Mapped[Key]
    lesson_id: Mapped[Name]
    question_id: Mapped[Name]
    attempt: Mapped[Count]
    asked_at: Mapped[Instant]
    answered_at: Mapped[Instant]
    correct: Mapped[Flag]


class ExamScore(FeedRow, Base):
    __tablename__ = "exam_scores"

    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    exam_id: Mapped[Key]
    attempt: Mapped[KeyNumber]
    title: Mapped[Name]
    score: Mapped[Measure]
    full_score: Mapped[Measure]
    pass_score: Mapped[Measure]
    taken_at: Mapped[Instant]


class TeachingRecord(FeedRow, Base):
    __tablename__ = "teaching_records"
    __table_args__ = (
        Index(
            "ix_teaching_records_instructor",
            "platform",
            "instructor_id",
            "started_at",
            postgresql_where=text("NOT deleted"),
        ),
        Index(
            "ix_teaching_records_long",
            "platform",
            "instructor_id",
            postgresql_where=text(
                "NOT deleted"
                " AND ended_at AT TIME ZONE 'UTC' > started_at AT TIME ZONE 'UTC' + interval '24:00:00'"
            ),
        ),
    )

    class_group_id: Mapped[Key]
    lesson_id: Mapped[Key]
    instructor_id: Mapped[Key]
    instructor_name: Mapped[Name]
    qualification: Mapped[Name]
    started_at: Mapped[Instant]
    ended_at: Mapped[Instant]


class Video(FeedRow, Base):
    __tablename__ = "videos"
    __table_args__ = (Index(None, "batch_id"),)

    class_group_id: Mapped[Key]
    video_id: Mapped[Key]
    lesson_id: Mapped[Name]
    kind: Mapped[Name]
    url: Mapped[Name]
    hash_algorithm: Mapped[Name]
    hash: Mapped[Name]
    size_bytes: Mapped[BigCount]
    duration_seconds: Mapped[Measure]
    recorded_at: Mapped[Instant]
    available_until: Mapped[Instant]
    container: Mapped[Name]
    video_codec: Mapped[Name]
    video_kbps: Mapped[Measure]
    width: Mapped[Count]
    height: Mapped[Count]
    fps: Mapped[Measure]
    audio_codec: Mapped[Name]
    audio_kbps: Mapped[Measure]
    audio_sample_rate: Mapped[Count]


class Evaluation(FeedRow, Base):
    __tablename__ = "evaluations"

    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    answers: Mapped[Names]
    comments: Mapped[Name]
    wanted_training: Mapped[Name]
    submitted_at: Mapped[Instant]


class PlatformLog(FeedRow, Base):
    __tablename__ = "platform_logs"

    log_id: Mapped[Key]
    category: Mapped[Name]
    actor: Mapped[Name]
    action: Mapped[Name]
    object: Mapped[Name]
    occurred_at: Mapped[Instant]
    detail: Mapped[Name]
