"""What a decision sheet says in sentences: the verdict, and each value against what is asked."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from app.api.decision_sheet import EnrollmentDetail, ExplainedRule
from app.api.evidence import LessonItem
from app.api.sheet_document import exactly, required, yuan
from app.api.standings import RuleItem
from app.api.waived_rules import is_waived, titles, waived, why_eligible
from app.core.errors import Text
from app.core.vocabulary import Eligibility, Outcome, Outlook, Severity, Subject
from app.reports.documents import Tone
from app.rules.advice import Way
from app.rules.fact_names import FactName, Unit
from app.rules.facts import RATES
from app.rules.figures import ShownFigure
from app.rules.words import counted, in_words
from app.web.formats import hours as clock_hours

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
            return Verdict(granted(sheet), Tone.good)
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


def granted(sheet: EnrollmentDetail) -> Text:
    """Of who is eligible: for how much, and by which waivers."""
    amount, by_waiver = yuan(sheet.subsidy_fen), why_eligible(sheet)
    sum_of = Text("", "")
    if sheet.subsidy_fen is not None:
        sum_of = Text(f"，补贴 {amount} 元", f", for {amount} yuan")
    if by_waiver is None:
        return Text(f"符合补贴资格{sum_of.zh}。", f"is eligible{sum_of.en}.")
    return Text(
        f"因豁免符合补贴资格{sum_of.zh}：{by_waiver.zh}。",
        f"is eligible by a waiver{sum_of.en}: {by_waiver.en}.",
    )


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


def _titles(sheet: EnrollmentDetail, *outcomes: Outcome) -> Text:
    """Of the rules that decide and come out so."""
    found = [
        rule
        for rule in sheet.rules
        if rule.outcome in outcomes and rule.severity is Severity.blocking and rule.waived_by is None
    ]
    return titles(found) if found else Text("见下列规则", "see the rules below")


def runs(sheet: EnrollmentDetail) -> bool:
    """Whether the class group does, by the evidence."""
    ways = {rule.advice.way for rule in sheet.rules if rule.advice}
    return sheet.decision is None and Way.correct not in ways


def waived_titles(sheet: EnrollmentDetail) -> Text | None:
    found = waived(sheet)
    return titles(found) if found else None


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
    """None where no number tells it, or nothing is asked for any more."""
    if rule.shortfall is None or is_waived(rule):
        return None
    return shortfall(rule.shortfall, rule.fact, hours_of(rule.fact, rule))


def remedy(sheet: EnrollmentDetail, rule: ExplainedRule) -> Text | None:
    """The pack's, of what is to be mended while the class group runs; afterwards the advice alone tells."""
    if rule.remedy is None or rule.outcome not in NOT_MET or is_waived(rule) or not runs(sheet):
        return None
    return Text(rule.remedy.zh, rule.remedy.en)


def shortfall(amount: int | Decimal, fact: FactName, hours: Decimal | None = None) -> Text:
    """How much is missing, all else unchanged; learning time in hours and minutes, rounded up.

    >>> shortfall(2, FactName.attendance_rate).zh, shortfall(Decimal("36000.5"), FactName.credited_hours).zh
    ('还差 2 个课次', '还差 10 小时 1 分钟')
    >>> shortfall(5, FactName.planned_hours).zh
    '还差 5 学时'
    """
    if fact is FactName.credited_hours or fact.unit is Unit.seconds:
        time = time_short(amount, hours)
        return Text(f"还差 {time.zh}", f"{time.en} short")
    unit = counted(f"{amount}", fact.unit).zh.removeprefix(f"{amount}").strip()
    return Text(f"还差 {amount} {unit}".strip(), f"{counted(f'{amount}', fact.unit).en} short")


def time_short(seconds: int | Decimal, hours: Decimal | None = None) -> Text:
    """As credited hours too, where these are told; both rounded up.

    >>> time_short(Decimal("27608.04"), Decimal("10.23")).zh
    '10.23 学时（7 小时 41 分钟）'
    """
    whole, minutes = divmod(ceil(Fraction(seconds) / 60), 60)
    time = Text(f"{whole} 小时 {minutes} 分钟", f"{whole} h {minutes} min")
    if hours is None:
        return time
    return Text(f"{hours:f} 学时（{time.zh}）", f"{counted(f'{hours:f}', Unit.hours).en} ({time.en})")


def hours_of(fact: FactName, rule: RuleItem) -> Decimal | None:
    """Credited hours that are short by the rule; None: it is about something else."""
    return hours_short(rule.observed, rule.threshold) if fact is FactName.credited_hours else None


def hours_short(observed: ShownFigure, asked: ShownFigure) -> Decimal | None:
    """Credited hours up to what is asked for, rounded up as what there is is rounded down.

    >>> hours_short(Decimal("29.7748"), 40), hours_short(None, 40)
    (Decimal('10.23'), None)
    """
    if not isinstance(observed, Decimal | int) or not isinstance(asked, Decimal | int):
        return None
    short = (Decimal(asked) - Decimal(observed)).quantize(Decimal("0.01"), ROUND_CEILING)
    return Decimal(f"{short.normalize():f}")


def lesson_titles(sheet: EnrollmentDetail) -> Mapping[str, str]:
    """By their ids; what has not arrived has none."""
    return {lesson.lesson_id: lesson.title for lesson in sheet.evidence.lessons}


def unrecorded(lesson: LessonItem) -> Text | None:
    """Why less counted than was planned, as far as no record was; the rest each record's reasons tell.

    None where there is no record at all, which the lesson's own reason says.
    """
    left_out = [part for each in lesson.sources for part in each.left_out]
    left_out += [part for each in lesson.sources if each.watched for part in each.watched.left_out]
    explained = lesson.credited_seconds + sum((part.seconds for part in left_out), Decimal())
    there = max(lesson.wall_seconds, explained)
    minutes = ceil(Fraction(lesson.planned_minutes) - Fraction(there) / 60)
    if not lesson.sources or minutes <= 0:
        return None
    rest = clock_hours(minutes * 60)
    if left_out:
        return Text(f"另有至少 {rest} 没有记录", f"no record of {rest} or more besides")
    return Text(f"其余 {rest} 没有记录", f"no record of the other {rest}")


def total(sheet: EnrollmentDetail, minutes_per_hour: Fraction | None) -> Text:
    """What the lessons add up to; in credited hours where it is these and the policy is at hand."""
    seconds = sum((lesson.credited_seconds for lesson in sheet.evidence.lessons), Decimal())
    time = clock_hours(seconds)
    if minutes_per_hour is None or seconds != sheet.facts.credited_seconds:
        return Text(f"合计 {time}", f"Together {time}")
    credited = in_words(FactName.credited_hours, exactly(sheet.facts.credited_hours))
    number, minutes = credited.zh.removesuffix("学时"), f"{float(minutes_per_hour):g}"
    return Text(
        f"合计 {time} = {number} 学时（每学时 {minutes} 分钟）",
        f"Together {time} = {credited.en} of {minutes} minutes each",
    )
