"""The records that a platform makes of a class group: the class itself, lessons, teaching, videos, logs."""

from collections.abc import Iterator
from datetime import time, timedelta

from app.core.vocabulary import LessonKind
from app.simulator.chance import Chance
from app.simulator.organisations import Record
from app.simulator.term import LESSON_MINUTES, ClassGroup, Lesson, Term, at

CANCELLED_LESSON = "S26-CANCELLED"


def key(class_group: ClassGroup) -> Record:
    return {"class_group_id": class_group.class_group_id}


def class_group_record(class_group: ClassGroup) -> Record:
    record: Record = {
        **key(class_group),
        "project_id": class_group.project.project_id,
        "name": f"{class_group.project.name}{class_group.number + 1}班",
        "programme": class_group.programme,
        "enterprise_uscc": class_group.enterprise.uscc,
        "organisation": "entrusted" if class_group.institution else "self",
        "starts_on": class_group.starts_on,
        "ends_on": class_group.ends_on,
        "planned_headcount": class_group.headcount,
        "exam_ids": ["E1"],
    }
    if class_group.institution:
        record["institution_uscc"] = class_group.institution.uscc
    return record


def closing(class_group: ClassGroup) -> Record:
    return {**class_group_record(class_group), "revision": 1, "closed_at": class_group.closed_at}


def lesson_record(class_group: ClassGroup, lesson: Lesson) -> Record:
    record: Record = {
        **key(class_group),
        "lesson_id": lesson.lesson_id,
        "course_id": lesson.course_id,
        "title": lesson.title,
        "kind": lesson.kind,
        "planned_minutes": LESSON_MINUTES,
        "instructor_name": instructor(lesson)[1],
    }
    if lesson.kind is not LessonKind.vod:
        record |= {"starts_at": lesson.begins, "ends_at": lesson.ends}
    return record


def cancelled_lesson(class_group: ClassGroup, like: Lesson) -> Record:
    return {**lesson_record(class_group, like), "lesson_id": CANCELLED_LESSON, "title": "加课（后取消）"}


def instructor(lesson: Lesson) -> tuple[str, str]:
    number = lesson.number % 3
    return f"T{number + 1:03d}", ("周示范", "吴示范", "郑示范")[number]


def teaching_record(class_group: ClassGroup, lesson: Lesson) -> Record:
    instructor_id, name = instructor(lesson)
    return {
        **key(class_group),
        "lesson_id": lesson.lesson_id,
        "instructor_id": instructor_id,
        "instructor_name": name,
        "qualification": "高级技师",
        "started_at": lesson.begins,
        "ended_at": lesson.ends,
    }


def video(term: Term, class_group: ClassGroup, lesson: Lesson) -> Record:
    chance = Chance(term.seed, "video", class_group.number, lesson.number)
    is_recording = lesson.kind is LessonKind.live
    host = class_group.platform.code
    return {
        **key(class_group),
        "video_id": f"V-{lesson.lesson_id}",
        "lesson_id": lesson.lesson_id,
        "kind": "live_recording" if is_recording else "vod",
        "url": f"https://{host}.example/v/{class_group.class_group_id}/{lesson.lesson_id}.mp4",
        "hash_algorithm": "sha256",
        "hash": chance.hex_digits(64),
        "size_bytes": chance.between(700_000_000, 900_000_000),
        "duration_seconds": LESSON_MINUTES * 60,
        "recorded_at": lesson.ends if is_recording else at(class_group.starts_on, time(8, 0)),
        "available_until": lesson.ends + timedelta(days=400),
        "container": "mp4",
        "video_codec": "h264",
        "video_kbps": 1_500,
        "width": 1280,
        "height": 720,
        "fps": 25,
        "audio_codec": "aac",
        "audio_kbps": 128,
        "audio_sample_rate": 48_000,
    }


def platform_log(class_group: ClassGroup, lesson: Lesson) -> Record:
    return {
        "log_id": f"{class_group.class_group_id}-{lesson.lesson_id}-opened",
        "category": "content",
        "actor": instructor(lesson)[0],
        "action": "lesson_opened",
        "object": f"{class_group.class_group_id}/{lesson.lesson_id}",
        "occurred_at": lesson.begins - timedelta(minutes=10),
        "detail": "开课前检查通过",
    }


def guest_attendance(class_group: ClassGroup, lesson: Lesson) -> Iterator[Record]:
    """Somebody whom no roster knows: an orphan in data quality, nothing to judge."""
    yield {
        **key(class_group),
        "learner_id": f"GUEST-{class_group.number + 1}",
        "lesson_id": lesson.lesson_id,
        "status": "present",
        "signed_in_at": lesson.begins,
        "method": "qr",
    }
