"""Rows of the feeds as ingest leaves them, with defaults that a test overrides by name."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.base import Base
from app.db.models import (
    Attendance,
    ClassGroup,
    Course,
    Enrollment,
    Evaluation,
    ExamScore,
    LearningRecord,
    Lesson,
    Project,
    QuizAnswer,
    TeachingRecord,
    Verification,
    Video,
)
from app.db.session import WriteSession
from app.ingest.districts_repository import move_class_groups

KEY = ClassGroupKey(PlatformCode("live-a"), ClassGroupId("C1"))
OTHER_KEY = ClassGroupKey(PlatformCode("live-a"), ClassGroupId("C2"))
OTHER_PLATFORM = PlatformCode("vod-b")
ENTERPRISE = "91110105MA01ABCD2T"
BATCH = UUID("019cae6b-6600-7138-a013-5c6d7e8f9a0b")
NINE_O_CLOCK = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""09:00 in Shanghai on the first day of the class group."""


async def put(session: WriteSession, model: type[Base], **columns: object) -> None:
    """Store the row, or replace the one with its key: what a merged revision does."""
    row = {"revision": 0, "deleted": False, "content_hash": bytes(16), "batch_id": BATCH, "line": 1} | columns
    statement = insert(model).values(row)
    key = [column.name for column in model.__table__.primary_key]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=row))


async def put_class_group(session: WriteSession, key: ClassGroupKey = KEY, **columns: object) -> None:
    defaults: dict[str, object] = {
        "project_id": "P1",
        "name": "一班",
        "programme": "standard",
        "enterprise_uscc": ENTERPRISE,
        "organisation": "self",
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 4, 30),
        "planned_headcount": 1,
    }
    row = defaults | columns
    await put(session, ClassGroup, **key._asdict(), **row)
    await move_class_groups(session, [str(row["enterprise_uscc"])])


async def put_lesson(
    session: WriteSession,
    lesson_id: str,
    key: ClassGroupKey = KEY,
    *,
    day: int = 0,
    **columns: object,
) -> None:
    """A live lesson of one hour on the given day of the class group."""
    starts_at = NINE_O_CLOCK + timedelta(days=day)
    defaults: dict[str, object] = {
        "title": f"第{day + 1}课",
        "kind": "live",
        "planned_minutes": 60,
        "required": True,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
    }
    await put(session, Lesson, **key._asdict(), lesson_id=lesson_id, **(defaults | columns))


async def put_enrollment(
    session: WriteSession,
    learner_id: str,
    key: ClassGroupKey = KEY,
    **columns: object,
) -> None:
    person = "/".join((*key, learner_id))  # nobody is in two class groups unless a test says so
    defaults: dict[str, object] = {"name": "张三", "person_key": person.encode()}
    await put(session, Enrollment, **key._asdict(), learner_id=learner_id, **(defaults | columns))


async def put_attendance(
    session: WriteSession,
    learner_id: str,
    lesson_id: str,
    key: ClassGroupKey = KEY,
    **columns: object,
) -> None:
    row = {"status": "present"} | columns
    await put(session, Attendance, **key._asdict(), learner_id=learner_id, lesson_id=lesson_id, **row)


async def put_learning_record(
    session: WriteSession,
    learner_id: str,
    lesson_id: str,
    key: ClassGroupKey = KEY,
    *,
    day: int = 0,
    **columns: object,
) -> None:
    """The whole hour of the lesson on that day."""
    online_at = NINE_O_CLOCK + timedelta(days=day)
    defaults: dict[str, object] = {
        "session_id": f"{lesson_id}-{learner_id}",
        "lesson_id": lesson_id,
        "online_at": online_at,
        "offline_at": online_at + timedelta(hours=1),
    }
    await put(session, LearningRecord, **key._asdict(), learner_id=learner_id, **(defaults | columns))


async def put_verification(
    session: WriteSession,
    learner_id: str,
    lesson_id: str,
    key: ClassGroupKey = KEY,
    **columns: object,
) -> None:
    defaults: dict[str, object] = {
        "verification_id": "V1",
        "lesson_id": lesson_id,
        "kind": "face",
        "issued_at": NINE_O_CLOCK,
        "passed": True,
    }
    await put(session, Verification, **key._asdict(), learner_id=learner_id, **(defaults | columns))


async def put_answer(
    session: WriteSession,
    learner_id: str,
    lesson_id: str,
    key: ClassGroupKey = KEY,
    *,
    question_id: str = "Q1",
    **columns: object,
) -> None:
    defaults: dict[str, object] = {
        "answer_id": f"{lesson_id}-{question_id}",
        "lesson_id": lesson_id,
        "question_id": question_id,
        "attempt": 1,
        "asked_at": NINE_O_CLOCK,
        "answered_at": NINE_O_CLOCK + timedelta(seconds=20),
        "correct": True,
    }
    await put(session, QuizAnswer, **key._asdict(), learner_id=learner_id, **(defaults | columns))


async def put_exam_score(
    session: WriteSession,
    learner_id: str,
    exam_id: str,
    key: ClassGroupKey = KEY,
    **columns: object,
) -> None:
    defaults: dict[str, object] = {
        "attempt": 1,
        "score": 80,
        "full_score": 100,
        "pass_score": 60,
        "taken_at": NINE_O_CLOCK,
    }
    await put(
        session, ExamScore, **key._asdict(), learner_id=learner_id, exam_id=exam_id, **(defaults | columns)
    )


async def put_evaluation(
    session: WriteSession,
    learner_id: str,
    key: ClassGroupKey = KEY,
    **columns: object,
) -> None:
    row = {"answers": ["good"] * 10, "submitted_at": NINE_O_CLOCK} | columns
    await put(session, Evaluation, **key._asdict(), learner_id=learner_id, **row)


async def put_project(session: WriteSession, project_id: str = "P1", **columns: object) -> None:
    defaults: dict[str, object] = {
        "platform": KEY.platform,
        "name": "电工培训",
        "occupation": "电工",
        "training_type": "on_job",
        "delivery": "online",
        "planned_hours": 40,
    }
    await put(session, Project, project_id=project_id, **(defaults | columns))


async def put_course(session: WriteSession, course_id: str, **columns: object) -> None:
    defaults: dict[str, object] = {
        "platform": KEY.platform,
        "project_id": "P1",
        "name": "安全用电",
        "category": "professional",
        "hours": 10,
    }
    await put(session, Course, course_id=course_id, **(defaults | columns))


async def put_teaching(
    session: WriteSession,
    lesson_id: str,
    key: ClassGroupKey = KEY,
    *,
    instructor_id: str = "T1",
    day: int = 0,
    hours: float = 1,
    **columns: object,
) -> None:
    """From nine o'clock of that day."""
    started_at = NINE_O_CLOCK + timedelta(days=day)
    defaults: dict[str, object] = {
        "instructor_name": "李老师",
        "started_at": started_at,
        "ended_at": started_at + timedelta(hours=hours),
    }
    row = defaults | columns
    await put(
        session, TeachingRecord, **key._asdict(), lesson_id=lesson_id, instructor_id=instructor_id, **row
    )


async def put_video(
    session: WriteSession, video_id: str, lesson_id: str, key: ClassGroupKey = KEY, **columns: object
) -> None:
    defaults: dict[str, object] = {
        "kind": "live_recording",
        "url": f"https://videos.example/{video_id}",
        "hash_algorithm": "sha256",
        "hash": "0" * 64,
        "size_bytes": 1,
        "duration_seconds": 3600,
    }
    await put(session, Video, **key._asdict(), video_id=video_id, lesson_id=lesson_id, **(defaults | columns))
