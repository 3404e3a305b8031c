"""班级（群组）: one run of a project for one enterprise, under one programme."""

from datetime import date

from app.core.errors import FieldError, Text
from app.core.vocabulary import Feed
from app.db.models import ClassGroup
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
from app.ingest.feeds.common import NAME
from app.ingest.intervals import not_before
from app.ingest.kinds import Choice, Day, Identifier, Instant, Integer, ListOf, Uscc
from app.ingest.problems import Code, fault

ORGANISATION = Choice.of(
    self=("自行培训", "by the enterprise itself"), entrusted=("委托培训", "entrusted to an institution")
)


def find_unknown_programme(
    circumstances: Circumstances, programme: str, starts_on: date
) -> FieldError | None:
    if circumstances.programme_exists(programme, starts_on):
        return None
    reason = Text(
        "没有这个补贴项目，或其首个版本在 starts_on 之后才生效。可用项目见 GET /api/v1/policies。",
        "there is no such programme, or starts_on lies before its first version. See GET /api/v1/policies.",
    )
    return fault("programme", Code.unknown_programme, reason)


CLASS_GROUPS = FeedDefinition(
    feed=Feed.class_groups,
    title=Text("班级", "Class groups"),
    table=table_of(ClassGroup),
    own_fields=(
        key("class_group_id", Identifier(), "班级编号", "Class group"),
        required("project_id", Identifier(), "项目编号", "Project"),
        required("name", NAME, "班级名称", "Name"),
        required("programme", NAME, "补贴项目（政策）", "Programme"),
        required("enterprise_uscc", Uscc(), "培训企业", "Enterprise"),
        optional("institution_uscc", Uscc(), "培训机构", "Institution"),
        required("organisation", ORGANISATION, "组织方式", "Organisation"),
        required("starts_on", Day(), "开班日期", "Starts on"),
        required("ends_on", Day(), "结班日期", "Ends on"),
        required("planned_headcount", Integer(), "计划人数", "Planned headcount"),
        optional(
            "exam_ids",
            ListOf(Identifier()),
            "考试编号",
            "Exams",
            default=[],
            note=Text(
                "应通过的考试；为空时以学员已有成绩的考试为准。",
                "The exams to pass; none: those the learner has scores in.",
            ),
        ),
        optional("closed_at", Instant(), "结班确认时间", "Closed at"),
    ),
    rules=(
        not_before("starts_on", "ends_on"),
        Rule(("programme", "starts_on"), find_unknown_programme),
    ),
    effect=Effect.class_group,
)
