"""培训课程: parts of a project."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import Course
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import NAME, REMARK
from app.ingest.kinds import Choice, Identifier, Measure

CATEGORY = Choice.of(
    public=("公共必修课", "common compulsory"),
    professional=("专业技能课", "professional skills"),
    health_safety=("卫生健康及防控", "health, safety and epidemic control"),
)
COPYRIGHT = Choice.of(
    owned=("自有版权", "owned"),
    licensed=("已获授权", "licensed"),
    undertaking=("版权承诺", "covered by an undertaking"),
)

COURSES = FeedDefinition(
    feed=Feed.courses,
    title=Text("培训课程", "Courses"),
    table=table_of(Course),
    own_fields=(
        key("course_id", Identifier(), "课程编号", "Course"),
        required("project_id", Identifier(), "项目编号", "Project"),
        required("name", NAME, "课程名称", "Name"),
        optional("industry", REMARK, "产业方向", "Industry direction"),
        required("category", CATEGORY, "课程类别", "Category"),
        required("hours", Measure(), "课时", "Hours"),
        optional("copyright", COPYRIGHT, "版权情况", "Copyright"),
    ),
    effect=Effect.elsewhere,
)
