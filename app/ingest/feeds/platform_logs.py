"""日志: what happened on the platform itself."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import PlatformLog
from app.ingest.definition import FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import NAME, REMARK
from app.ingest.kinds import Choice, FreeText, Identifier, Instant

CATEGORY = Choice.of(
    login=("登录", "login"),
    admin=("管理操作", "administration"),
    content=("内容变更", "change of content"),
    incident=("故障与事件", "incident"),
    system=("系统", "system"),
)

PLATFORM_LOGS = FeedDefinition(
    feed=Feed.platform_logs,
    title=Text("平台日志", "Platform logs"),
    table=table_of(PlatformLog),
    own_fields=(
        key("log_id", Identifier(), "日志编号", "Log entry"),
        required("category", CATEGORY, "类别", "Category"),
        optional("actor", REMARK, "操作者", "Actor"),
        required("action", NAME, "操作", "Action"),
        optional("object", REMARK, "对象", "Object"),
        required("occurred_at", Instant(), "发生时间", "Occurred at"),
        optional("detail", FreeText(most=4000, blank=True), "详情", "Detail"),
    ),
)
