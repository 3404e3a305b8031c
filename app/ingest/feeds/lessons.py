"""课次 / 日程: scheduled sessions and VOD units of a class group."""

from datetime import datetime, timedelta

from app.core.errors import FieldError, Text
from app.core.vocabulary import Feed, LessonKind
from app.db.models import Lesson
from app.ingest.definition import (
    Circumstances,
    Effect,
    FeedDefinition,
    Rule,
    key,
    optional,
    required,
    table_of,
)
from app.ingest.feeds.common import CLASS_GROUP, NAME, PERSON_REMARK
from app.ingest.intervals import ends_after
from app.ingest.kinds import Choice, Flag, Identifier, Instant, Integer
from app.ingest.problems import Code, fault, missing

KIND = Choice.among(LessonKind, ("直播", "live"), ("点播", "video on demand"), ("线下", "offline"))
SCHEDULED = Instant(happened=False)
UNLESS_VOD = Text("直播和线下课次必填。", "Required unless the lesson is vod.")


def needed_unless_vod(name: str) -> Rule:
    def find(_: Circumstances, kind: str, instant: datetime | None) -> FieldError | None:
        return missing(name) if instant is None and kind != LessonKind.vod else None

    return Rule(("kind", name), find)


def find_longer_than_timetable(
    _: Circumstances, kind: str, planned_minutes: int, starts_at: datetime | None, ends_at: datetime | None
) -> FieldError | None:
    if kind == LessonKind.vod or starts_at is None or ends_at is None or ends_at <= starts_at:
        return None
    if timedelta(minutes=planned_minutes) <= ends_at - starts_at:
        return None
    reason = Text(
        "不得超过 starts_at 到 ends_at 的时长。", "must not be longer than from starts_at to ends_at."
    )
    return fault("planned_minutes", Code.invalid_value, reason)


LESSONS = FeedDefinition(
    feed=Feed.lessons,
    title=Text("课次", "Lessons"),
    table=table_of(Lesson),
    own_fields=(
        CLASS_GROUP,
        key("lesson_id", Identifier(), "课次编号", "Lesson"),
        optional("course_id", Identifier(), "课程编号", "Course"),
        required("title", NAME, "课次名称", "Title"),
        required("kind", KIND, "课次形式", "Kind"),
        required("planned_minutes", Integer(least=1, most=600), "计划时长（分钟）", "Planned minutes"),
        optional("required", Flag(), "是否必修", "Required", default=True),
        optional("starts_at", SCHEDULED, "开始时间", "Starts at", note=UNLESS_VOD),
        optional("ends_at", SCHEDULED, "结束时间", "Ends at", note=UNLESS_VOD),
        optional("instructor_name", PERSON_REMARK, "讲师姓名", "Instructor's name"),
    ),
    rules=(
        needed_unless_vod("starts_at"),
        needed_unless_vod("ends_at"),
        ends_after("starts_at", "ends_at"),
        Rule(("kind", "planned_minutes", "starts_at", "ends_at"), find_longer_than_timetable),
    ),
    effect=Effect.class_group,
)
