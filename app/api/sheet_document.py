"""The decision sheet as a document to print: the same facts as the JSON, Chinese first, English beside."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from app.api.decision_sheet import ChecklistEntry, EnrollmentDetail, ExplainedRule
from app.api.sheet_tables import evidence_sections
from app.api.waived_rules import BY_WAIVER, is_waived, waived, why_eligible
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.vocabulary import Eligibility, Outcome, Outlook, Severity, Subject
from app.eligibility.answers_class_groups import ClassGroupAnswer
from app.eligibility.judged import Judged
from app.policies.schemas import Bilingual
from app.reports.documents import Card, Document, Grid, Pair, Section, Tone, numbered
from app.reports.watermark import Watermark
from app.rules.engine import RuleOutcome
from app.rules.facts import RATES
from app.rules.figures import Figure, ShownFigure
from app.rules.policy import Operator
from app.rules.words import OPERATORS, in_words

TITLE = Text("补贴资格判定单", "Decision sheet on eligibility")
ELIGIBILITIES = {
    Eligibility.withdrawn: (Text("已退班", "Withdrawn"), Tone.plain),
    Eligibility.in_progress: (Text("在班，尚未判定", "In progress, not decided"), Tone.open),
    Eligibility.ineligible: (Text("不符合补贴资格", "Ineligible"), Tone.bad),
    Eligibility.insufficient_evidence: (Text("证据不足", "Insufficient evidence"), Tone.open),
    Eligibility.eligible: (Text("符合补贴资格", "Eligible"), Tone.good),
}
OUTLOOKS = {
    Outlook.lost: Text(
        "预判：已有决定资格的规则无法达标", "Outlook: a blocking rule can no longer be reached"
    ),
    Outlook.at_risk: Text("预判（就决定资格的规则）：有风险", "Outlook of the blocking rules: at risk"),
    Outlook.on_track: Text("预判（就决定资格的规则）：正常", "Outlook of the blocking rules: on track"),
}
OUTCOMES = {
    Outcome.passed: (Text("通过", "pass"), Tone.good),
    Outcome.failed: (Text("不通过", "fail"), Tone.bad),
    Outcome.missing: (Text("缺数据", "missing"), Tone.open),
    Outcome.not_applicable: (Text("不适用", "not applicable"), Tone.plain),
}
SEVERITIES = {
    Severity.blocking: Text("决定资格", "blocking"),
    Severity.warning: Text("警示", "warning"),
    Severity.info: Text("提示", "info"),
}
WAIVED = Text("已豁免", "waived")
SUBJECTS = {
    Subject.class_group: Text("班级", "class group"),
    Subject.project: Text("项目", "project"),
    Subject.course: Text("课程", "course"),
    Subject.lesson: Text("课次", "lesson"),
    Subject.video: Text("视频", "video"),
}
NO_DECISION = "—"
ANSWERS = "□是 □否 □不适用"
STALE = Text(
    "评定之后又有记录到达：下列证据已包含它们，判定以下次评定为准。",
    "Records have arrived since the assessment: the evidence below holds them, the next one will follow.",
)
NOT_QUOTED = Text(
    "现存政策文本与判定时的内容哈希不同，引文仅供参考。",
    "The text of the policy at hand is not the one that judged (see the hash); quotations are for reference.",
)


def sheet_document(
    judged: Judged, class_group: ClassGroupAnswer, sheet: EnrollmentDetail, mark: Watermark
) -> Document:
    """`sheet` shows personal data as the caller may see it."""
    verdict, tone = ELIGIBILITIES[sheet.eligibility]
    by_waiver = why_eligible(sheet)
    return Document(
        title=TITLE,
        number=NO_DECISION if sheet.decision is None else str(sheet.decision.decision_id),
        verdict=verdict if by_waiver is None else BY_WAIVER,
        tone=tone,
        remark=_remark(sheet, by_waiver),
        pairs=[*_whom(class_group, sheet), *_by_what(sheet)],
        sections=numbered(
            [_rules(judged, sheet), *evidence_sections(sheet.evidence), *_after_evidence(sheet)]
        ),
        mark=mark,
    )


def yuan(fen: int | None) -> str:
    """Exact, with separators.

    >>> yuan(123456789), yuan(0), yuan(None)
    ('1,234,567.89', '0.00', '—')
    """
    if fen is None:
        return "—"
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}"


def moment(at: datetime | None) -> str:
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _remark(sheet: EnrollmentDetail, by_waiver: Text | None) -> Text | None:
    remarks = [] if sheet.outlook is None else [OUTLOOKS[sheet.outlook]]
    failed = [rule.title for rule in sheet.rules if _bars(rule, Outcome.failed)]
    missing = [rule.title for rule in sheet.rules if _bars(rule, Outcome.missing)]
    if failed:
        remarks.append(_listed(Text("未通过：", "Failed: "), failed))
    if missing:
        remarks.append(_listed(Text("缺数据：", "Without data: "), missing))
    if by_waiver is not None:
        remarks.append(by_waiver)
    elif waived(sheet):
        titles = [rule.title for rule in waived(sheet)]
        remarks.append(_listed(Text("未通过但已豁免：", "Not met, but waived: "), titles))
    remarks += [] if sheet.is_up_to_date else [STALE]
    remarks += [] if sheet.policy.is_quoted else [NOT_QUOTED]
    if not remarks:
        return None
    return Text("；".join(each.zh.rstrip("。") for each in remarks) + "。", "; ".join(e.en for e in remarks))


def _bars(rule: ExplainedRule, outcome: Outcome) -> bool:
    return rule.severity is Severity.blocking and rule.outcome is outcome and rule.waived_by is None


def _listed(lead: Text, titles: list[Bilingual]) -> Text:
    return Text(lead.zh + "、".join(each.zh for each in titles), lead.en + ", ".join(e.en for e in titles))


def _whom(class_group: ClassGroupAnswer, sheet: EnrollmentDetail) -> Iterator[Pair]:
    yield Pair(Text("姓名", "Name"), sheet.learner_name)
    yield Pair(Text("学员编号", "Learner"), sheet.learner_id, is_code=True)
    yield Pair(Text("培训企业", "Enterprise"), class_group.enterprise_name or "—", sheet.enterprise_uscc)
    yield Pair(Text("培训平台", "Platform"), class_group.platform_name or "—", sheet.platform)
    yield Pair(Text("班级", "Class group"), class_group.name, sheet.class_group_id)
    yield Pair(Text("培训期", "Period"), f"{class_group.starts_on} 至 {class_group.ends_on}")
    yield Pair(Text("结班时间", "Closed at"), moment(class_group.closed_at))
    yield Pair(Text("评定时间", "Assessed at"), moment(sheet.assessed_at))


def _by_what(sheet: EnrollmentDetail) -> Iterator[Pair]:
    policy, decision = sheet.policy, sheet.decision
    yield Pair(Text("政策", "Policy"), policy.title.zh, policy.title.en)
    yield Pair(Text("政策版本", "Version"), f"{policy.programme} {policy.version}")
    if policy.authority is not None:
        yield Pair(Text("发布机关", "Authority"), policy.authority.zh, policy.authority.en)
    if policy.document is not None:
        number, title = policy.document.number or "", policy.document.title
        yield Pair(Text("文件", "Document"), f"{number} {title}".strip())
    yield Pair(Text("政策内容哈希", "Content hash"), policy.content_hash, is_code=True)
    yield Pair(Text("账本条目数", "Ledger size"), str(sheet.ledger_size))
    if decision is not None:
        yield Pair(Text("判定时间", "Decided at"), moment(decision.decided_at))
        yield Pair(Text("判定编号", "Decision"), str(decision.decision_id), is_code=True)
        yield from _money(sheet)
        yield Pair(Text("评定批次", "Run"), str(decision.run_id), is_code=True)
        yield Pair(Text("程序版本", "Program"), decision.program_version)


def _money(sheet: EnrollmentDetail) -> Iterator[Pair]:
    """Where the policy names an amount: the sum, and how it was come by."""
    if sheet.subsidy_fen is None:
        return
    yield Pair(
        Text("补贴金额", "Subsidy"), f"{yuan(sheet.subsidy_fen)} 元", f"{yuan(sheet.subsidy_fen)} yuan"
    )
    if sheet.subsidy is not None:
        how = f"{sheet.subsidy.hours} 整学时 × {yuan(sheet.subsidy.fen_per_hour)} 元"
        if sheet.subsidy.cap_fen is not None:
            how += f"；年度上限 {yuan(sheet.subsidy.cap_fen)} 元，此前已核定 "
            how += f"{yuan(sheet.subsidy.granted_before_fen)} 元"
        yield Pair(Text("金额的计算", "Computed"), how, sheet.subsidy.clause)


def _rules(judged: Judged, sheet: EnrollmentDetail) -> Section:
    pairs = zip(judged.standing.rules, sheet.rules, strict=True)
    return Section(
        Text("规则判定", "Rules"),
        cards=[_card(judged, outcome, rule) for outcome, rule in pairs],
    )


def _card(judged: Judged, outcome: RuleOutcome, rule: ExplainedRule) -> Card:
    tag, tone = OUTCOMES[rule.outcome]
    weight = WAIVED if is_waived(rule) else SEVERITIES[rule.severity]
    is_by_the_way = (is_waived(rule) or rule.severity is not Severity.blocking) and tone is Tone.bad
    return Card(
        code=rule.code,
        title=Text(rule.title.zh, rule.title.en),
        tag=Text(f"{tag.zh}·{weight.zh}", f"{tag.en}, {weight.en}"),
        tone=Tone.open if is_by_the_way else tone,
        pairs=list(_figures(judged, outcome, rule)),
        clause=rule.clause,
        words=rule.words or "—",
        advice=_advice(rule),
    )


def _advice(rule: ExplainedRule) -> Text | None:
    if rule.advice is None or is_waived(rule):
        return None
    return Text(rule.advice.text.zh, rule.advice.text.en)


def _figures(judged: Judged, outcome: RuleOutcome, rule: ExplainedRule) -> Iterator[Pair]:
    observed = in_words(outcome.fact, outcome.observed)
    yield Pair(Text("实际值", "Observed"), observed.zh + _parts(judged, outcome), _beside(observed))
    asked = required(rule)
    yield Pair(Text("要求", "Required"), asked.zh, _beside(asked))
    if rule.subject in SUBJECTS:
        yield Pair(Text("对象", "Subject"), SUBJECTS[rule.subject].zh, SUBJECTS[rule.subject].en)
    if rule.places:
        yield Pair(Text("所涉编号", "Places"), "、".join(rule.places), is_code=True)
    if rule.waived_by is not None:
        yield Pair(Text("豁免编号", "Waiver"), str(rule.waived_by), is_code=True)
    if rule.requirements:
        yield Pair(Text("要求编号", "Requirements"), "、".join(rule.requirements))


def _parts(judged: Judged, outcome: RuleOutcome) -> str:
    """Of a rate, what it was divided from."""
    if outcome.fact not in RATES:
        return ""
    part, whole = (judged.standing.facts[name] for name in RATES[outcome.fact])
    return f"（{part} ÷ {whole}）" if whole else ""


def required(rule: ExplainedRule) -> Text:
    """What a rule asks for, with its unit."""
    if rule.operator is Operator.is_true:
        return Text("是", "yes") if rule.threshold else Text("不要求", "not asked for")
    if rule.threshold is None:
        return Text("文件未规定", "not set")
    value = in_words(rule.fact, exactly(rule.threshold))
    how = OPERATORS[rule.operator or Operator.equals]
    return Text(f"{how.zh}{value.zh}", f"{how.en} {value.en}")


def exactly(shown: ShownFigure) -> Figure:
    """A figure as the API shows it, for `in_words`."""
    return Fraction(shown) if isinstance(shown, Decimal) else shown


def _beside(text: Text) -> str:
    """English, where it says anything that the Chinese does not."""
    return "" if text.en.replace(" ", "") == text.zh else text.en


def _after_evidence(sheet: EnrollmentDetail) -> Iterator[Section]:
    if sheet.checklist:
        yield Section(
            Text("人工核查事项", "Checklist"),
            note=Text(
                "以下事项数据无法判定，由核查人员回答；已作的答复见班级的核查清单。",
                "No data can decide these; answers already given stand in the class group's checklist.",
            ),
            grid=_checklist(sheet.checklist),
        )
    if sheet.decision is not None:
        batches = [[str(each)] for each in sheet.decision.batch_ids]
        title = Text(
            f"所依据的批次（{len(batches)}）", f"Batches that the decision rests on ({len(batches)})"
        )
        yield Section(title, grid=Grid.cut([Text("批次编号", "Batch")], [6], batches, most=100))


def _checklist(entries: Sequence[ChecklistEntry]) -> Grid:
    columns = [
        Text("编号", "Code"),
        Text("事项", "Item"),
        Text("依据", "Clause"),
        Text("回答", "Answer"),
    ]
    rows = [[each.code, each.title.zh, f"{each.clause}：“{each.words}”", ANSWERS] for each in entries]
    return Grid.cut(columns, [2, 4, 6, 3], rows)
