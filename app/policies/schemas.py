"""Policies as they are published: every value with its day, its clause and the clause's own words."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import Text
from app.core.vocabulary import Feed, Severity, Subject
from app.policies.records import Source
from app.rules.fact_names import FactName, Unit
from app.rules.policy import Operator
from app.rules.provisions import About


class Published(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Published):
    model_config = ConfigDict(from_attributes=True)

    zh: str = Field(title="中文 / Chinese")
    en: str = Field(title="英文 / English")

    @classmethod
    def of(cls, text: Text) -> Self:
        return cls(zh=text.zh, en=text.en)


class VersionSummary(Published):
    version: str = Field(title="版本 / Version")
    effective_from: date = Field(
        title="施行日 / In force from",
        description="适用于自该日起开班的班级。Class groups that start from this day on.",
    )
    effective_until: date | None = Field(
        title="截止日 / In force until",
        description="最后一日；null 表示现行。Its last day; null: in force until further notice.",
    )
    content_hash: str = Field(
        title="内容哈希 / Content hash", description="内容的 SHA-256。SHA-256 of its content."
    )
    source: Source | None = Field(
        title="来源 / Source",
        description="built_in 随程序提供，directory 来自 SUPERVISE_PACKS_DIR，published 由两名人员发布。"
        "Brought by the program, a file of SUPERVISE_PACKS_DIR, published by two officials.",
    )
    recorded_at: datetime | None = Field(
        title="登记时间 / Recorded at", description="null：尚未登记。Null: not recorded yet."
    )
    ledger_index: int | None = Field(
        title="账本序号 / Ledger index",
        description="登记在账本中的序号；尚未排序时为 null。Of its entry; null until it has one.",
    )


class RecordedVersion(Published):
    """一次登记。How and when a version came into force."""

    record_id: UUID = Field(title="登记编号 / Record")
    content_hash: str = Field(
        title="内容哈希 / Content hash", description="评定所引用的哈希。The one that decisions name."
    )
    text_hash: str = Field(
        title="文本哈希 / Hash of the text",
        description="所在文本（UTF-8）的 SHA-256。SHA-256 of the UTF-8 text that it stands in.",
    )
    source: Source = Field(
        title="来源 / Source",
        description="built_in 随程序提供，directory 来自 SUPERVISE_PACKS_DIR，published 由两名人员发布。"
        "Brought by the program, a file of SUPERVISE_PACKS_DIR, published by two officials.",
    )
    recorded_at: datetime = Field(title="登记时间 / Recorded at")
    proposal_id: UUID | None = Field(title="提请编号 / Proposal")
    retroactive: bool = Field(
        title="追溯 / Retroactive",
        description="发布日晚于施行日。Published on a later day than it is in force from.",
    )
    ledger_index: int | None = Field(
        title="账本序号 / Ledger index", description="尚未排序时为 null。Null until it has one."
    )


class PolicyDocument(Published):
    """政策所依据的文件。The text that the policy is."""

    model_config = ConfigDict(from_attributes=True)

    number: str | None = Field(title="文号 / Number", description="null：文件无文号。Null: it bears none.")
    title: str = Field(title="标题 / Title")
    issued_on: date | None = Field(title="印发日期 / Issued on")


class PolicySummary(Published):
    policy_id: str = Field(title="政策包 / Policy", examples=["standard"])
    title: Bilingual = Field(title="名称 / Title")
    authority: Bilingual | None = Field(title="发布机关 / Authority")
    document: PolicyDocument | None = Field(title="文件 / Document")
    versions: Sequence[VersionSummary] = Field(title="版本 / Versions")


class DatedValue(Published):
    effective_from: date = Field(title="起始日 / Valid from")
    value: str | bool | None = Field(
        title="取值 / Value",
        description="十进制数按原文书写；null 表示文件未规定。Decimals as written; null: nobody has set it.",
    )
    clause: str = Field(title="条款 / Clause")
    words: str = Field(title="条款原文 / The clause's own words")


class Parameter(Published):
    name: str = Field(title="参数 / Parameter")
    title: Bilingual = Field(title="名称 / Title")
    values: Sequence[DatedValue] = Field(title="各时期取值 / Values over time")


class Policy(PolicySummary):
    parameters: Sequence[Parameter] = Field(title="参数 / Parameters")


class Comparison(Published):
    fact: FactName = Field(title="指标 / Fact")
    unit: Unit = Field(title="单位 / Unit")
    operator: Operator = Field(title="比较方式 / Operator")
    parameter: str = Field(title="阈值参数 / Parameter of the threshold")
    asked: Bilingual = Field(title="要求 / Asked", examples=[{"zh": "不低于80%", "en": "at least 80 %"}])
    feeds: Sequence[Feed] = Field(
        title="所依据的数据 / Records", description="指标由这些数据统计。What the fact is counted from."
    )


class Rule(Published):
    code: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    title: Bilingual = Field(title="名称 / Title")
    remedy: Bilingual = Field(title="补救办法 / Remedy")
    severity: Severity = Field(title="严重程度 / Severity")
    comparison: Comparison = Field(title="判定 / Comparison")
    subject: Subject = Field(title="对象 / Subject", description="规则所判定的对象。What the rule is about.")
    requirements: Sequence[str] = Field(
        title="要求编号 / Requirements", description="要求清单中的编号。Numbers in the list of requirements."
    )
    conditions: Sequence[Comparison] = Field(
        title="适用条件 / Conditions",
        description="须全部成立，否则规则不适用。All must hold, or the rule does not apply.",
    )


class ParameterInForce(DatedValue):
    name: str = Field(title="参数 / Parameter")
    title: Bilingual = Field(title="名称 / Title")
    unit: Unit | None = Field(title="单位 / Unit")
    told: Bilingual = Field(title="取值说明 / In words", description="含单位。With its unit.")
    can_be_simulated: bool = Field(
        title="可模拟 / Can be simulated",
        description="false：决定学习时间如何计算，已保存的指标无法据此重算。"
        "False: it says how time is counted, which stored facts cannot tell anew.",
    )


class Provision(Published):
    """一项规定及其依据。One provision with its source."""

    code: str = Field(title="编号 / Code")
    title: Bilingual = Field(title="名称 / Title")
    clause: str = Field(title="条款 / Clause")
    words: str = Field(title="条款原文 / The clause's own words")
    requirements: Sequence[str] = Field(title="要求编号 / Requirements")


class CheckedByPeople(Provision):
    """数据无法判定、由人核查的事项。What no data can decide."""

    about: About = Field(title="对象 / About")


class Setting(Provision):
    """一项期限或金额。A length of time or an amount."""

    parameter: str = Field(title="参数 / Parameter")
    value: Bilingual = Field(title="取值 / Value", description="含单位。With its unit.")


class Provisions(Published):
    """规则以外的规定。What the policy says beside its rules."""

    subsidy: Sequence[Setting] = Field(
        title="补贴 / Money", description="空：未规定金额。Empty: no amount is set."
    )
    clocks: Sequence[Setting] = Field(title="时限 / Terms")
    retention: Sequence[Setting] = Field(title="保存期限 / Retention")
    checklist: Sequence[CheckedByPeople] = Field(title="人工核查事项 / Checklist")
    documents: Sequence[Provision] = Field(title="应提交或留存的材料 / Documents")


class RequirementMet(Published):
    """一条要求及满足它的规定。A requirement, and what of the policy answers to it."""

    number: str = Field(title="要求编号 / Requirement", examples=["43"])
    subject: str | None = Field(title="内容 / Subject", description="英文。In English, as it is listed.")
    met_by: Sequence[str] = Field(
        title="由何满足 / Met by", description="规则、期限、事项的编号。Codes of rules, terms and items."
    )


class PolicyVersion(VersionSummary):
    policy_id: str = Field(title="政策包 / Policy", examples=["standard"])
    title: Bilingual = Field(title="名称 / Title")
    parameters: Sequence[ParameterInForce] = Field(title="现行参数 / Parameters in force")
    rules: Sequence[Rule] = Field(title="规则 / Rules")
    authority: Bilingual | None = Field(title="发布机关 / Authority")
    document: PolicyDocument | None = Field(title="文件 / Document")
    provisions: Provisions = Field(title="其他规定 / Provisions")
    requirements: Sequence[RequirementMet] = Field(title="对应的要求 / Requirements met")
    records: Sequence[RecordedVersion] = Field(
        title="登记 / Records",
        description="最新的在前；换用新版程序后，同一版本可能以新的内容哈希再次登记。"
        "The newest first: a new release of the program may record a version anew, under another hash.",
    )
