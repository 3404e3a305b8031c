"""Whom an answer is about: name and ID number as the authorisation table lets the caller see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import Field

from app.accounts.authorisation import Caller
from app.api.standings import Number, RuleItem, Shown, rule_items
from app.core.ids import ClassGroupKey, LearnerId
from app.core.vocabulary import Eligibility, Outcome
from app.db.session import ReadSession
from app.eligibility.answers import Standing
from app.eligibility.answers_final import id_numbers
from app.privacy.fields import Fields, Personal, PersonalKind
from app.privacy.keyring import KeyRing
from app.rules.engine import RuleOutcome


class Learner(Shown):
    learner_id: str = Field(title="学员 / Learner")
    learner_name: str = Field(
        title="姓名 / Name",
        description="企业可见本企业学员全名，监管所见为脱敏姓名。Masked for regulators.",
    )
    id_number_last_four: str | None = Field(
        title="身份证号码后四位 / Last four of the ID number",
        description="仅企业可见。For the enterprise only.",
        examples=["451X"],
    )


class SubsidyItem(Shown):
    """补贴金额的计算。How the amount was come by; money in fen."""

    hours: int = Field(title="整学时 / Whole credited hours", examples=[34])
    fen_per_hour: int = Field(title="每学时标准（分） / Fen per hour", examples=[3000])
    granted_before_fen: int = Field(
        title="同年度此前已核定（分） / Granted before",
        description="同一人在同一年度、由结班更早的班级核定的金额，不分企业和平台。"
        "To the same person for the same calendar year, by class groups that closed earlier, "
        "across enterprises and platforms.",
        examples=[0],
    )
    cap_fen: int | None = Field(title="年度上限（分） / Yearly cap", examples=[100000])
    clause: str = Field(title="依据条款 / Clause")
    is_one_person: bool = Field(
        title="人员可辨 / Person known",
        description="false 表示过多的花名册条目使用同一身份证号码，无法核定。"
        "False: too many enrollments bear one ID number, so nothing can be granted.",
    )


class ReportedOtherwise(Shown):
    """结论变化之前已出具的报告。A report that was issued before the decision became another."""

    report_id: UUID = Field(title="报告编号 / Report")
    reported_at: datetime = Field(title="出具时间 / Created at")
    eligibility: Eligibility = Field(title="当时的补贴资格 / What it said")
    subsidy_fen: int | None = Field(title="当时的补贴金额（分） / And of money")


class EligibilityItem(Learner):
    """一名学员的补贴资格。The eligibility of a learner."""

    eligibility: Eligibility = Field(title="补贴资格 / Eligibility")
    failed_rules: Sequence[str] = Field(title="未通过的规则 / Rules that failed")
    missing_rules: Sequence[str] = Field(title="缺数据的规则 / Rules without data to judge by")
    credited_hours: Number | None = Field(title="学时 / Credited hours", examples=[42.5])
    subsidy_fen: int | None = Field(
        title="补贴金额（分） / Subsidy in fen",
        description="政策未规定金额的为 null，无资格的为 0。"
        "Null where the policy names no amount, 0 for whoever is not eligible.",
        examples=[100000],
    )
    subsidy: SubsidyItem | None = Field(title="金额的计算 / How it was come by")
    changed_after_export: ReportedOtherwise | None = Field(
        title="报告出具后有变化 / Changed after a report",
        description="此前最后一份报告所述不同时列明。The last report before the decision said otherwise.",
    )
    rules: Sequence[RuleItem] = Field(title="规则判定 / Rules")
    policy_version: str = Field(title="政策版本 / Policy version")
    assessed_at: datetime = Field(title="评定时间 / Assessed at")
    ledger_size: int = Field(title="账本条目数 / Ledger size")


class Told(NamedTuple):
    """How personal data is shown, and the ID numbers, where the caller may be told anything of them."""

    fields: Fields
    id_numbers: Mapping[LearnerId, Personal]


async def told_to(session: ReadSession, key_ring: KeyRing, caller: Caller, key: ClassGroupKey) -> Told:
    """Of the learners of a class group. Whoever shows it records that."""
    is_told = caller.fields.tells(PersonalKind.id_number)
    return Told(caller.fields, await id_numbers(session, key_ring, key) if is_told else {})


def learner(standing: Standing, told: Told) -> dict[str, str | None]:
    id_number = told.id_numbers.get(standing.learner_id)
    return {
        "learner_id": standing.learner_id,
        "learner_name": told.fields.show(standing.learner_name),
        "id_number_last_four": None if id_number is None else told.fields.show_last_four(id_number),
    }


def eligibility_item(standing: Standing, told: Told) -> EligibilityItem:
    return EligibilityItem.model_validate(
        {
            **standing._asdict(),
            **learner(standing, told),
            "failed_rules": _codes(standing.rules, Outcome.failed),
            "missing_rules": _codes(standing.rules, Outcome.missing),
            "credited_hours": standing.facts["credited_hours"],
            "subsidy_fen": standing.subsidy_fen,
            "subsidy": standing.grant,
            "rules": rule_items(standing.rules),
        }
    )


def _codes(rules: Sequence[RuleOutcome], outcome: Outcome) -> list[str]:
    return [rule.code for rule in rules if rule.outcome is outcome]
