"""The decision sheet: each rule with its clause quoted, figures, records, and the shortest way to pass."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.api.evidence import EVIDENCE_OF, Evidence
from app.api.language import LanguageTag
from app.api.learners import SubsidyItem
from app.api.standings import EnrollmentItem, Number, RuleItem, Shown, values_shown
from app.core.errors import Text
from app.core.vocabulary import Subject
from app.eligibility.answers import Standing, shown_facts
from app.eligibility.judged import Judged
from app.policies.schemas import Bilingual, PolicyDocument
from app.privacy.fields import Fields
from app.rules.advice import Advice, Way
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName, Unit
from app.rules.figures import shown_seconds
from app.rules.policy import Operator, Rule
from app.rules.provisions import About
from app.rules.trace import Trace
from app.rules.words import is_share


class AdviceItem(Shown):
    """达标的最短途径。The shortest way to pass (docs/semantics.md U)."""

    way: Way = Field(title="途径 / Way", examples=["attend"])
    text: Bilingual = Field(title="说明 / In words")
    amount: int | Number | None = Field(
        title="最少数量 / Least amount",
        description="课次、题目等的个数，或精确秒数。Lessons, questions and so on, or exact seconds.",
        examples=[2],
    )
    available: int | Number | None = Field(
        title="尚可取得 / Still to be had",
        description="尚未到期的课次所能给的；null 表示未知。What the lessons to come can give.",
        examples=[5],
    )
    is_reachable: bool | None = Field(
        title="能否达到 / Within reach", description="null 表示无法预知或不取决于学员。Null: nobody knows."
    )


class ExplainedRule(RuleItem):
    title: Bilingual = Field(title="名称 / Title")
    fact: FactName = Field(title="指标 / Fact")
    unit: Unit = Field(title="单位 / Unit", description="实际值与要求值的单位。Of observed and threshold.")
    operator: Operator | None = Field(title="比较方式 / Operator")
    shortfall_unit: Unit | None = Field(title="差额单位 / Unit of the shortfall")
    words: str | None = Field(title="条款原文 / The clause's own words")
    requirements: Sequence[str] = Field(title="要求编号 / Requirements", examples=[["43"]])
    remedy: Bilingual | None = Field(title="补救办法 / Remedy")
    advice: AdviceItem | None = Field(title="达标途径 / Advice")
    evidence: Sequence[str] = Field(
        title="证据 / Evidence",
        description="此规则所依据的 evidence 部分。The parts of `evidence` that this rule rests on.",
        examples=[["lessons"]],
    )


class PolicyItem(Shown):
    """据以判定的政策版本。The version of the policy that judged."""

    programme: str = Field(title="补贴项目 / Programme")
    version: str = Field(title="版本 / Version")
    content_hash: str = Field(title="内容哈希 / Content hash")
    is_quoted: bool = Field(
        title="引文相符 / Quoted as judged",
        description="false 表示现存文本与判定时的不同。False: the text at hand is not the one that judged.",
    )
    title: Bilingual = Field(title="名称 / Title")
    authority: Bilingual | None = Field(title="发布机关 / Authority")
    document: PolicyDocument | None = Field(title="文件 / Document")


class ChecklistEntry(Shown):
    """数据无法判定、由人回答的事项。What no data can decide: a person answers it."""

    code: str = Field(title="编号 / Code")
    about: About = Field(title="对象 / About")
    title: Bilingual = Field(title="事项 / Item")
    clause: str = Field(title="依据条款 / Clause")
    words: str = Field(title="条款原文 / The clause's own words")
    requirements: Sequence[str] = Field(title="要求编号 / Requirements")


class DecisionItem(Shown):
    """最终判定及其依据。The final decision and what it rests on."""

    decision_id: UUID = Field(title="判定编号 / Decision")
    decided_at: datetime = Field(title="判定时间 / Decided at")
    run_id: UUID = Field(title="评定批次 / Run")
    ledger_size: int = Field(title="账本条目数 / Ledger size")
    program_version: str = Field(title="程序版本 / Version of the program")
    batch_ids: Sequence[UUID] = Field(title="所依据的批次 / Batches")


class EnrollmentDetail(EnrollmentItem):
    """花名册条目的判定单：评定情况、依据及证据。How an enrollment stands, and by which texts and evidence."""

    rules: Sequence[ExplainedRule] = Field(title="规则判定 / Rules")
    policy: PolicyItem = Field(title="政策 / Policy")
    decision: DecisionItem | None = Field(
        title="最终判定 / Decision", description="在班期间为 null。Null while the class group runs."
    )
    subsidy_fen: int | None = Field(
        title="补贴金额（分） / Subsidy in fen",
        description="在班期间、未规定金额或对平台为 null。Null while it runs, without amount, for platforms.",
        examples=[102000],
    )
    subsidy: SubsidyItem | None = Field(title="金额的计算 / How it was come by")
    checklist: Sequence[ChecklistEntry] = Field(title="人工核查事项 / Checklist")
    evidence: Evidence = Field(title="证据 / Evidence")
    is_up_to_date: bool = Field(
        title="证据与评定一致 / Evidence and judgement agree",
        description="false 表示评定之后又有记录到达，证据已包含它们，下次评定即更新。"
        "False: records have arrived since; the evidence holds them, the next assessment will follow.",
    )


NOT_OF_A_LEARNER = {About.platform}
"""Checklist items that do not concern one enrollment."""


def enrollment_detail(
    judged: Judged, language: LanguageTag, fields: Fields, *, with_subsidy: bool
) -> EnrollmentDetail:
    """`with_subsidy`: what was granted, also elsewhere in the year, is no business of platforms."""
    standing, trace = judged.standing, judged.trace
    texts = {rule.code: rule for rule in judged.version.rules}
    return EnrollmentDetail.model_validate(
        {
            **values_shown(standing, fields),
            "rules": [_rule(each, texts.get(each.code), trace) for each in standing.rules],
            "policy": _policy(judged),
            "decision": judged.basis and judged.basis._asdict(),
            "subsidy_fen": standing.subsidy_fen if with_subsidy else None,
            "subsidy": standing.grant if with_subsidy else None,
            "checklist": [
                {**item.document(), "title": Bilingual.of(item.title)}
                for item in judged.version.provisions.checklist
                if item.about not in NOT_OF_A_LEARNER
            ],
            "evidence": Evidence.model_validate(trace, context={"language": language}),
            "is_up_to_date": _agree(standing, trace),
        }
    )


def _rule(outcome: RuleOutcome, rule: Rule | None, trace: Trace) -> Mapping[str, Any]:
    """`rule` is None where the text at hand is not the one that judged, and has no such rule."""
    advice = trace.advice(outcome)
    is_time = outcome.shortfall is not None and not isinstance(outcome.shortfall, int)
    texts = {
        "title": Text(outcome.code, outcome.code) if rule is None else rule.title,
        "operator": None if rule is None else rule.comparison.operator,
        "words": None if rule is None else rule.comparison.threshold.words,
        "requirements": [] if rule is None else rule.requirements,
        "remedy": None if rule is None else rule.remedy,
    }
    return {
        **outcome.shown(),
        **texts,
        "fact": outcome.fact,
        "unit": Unit.share if is_share(outcome.fact) else outcome.fact.unit,
        "shortfall_unit": None if outcome.shortfall is None else _unit(outcome.fact, is_time=is_time),
        "advice": None if advice is None else _advice(advice),
        "evidence": EVIDENCE_OF.get(outcome.fact.unit, []) if outcome.subject is Subject.enrollment else [],
    }


def _unit(fact: FactName, *, is_time: bool) -> Unit:
    """Shortfalls of hours are exact seconds."""
    return Unit.seconds if is_time and fact.unit is Unit.hours else fact.unit


def _advice(advice: Advice) -> Mapping[str, Any]:
    exact = {
        name: value if value is None or isinstance(value, int) else shown_seconds(value)
        for name, value in (("amount", advice.amount), ("available", advice.available))
    }
    return {**advice._asdict(), **exact}


def _policy(judged: Judged) -> Mapping[str, Any]:
    version, basis = judged.version, judged.basis
    judged_by = version.content_hash if basis is None else basis.policy_hash
    source = version.provisions.source
    return {
        "programme": version.programme,
        "version": version.version,
        "content_hash": judged_by.hex(),
        "is_quoted": judged_by == version.content_hash,
        "title": version.title,
        "authority": version.provisions.authority,
        "document": source,
    }


def _agree(standing: Standing, trace: Trace) -> bool:
    """What is explained is what was judged, as far as the learner's own rules go."""
    judgement = trace.judgement
    facts = shown_facts(judgement.facts.stored())
    return (facts, _own(judgement.rules)) == (standing.facts, _own(standing.rules))


def _own(rules: Sequence[RuleOutcome]) -> list[RuleOutcome]:
    return [rule for rule in rules if rule.subject is Subject.enrollment]
