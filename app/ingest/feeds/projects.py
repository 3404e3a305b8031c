"""培训项目: what is taught."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import Project
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import NAME, REMARK
from app.ingest.kinds import Choice, Identifier, Integer, Measure

TRAINING_TYPE = Choice.of(
    pre_job=("岗前培训", "before taking up a job"),
    on_job=("在岗培训", "on the job"),
    transfer=("转岗转业培训", "for another job"),
)
DELIVERY = Choice.of(online=("线上", "online"), offline=("线下", "offline"), blended=("线上线下结合", "both"))

PROJECTS = FeedDefinition(
    feed=Feed.projects,
    title=Text("培训项目", "Projects"),
    table=table_of(Project),
    own_fields=(
        key("project_id", Identifier(), "项目编号", "Project"),
        required("name", NAME, "项目名称", "Name"),
        optional("industry", REMARK, "产业方向", "Industry direction"),
        required("occupation", NAME, "职业（工种）", "Occupation"),
        optional(
            "skill_level",
            Integer(least=1, most=5),
            "技能等级",
            "Skill level",
            note=Text("5 初级 … 1 高级技师。", "5 is the lowest, 1 the highest."),
        ),
        required("training_type", TRAINING_TYPE, "培训类型", "Type of training"),
        required("delivery", DELIVERY, "培训方式", "Delivery"),
        required(
            "planned_hours",
            Measure(),
            "计划学时",
            "Planned hours",
            note=Text("每学时 45 分钟。", "Credited hours of 45 minutes."),
        ),
    ),
    effect=Effect.elsewhere,
)
