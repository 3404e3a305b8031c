"""A good record of each feed with every field, and ways to change, write and check one."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.vocabulary import Feed
from app.ingest.checks import check
from app.ingest.definition import Circumstances, Presence
from app.ingest.examination import Faults, examine
from app.ingest.feeds import DEFINITIONS

Record = dict[str, Any]

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
USCC = "914402038R2CBEAY0G"
OTHER_USCC = "91110108MA01C8JL4T"
ID_NUMBER = "440203198709195772"
ID_NUMBER_X = "11010519491231002X"
BEACON = "ab" * 32

ABSENT = object()
"""As a change: the field is left out."""

FULL: Mapping[Feed, Record] = {
    Feed.institutions: {
        "uscc": USCC,
        "name": "示范培训学校",
        "contact_name": "王五",
        "contact_phone": "010-62345678",
        "address": "北京市海淀区学院路 1 号",
    },
    Feed.enterprises: {
        "uscc": USCC,
        "name": "北京示范制造有限公司",
        "district_code": "110105",
        "size": "above_scale",
        "registered_address": "北京市朝阳区",
        "business_address": "",
        "responsible_person": "李四",
        "contact_name": "王五",
        "contact_phone": "13800138000",
        "bank_name": "示范银行",
        "bank_account": "6222020200012345678",
    },
    Feed.projects: {
        "project_id": "P1",
        "name": "数控车工",
        "industry": "先进制造",
        "occupation": "车工",
        "skill_level": 4,
        "training_type": "on_job",
        "delivery": "online",
        "planned_hours": 40,
    },
    Feed.courses: {
        "course_id": "K1",
        "project_id": "P1",
        "name": "数控编程",
        "industry": "先进制造",
        "category": "professional",
        "hours": 40.5,
        "copyright": "owned",
    },
    Feed.class_groups: {
        "class_group_id": "C1",
        "project_id": "P1",
        "name": "一班",
        "programme": "standard",
        "enterprise_uscc": USCC,
        "institution_uscc": OTHER_USCC,
        "organisation": "entrusted",
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-30",
        "planned_headcount": 30,
        "exam_ids": ["E1", "E2"],
        "closed_at": "2026-05-01T09:00:00+08:00",
    },
    Feed.lessons: {
        "class_group_id": "C1",
        "lesson_id": "S1",
        "course_id": "K1",
        "title": "第1课",
        "kind": "live",
        "planned_minutes": 60,
        "required": False,
        "starts_at": "2026-03-02T09:00:00+08:00",
        "ends_at": "2026-03-02T10:00:00+08:00",
        "instructor_name": "赵老师",
    },
    Feed.enrollments: {
        "class_group_id": "C1",
        "learner_id": "L1",
        "name": "张三",
        "id_number": ID_NUMBER,
        "gender": "male",
        "phone": "13800138000",
        "household_district": "朝阳区",
        "employment": "contract",
        "enrolled_at": "2026-03-01T00:00:00Z",
        "withdrawn_at": "2026-03-20T00:00:00Z",
    },
    Feed.attendance: {
        "class_group_id": "C1",
        "learner_id": "L1",
        "lesson_id": "S1",
        "status": "late",
        "signed_in_at": "2026-03-02T09:05:00+08:00",
        "signed_out_at": "2026-03-02T10:00:00+08:00",
        "method": "face",
        "beacon": BEACON,
    },
    Feed.learning_records: {
        "class_group_id": "C1",
        "learner_id": "L1",
        "session_id": "x1",
        "lesson_id": "S1",
        "online_at": "2026-03-02T09:00:00+08:00",
        "offline_at": "2026-03-02T10:00:00.123456+08:00",
        "position_from": 0,
        "position_to": 2700.125,
        "playback_rate": 1.5,
        "device": "mini_program",
        "ip": "203.0.113.7",
        "beacon": BEACON,
    },
    Feed.verifications: {
        "class_group_id": "C1",
        "learner_id": "L1",
        "verification_id": "V1",
        "lesson_id": "S1",
        "kind": "face",
        "issued_at": "2026-03-02T09:20:00+08:00",
        "answered_at": "2026-03-02T09:20:05+08:00",
        "passed": True,
        "score": 0.9873,
        "snapshot_hash": "sm3:" + "cd" * 32,
    },
    Feed.quiz_answers: {
        "class_group_id": "C1",
        "learner_id": "L1",
        "answer_id": "A1",
        "lesson_id": "S1",
        "question_id": "Q1",
        "attempt": 2,
        "asked_at": "2026-03-02T09:10:00+08:00",
        "answered_at": "2026-03-02T09:10:20+08:00",
        "correct": False,
    },
    Feed.exam_scores: {
        "class_group_id": "C1",
        "learner_id": "L1",
        "exam_id": "E1",
        "attempt": 1,
        "title": "结业考试",
        "score": 87.25,
        "full_score": 100,
        "pass_score": 60,
        "taken_at": "2026-04-30T09:00:00+08:00",
    },
    Feed.teaching_records: {
        "class_group_id": "C1",
        "lesson_id": "S1",
        "instructor_id": "T1",
        "instructor_name": "赵老师",
        "qualification": "高级技师",
        "started_at": "2026-03-02T09:00:00+08:00",
        "ended_at": "2026-03-02T10:00:00+08:00",
    },
    Feed.videos: {
        "class_group_id": "C1",
        "video_id": "W1",
        "lesson_id": "S1",
        "kind": "live_recording",
        "url": "https://video.example.cn/一班/s1.mp4?token=a",
        "hash_algorithm": "sm3",
        "hash": "ef" * 32,
        "size_bytes": 5_000_000_000,
        "duration_seconds": 3600.04,
        "recorded_at": "2026-03-02T09:00:00+08:00",
        "available_until": "2027-03-02T09:00:00+08:00",
        "container": "mp4",
        "video_codec": "h264",
        "video_kbps": 1500.5,
        "width": 1920,
        "height": 1080,
        "fps": 29.97,
        "audio_codec": "aac",
        "audio_kbps": 128,
        "audio_sample_rate": 48000,
    },
    Feed.evaluations: {
        "class_group_id": "C1",
        "learner_id": "L1",
        "answers": ["excellent"] * 8 + ["good", "poor"],
        "comments": "讲得很好",
        "wanted_training": "钳工",
        "submitted_at": "2026-04-30T12:00:00+08:00",
    },
    Feed.platform_logs: {
        "log_id": "G1",
        "category": "admin",
        "actor": "管理员甲",
        "action": "修改课表",
        "object": "S1",
        "occurred_at": "2026-03-02T08:00:00+08:00",
        "detail": "第1课改到九点",
    },
}


def changed(feed: Feed, **changes: object) -> Record:
    record = FULL[feed] | changes
    return {name: value for name, value in record.items() if value is not ABSENT}


def minimal(feed: Feed, **changes: object) -> Record:
    """Only what is required; lessons need a timetable unless they are vod."""
    optional = {f.name for f in DEFINITIONS[feed].fields if f.presence is Presence.optional}
    record = {name: value for name, value in FULL[feed].items() if name not in optional}
    return record | ({"kind": "vod"} if feed is Feed.lessons else {}) | changes


def written(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def circumstances(received_at: datetime = NOW) -> Circumstances:
    def programme_exists(programme: str, starts_on: date) -> bool:
        return programme == "standard" and starts_on >= date(2020, 1, 1)

    return Circumstances(received_at, received_at + timedelta(minutes=10), programme_exists)


def judged(feed: Feed, record: Record | bytes) -> Faults | tuple[Any, ...]:
    """The stored values, or the faults; both ways of checking must say the same."""
    line = record if isinstance(record, bytes) else written(record)
    checked = check(DEFINITIONS[feed], [line], circumstances())
    examined = examine(DEFINITIONS[feed], line, circumstances())
    if isinstance(examined, Faults):
        assert checked.faults == [(0, examined)]
        assert checked.positions == []
    else:
        assert list(zip(*checked.columns, strict=True)) == [examined]
        assert checked.positions == [0]
    return examined


def errors_of(feed: Feed, record: Record | bytes) -> list[tuple[str, str]]:
    """Pointer and code of each error."""
    verdict = judged(feed, record)
    return [(error.pointer, error.code) for error in verdict.errors] if isinstance(verdict, Faults) else []


def errors_with(feed: Feed, **changes: object) -> list[tuple[str, str]]:
    return errors_of(feed, changed(feed, **changes))


def stored_of(feed: Feed, record: Record | bytes) -> Record:
    """The stored values by field."""
    verdict = judged(feed, record)
    assert not isinstance(verdict, Faults), verdict.errors
    return dict(zip(DEFINITIONS[feed].names, verdict, strict=True))
