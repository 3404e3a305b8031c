"""Policies as they are published: every value with its day, its clause and the clause's own words."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from app.core.vocabulary import Severity
from app.rules.figures import FactName, Unit
from app.rules.policy import Operator


class Published(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Published):
    zh: str
    en: str


class VersionSummary(Published):
    version: str
    effective_from: date = Field(
        description="适用于自该日起开班的班级。Class groups that start from this day on."
    )
    effective_until: date | None = Field(
        description="最后一日；null 表示现行。Its last day; null: in force until further notice."
    )
    content_hash: str = Field(description="内容的 SHA-256。SHA-256 of its content.")


class PolicySummary(Published):
    policy_id: str
    title: Bilingual
    versions: Sequence[VersionSummary]


class DatedValue(Published):
    effective_from: date
    value: str | bool | None = Field(
        description="十进制数按原文书写；null 表示文件未规定。Decimals as written; null: nobody has set it."
    )
    clause: str
    words: str


class Parameter(Published):
    name: str
    title: Bilingual
    values: Sequence[DatedValue]


class Policy(PolicySummary):
    parameters: Sequence[Parameter]


class Comparison(Published):
    fact: FactName
    unit: Unit
    operator: Operator
    parameter: str


class Rule(Published):
    code: str
    title: Bilingual
    remedy: Bilingual
    severity: Severity
    comparison: Comparison
    condition: Comparison | None = Field(
        description="不成立时规则不适用。Where it does not hold, the rule does not apply."
    )


class ParameterInForce(DatedValue):
    name: str
    title: Bilingual


class PolicyVersion(VersionSummary):
    policy_id: str
    title: Bilingual
    parameters: Sequence[ParameterInForce]
    rules: Sequence[Rule]
