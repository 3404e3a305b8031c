"""How an enrollment stands, in the form of the API: figures and rules."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from app.core.vocabulary import Eligibility, Outcome, Outlook, Severity, Subject
from app.eligibility.answers import Standing
from app.privacy.fields import Fields
from app.reports.cells import Cell
from app.rules.engine import RuleOutcome

Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""Exact until it is written; at most sixteen digits, so what is written is the same decimal."""


class Shown(BaseModel):
    """Made of what a room answers: `model_validate` reads the attributes of the same names."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


PLATFORM_NAME: Any = Field(title="平台名称 / Name of the platform", examples=["青山直播学堂"])
CLASS_GROUP_NAME: Any = Field(
    title="班级名称 / Name of the class group",
    description="null 表示班级未上报或已处置。Null: it has not arrived, or was disposed of.",
    examples=["电工中级一班"],
)


def _count(title: str) -> Any:  # noqa: ANN401 (like `Field` itself)
    return Field(title=title, examples=[20])


def _rate(title: str) -> Any:  # noqa: ANN401
    description = (
        "四位小数，四舍五入；无从计算时为 null。Four decimals, half up; null where there is nothing to count."
    )
    return Field(title=title, description=description, examples=[0.8125])


class Facts(Shown):
    """指标。Figures computed from the feeds; behind them what only this policy asks for.

    政策另行要求的指标列于其后。
    """

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="allow")
    __pydantic_extra__: dict[str, bool | int | Number | str | None] = Field(init=False)

    required_lessons: int = _count("应到课次 / Required lessons")
    attended_lessons: int = _count("实到课次 / Attended lessons")
    attendance_rate: Number | None = _rate("到课率 / Attendance rate")
    questions_asked: int = _count("提问数 / Questions asked")
    questions_correct: int = _count("答对数 / Questions answered right")
    answer_accuracy: Number | None = _rate("答题正确率 / Answer accuracy")
    credited_seconds: Number = Field(title="计入的学习秒数 / Credited seconds", examples=[144000])
    overlap_seconds: Number = Field(
        title="重叠的秒数 / Overlapping seconds",
        description="已计入其他课次的学习时间。Time that was already credited to another lesson.",
        examples=[0],
    )
    credited_hours: Number | None = _rate("学时 / Credited hours")
    exams_required: int = _count("应考科目 / Exams required")
    exams_passed: int = _count("合格科目 / Exams passed")
    exam_pass_rate: Number | None = _rate("考核合格率 / Exam pass rate")
    verifications_issued: int = _count("随机验证数 / Verifications issued")
    verifications_passed: int = _count("验证通过数 / Verifications passed")
    verification_pass_rate: Number | None = _rate("验证通过率 / Verification pass rate")
    lessons_completed: int = _count("完成课次 / Lessons completed")
    completion_rate: Number | None = _rate("完成率 / Completion rate")
    evaluation_submitted: bool = Field(title="已提交学员评价 / Evaluation submitted")


class RuleItem(Shown):
    """一条规则的判定。What a rule says."""

    code: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    outcome: Outcome = Field(
        title="判定 / Outcome",
        description="pass 通过，fail 不通过，missing 缺数据，not_applicable 不适用。"
        "missing: no data to judge by.",
    )
    severity: Severity = Field(
        title="效力 / Severity", description="blocking 的规则决定补贴资格。Blocking rules decide eligibility."
    )
    observed: bool | int | Number | str | None = Field(title="实际值 / Observed", examples=[0.75])
    threshold: bool | int | Number | str | None = Field(title="要求值 / Threshold", examples=[0.8])
    shortfall: int | Number | None = Field(
        title="差额 / Shortfall",
        description="其他不变，还差多少课次、题目、科目、验证或秒。"
        "How many lessons, questions, exams, verifications or seconds are missing, all else unchanged.",
        examples=[1],
    )
    clause: str = Field(title="依据条款 / Clause")
    subject: Subject = Field(
        title="对象 / Subject",
        description="enrollment 为学员本人，其余为其班级及所属项目、课程、课次、视频。"
        "The learner's own, or of the class group and what belongs to it.",
        default=Subject.enrollment,
    )
    places: Sequence[str] = Field(
        title="位置 / Places",
        description="未通过或缺数据的课次、课程或视频的编号，至多 20 个。"
        "The lessons, courses or videos that failed or are missing, at most 20.",
        default=(),
    )
    waived_by: UUID | None = Field(
        title="豁免编号 / Waiver",
        description="经两名监管人员豁免的判定不影响补贴资格。What two officials have waived bars nobody.",
        default=None,
    )


class EnrollmentItem(Shown):
    """花名册条目的评定情况。How an enrollment stands."""

    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    learner_id: str = Field(title="学员 / Learner")
    learner_name: str = Field(
        title="姓名 / Name",
        description="监管和平台所见为脱敏姓名，学员本人可见全名。Masked; the learner sees the full one.",
        examples=["张**"],
    )
    enterprise_uscc: str = Field(title="企业 / Enterprise")
    enterprise_name: str | None = Field(title="企业名称 / Name of the enterprise")
    programme: str = Field(title="补贴项目 / Programme")
    policy_version: str = Field(title="政策版本 / Policy version", examples=["2020-02-14"])
    eligibility: Eligibility = Field(title="补贴资格 / Eligibility")
    facts: Facts = Field(title="指标 / Facts")
    rules: Sequence[RuleItem] = Field(title="规则判定 / Rules")
    outlook: Outlook | None = Field(
        title="预判 / Outlook",
        description="在班期间：lost 已无法达标，at_risk 有风险，on_track 正常；结班后为 null。"
        "While the class group runs; null afterwards.",
    )
    assessed_at: datetime = Field(title="评定时间 / Assessed at")
    ledger_size: int = Field(title="账本条目数 / Ledger size", description="评定所依据。What it rests on.")


def enrollment_item(standing: Standing, fields: Fields) -> EnrollmentItem:
    return EnrollmentItem.model_validate(
        {**values_shown(standing, fields), "rules": rule_items(standing.rules)}
    )


def values_shown(standing: Standing, fields: Fields) -> dict[str, Any]:
    """Personal data as `fields` grants it."""
    return {**standing._asdict(), "learner_name": fields.show(standing.learner_name)}


def rule_items(rules: Sequence[RuleOutcome]) -> list[RuleItem]:
    return [RuleItem.model_validate(rule.shown()) for rule in rules]


FACTS = list(Facts.model_fields)
BEFORE_FACTS = [name for name in EnrollmentItem.model_fields if name not in {"facts", "rules"}]


class RulesInCells(Shown):
    """Rules have one column each for what failed, what could not be judged, and what is missing."""

    failed_rules: str = Field(title="未通过的规则 / Rules that failed")
    missing_rules: str = Field(title="缺数据的规则 / Rules without data to judge by")
    shortfalls: str = Field(title="差额 / Shortfalls")


def cells(standing: Standing, fields: Fields) -> list[Cell]:
    """The same in the columns `BEFORE_FACTS`, `FACTS` and those of `RulesInCells`."""
    values = values_shown(standing, fields)
    return [
        *(values[name] for name in BEFORE_FACTS),
        *(standing.facts[name] for name in FACTS),
        *rules_in_cells(standing.rules),
    ]


def rules_in_cells(rules: Sequence[RuleOutcome]) -> tuple[str, str, str]:
    missing = (f"{rule.code}: {rule.shown()['shortfall']}" for rule in rules if rule.shortfall is not None)
    return _codes(rules, Outcome.failed), _codes(rules, Outcome.missing), "; ".join(missing)


def _codes(rules: Sequence[RuleOutcome], outcome: Outcome) -> str:
    return "; ".join(rule.code for rule in rules if rule.outcome is outcome)
