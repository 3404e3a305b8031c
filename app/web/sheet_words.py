"""What a decision sheet says in sentences: the verdict, and each value against what is asked."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from app.api.decision_sheet import EnrollmentDetail, ExplainedRule
from app.api.sheet_document import exactly, required, yuan
from app.core.errors import Text
from app.core.vocabulary import Eligibility, Outcome, Outlook, Severity, Subject
from app.reports.documents import Tone
from app.rules.fact_names import FactName, Unit
from app.rules.facts import RATES
from app.rules.words import counted, in_words

NOT_MET = (Outcome.failed, Outcome.missing)


class Verdict(NamedTuple):
    text: Text
    tone: Tone


class Shortfall(NamedTuple):
    """Of a rule that somebody does not meet."""

    title: Text
    text: Text


def verdict(sheet: EnrollmentDetail) -> Verdict:
    """One sentence: how it stands, and by which rules."""
    whose = f"{sheet.learner_name}（{sheet.learner_id}）", f"{sheet.learner_name} ({sheet.learner_id})"
    said = _said(sheet)
    return Verdict(Text(f"{whose[0]}{said.text.zh}", f"{whose[1]} {said.text.en}"), said.tone)


def _said(sheet: EnrollmentDetail) -> Verdict:
    match sheet.eligibility:
        case Eligibility.withdrawn:
            return Verdict(Text("已退班，不参与判定。", "has withdrawn and is not judged."), Tone.plain)
        case Eligibility.eligible:
            return Verdict(_granted(sheet.subsidy_fen), Tone.good)
        case Eligibility.ineligible:
            zh, en = _titles(sheet, Outcome.failed)
            return Verdict(
                Text(f"不符合补贴资格，未达到：{zh}。", f"is not eligible; not met: {en}."), Tone.bad
            )
        case Eligibility.insufficient_evidence:
            zh, en = _titles(sheet, Outcome.missing)
            return Verdict(
                Text(f"证据不足，不能认定符合资格，缺数据：{zh}。", f"lacks evidence; no data on: {en}."),
                Tone.open,
            )
        case Eligibility.in_progress:
            return _foreseen(sheet)


def _granted(subsidy_fen: int | None) -> Text:
    if subsidy_fen is None:
        return Text("符合补贴资格。", "is eligible.")
    amount = yuan(subsidy_fen)
    return Text(f"符合补贴资格，补贴 {amount} 元。", f"is eligible, for {amount} yuan.")


def _foreseen(sheet: EnrollmentDetail) -> Verdict:
    zh, en = _titles(sheet, *NOT_MET)
    match sheet.outlook:
        case Outlook.lost:
            text = Text(
                f"在班，但结班时将不符合资格，未达到且不能全部补足：{zh}。",
                f"is in class, but will not be eligible; not met, and not all can be made up for: {en}.",
            )
            return Verdict(text, Tone.bad)
        case Outlook.at_risk:
            text = Text(
                f"在班，有风险但还来得及，目前未达到：{zh}。",
                f"is in class and at risk, with time left; not met so far: {en}.",
            )
            return Verdict(text, Tone.open)
        case _:
            return Verdict(Text("在班，目前各项正常。", "is in class, and on track."), Tone.good)


def _titles(sheet: EnrollmentDetail, *outcomes: Outcome) -> tuple[str, str]:
    """Of the rules that decide and come out so."""
    found = [
        rule.title
        for rule in sheet.rules
        if rule.outcome in outcomes and rule.severity is Severity.blocking and rule.waived_by is None
    ]
    if not found:
        return "见下列规则", "see the rules below"
    return "".join(f"「{each.zh}」" for each in found), ", ".join(f'"{each.en}"' for each in found)


def to_mend(sheet: EnrollmentDetail) -> Sequence[ExplainedRule]:
    """Rules that are not met and say what to do; those that decide come first."""
    found = [rule for rule in sheet.rules if rule.outcome in NOT_MET and rule.advice and not rule.waived_by]
    return sorted(found, key=lambda rule: list(Severity).index(rule.severity))


def to_keep(sheet: EnrollmentDetail) -> Sequence[ExplainedRule]:
    """Rules that are met as of today, and will fall if nothing more is done."""
    return [rule for rule in sheet.rules if rule.outcome is Outcome.passed and rule.advice]


def observed(sheet: EnrollmentDetail, rule: ExplainedRule) -> Text:
    """With its unit; of a rate also what it was divided from."""
    text = in_words(rule.fact, exactly(rule.observed))
    if rule.fact not in RATES or rule.subject is not Subject.enrollment:
        return text
    part, whole = (getattr(sheet.facts, name) for name in RATES[rule.fact])
    return Text(f"{text.zh}（{part}/{whole}）", f"{text.en} ({part} of {whole})") if whole else text


def asked(rule: ExplainedRule) -> Text:
    return required(rule)


def short_by(rule: ExplainedRule) -> Text | None:
    """None where no number tells it."""
    return None if rule.shortfall is None else shortfall(rule.shortfall, rule.fact)


def shortfall(amount: int | Decimal, fact: FactName) -> Text:
    """How much is missing, all else unchanged; learning time in hours and minutes, rounded up.

    >>> shortfall(2, FactName.attendance_rate).zh, shortfall(Decimal("36000.5"), FactName.credited_hours).zh
    ('还差 2 个课次', '还差 10 小时 1 分钟')
    """
    if fact.unit in {Unit.hours, Unit.seconds}:
        hours, minutes = divmod(ceil(Fraction(amount) / 60), 60)
        return Text(f"还差 {hours} 小时 {minutes} 分钟", f"{hours} h {minutes} min short")
    unit = counted(f"{amount}", fact.unit).zh.removeprefix(f"{amount}").strip()
    return Text(f"还差 {amount} {unit}".strip(), f"{counted(f'{amount}', fact.unit).en} short")
