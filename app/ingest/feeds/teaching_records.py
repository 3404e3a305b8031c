"""讲师授课情况: who taught a lesson, from when to when."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import TeachingRecord
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import CLASS_GROUP, PERSON, REMARK
from app.ingest.intervals import ends_after
from app.ingest.kinds import Identifier, Instant

TEACHING_RECORDS = FeedDefinition(
    feed=Feed.teaching_records,
    title=Text("讲师授课情况", "Teaching records"),
    table=table_of(TeachingRecord),
    own_fields=(
        CLASS_GROUP,
        key("lesson_id", Identifier(), "课次编号", "Lesson"),
        key("instructor_id", Identifier(personal=True), "讲师编号", "Instructor"),
        required("instructor_name", PERSON, "讲师姓名", "Instructor's name"),
        optional("qualification", REMARK, "资格证书或职称", "Qualification"),
        required("started_at", Instant(), "授课开始时间", "Started at"),
        required("ended_at", Instant(), "授课结束时间", "Ended at"),
    ),
    rules=(ends_after("started_at", "ended_at"),),
    effect=Effect.class_level,
)
