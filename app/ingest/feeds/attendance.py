"""考勤: sign-in and sign-out of one learner at one lesson."""

from app.core.errors import Text
from app.core.vocabulary import AttendanceStatus, Feed
from app.db.models import Attendance
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import BEACON, CLASS_GROUP, LEARNER
from app.ingest.intervals import not_before
from app.ingest.kinds import Choice, Identifier, Instant

STATUS = Choice.among(
    AttendanceStatus,
    ("出勤", "present"),
    ("迟到", "late"),
    ("早退", "left early"),
    ("缺勤", "absent"),
    ("请假", "on leave"),
)
METHOD = Choice.of(
    face=("人脸", "face"),
    fingerprint=("指纹", "fingerprint"),
    quiz=("答题", "quiz"),
    qr=("扫码", "QR code"),
    manual=("人工", "by hand"),
)

ATTENDANCE = FeedDefinition(
    feed=Feed.attendance,
    title=Text("考勤", "Attendance"),
    table=table_of(Attendance),
    own_fields=(
        CLASS_GROUP,
        LEARNER,
        key("lesson_id", Identifier(), "课次编号", "Lesson"),
        required("status", STATUS, "考勤状态", "Status"),
        optional("signed_in_at", Instant(), "签到时间", "Signed in at"),
        optional("signed_out_at", Instant(), "签退时间", "Signed out at"),
        optional("method", METHOD, "签到方式", "Method"),
        BEACON,
    ),
    rules=(not_before("signed_in_at", "signed_out_at"),),
    effect=Effect.learner,
)
