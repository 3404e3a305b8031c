"""学习过程记录: one online interval of one learner in one lesson."""

from app.core.errors import FieldError, Text
from app.core.vocabulary import Feed
from app.db.models import LearningRecord
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
from app.ingest.feeds.common import BEACON, CLASS_GROUP, LEARNER
from app.ingest.intervals import ends_after, within_a_day
from app.ingest.kinds import Choice, Identifier, Instant, Measure, Milliseconds, Pattern
from app.ingest.problems import missing

DEVICE = Choice.of(
    pc=("电脑客户端", "desktop program"),
    web=("网页", "web"),
    app=("手机应用", "mobile app"),
    h5=("H5 页面", "H5 page"),
    mini_program=("小程序", "mini program"),
)
ADDRESS = Pattern(
    r"[\x20-\x7e]{1,100}", Text("网络地址，如 203.0.113.7", "a network address such as 203.0.113.7")
)
"""As the platform saw it, proxies and ports included: no figure rests on it, so no minute is lost by it."""
FROM, TO = "position_from", "position_to"


def find_lone_position(_: Circumstances, start: int | None, end: int | None) -> FieldError | None:
    if (start is None) is (end is None):
        return None
    return missing(FROM if start is None else TO)


LEARNING_RECORDS = FeedDefinition(
    feed=Feed.learning_records,
    title=Text("学习过程记录", "Learning records"),
    table=table_of(LearningRecord),
    own_fields=(
        CLASS_GROUP,
        LEARNER,
        key("session_id", Identifier(), "会话编号", "Session"),
        required(
            "lesson_id",
            Identifier(),
            "课次编号",
            "Lesson",
            note=Text(
                "一次登录跨两个课次时，请作为两条记录推送。", "A login that spans two lessons is two records."
            ),
        ),
        required("online_at", Instant(), "上线时间", "Online at"),
        required("offline_at", Instant(), "下线时间", "Offline at"),
        optional(FROM, Milliseconds(), "起始播放位置", "Position from"),
        optional(TO, Milliseconds(), "结束播放位置", "Position to"),
        optional("playback_rate", Measure(positive=True), "播放倍速", "Playback rate", default=1),
        optional("device", DEVICE, "终端类型", "Device"),
        optional("ip", ADDRESS, "IP 地址", "IP address"),
        BEACON,
    ),
    rules=(
        ends_after("online_at", "offline_at"),
        within_a_day("online_at", "offline_at"),
        Rule((FROM, TO), find_lone_position),
        ends_after(FROM, TO),
    ),
    effect=Effect.learner,
)
