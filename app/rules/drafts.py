"""A policy pack as written, before its dates are applied: one draft gives the version of any day."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from app.core.errors import Text
from app.core.vocabulary import Severity, Subject
from app.rules.fact_names import FactName, Unit
from app.rules.nodes import Fields
from app.rules.parameters import Parameter, ParameterValue, Requirements
from app.rules.policy import Comparison, Operator, Rule
from app.rules.values import (
    choice_of,
    read_day,
    read_name,
    read_requirement,
    read_unit,
    read_words,
)

ValueReader = Callable[[str], ParameterValue]


class DatedParameter(NamedTuple):
    values: tuple[Parameter, ...]
    """In the order of their days."""

    def on(self, day: date) -> Parameter | None:
        """The value in force; None before the first."""
        return next((value for value in reversed(self.values) if value.effective_from <= day), None)


class ComparisonDraft(NamedTuple):
    fact: FactName
    operator: Operator
    parameter: DatedParameter

    def on(self, day: date) -> Comparison | None:
        threshold = self.parameter.on(day)
        return Comparison(self.fact, self.operator, threshold) if threshold else None


class RuleDraft(NamedTuple):
    code: str
    title: Text
    remedy: Text
    severity: Severity
    comparison: ComparisonDraft | None
    conditions: tuple[ComparisonDraft, ...]
    subject: Subject
    requirements: Requirements

    def on(self, day: date) -> Rule | None:
        """The rule of that day; there is none until what it compares with has its first value."""
        comparison = self.comparison and self.comparison.on(day)
        conditions = [condition.on(day) for condition in self.conditions]
        known = tuple([condition for condition in conditions if condition])
        if comparison is None or len(known) < len(conditions):
            return None
        return Rule(
            code=self.code,
            title=self.title,
            remedy=self.remedy,
            severity=self.severity,
            comparison=comparison,
            conditions=known,
            subject=self.subject,
            requirements=self.requirements,
        )


def read_text(fields: Fields) -> Text:
    fields.allow(Text._fields)
    return Text(zh=fields.read("zh", read_words, ""), en=fields.read("en", read_words, ""))


def read_dated(name: str, fields: Fields, reader: ValueReader) -> DatedParameter:
    """A parameter: its title and, day by day, value, clause and the clause's own words."""
    fields.allow({"title", "values", "unit", "requirements"})
    title = read_text(fields.fields("title"))
    unit = fields.read("unit", read_unit, None) if fields.has("unit") else None
    requirements = fields.texts("requirements", read_requirement)
    days = fields.fields("values")
    values = []
    for written in days.names():
        entry = days.fields(written)
        entry.allow({"value", "clause", "words"})
        values.append(
            Parameter(
                name=name,
                title=title,
                value=entry.read("value", reader, None),
                clause=entry.read("clause", read_words, ""),
                words=entry.read("words", read_words, ""),
                effective_from=days.read_name(written, read_day, date.max),
                unit=unit,
                requirements=requirements,
            )
        )
    _check_order(days, [value.effective_from for value in values])
    if days.is_readable and not values:
        fields.note(None, f"“{name}”没有任何生效日期。", f"“{name}” has no day from which it holds.")
    return DatedParameter(tuple(sorted(values, key=lambda value: value.effective_from)))


def _check_order(days: Fields, read: Sequence[date]) -> None:
    """Whoever reads from top to bottom must not take an old value for the one in force."""
    for written, former, day in zip(days.names()[1:], read, read[1:], strict=False):
        if day <= former:
            days.note(
                written,
                f"“{written}”应晚于上一个日期“{former}”。",
                f"“{written}” should be later than the day before it, “{former}”.",
            )


def read_rule(code: str, fields: Fields, parameters: dict[str, DatedParameter]) -> RuleDraft:
    fields.allow({"title", "remedy", "severity", "subject", "requirements", "fact", "when", *Operator})
    subject = fields.read("subject", choice_of(Subject), None) if fields.has("subject") else None
    subject = subject or Subject.enrollment
    conditions = [_read_condition(each, subject, parameters) for each in fields.one_or_more("when")]
    return RuleDraft(
        code=code,
        title=read_text(fields.fields("title")),
        remedy=read_text(fields.fields("remedy")),
        severity=fields.read("severity", choice_of(Severity), Severity.info),
        comparison=_read_comparison(fields, {subject}, parameters),
        conditions=tuple([condition for condition in conditions if condition]),
        subject=subject,
        requirements=fields.texts("requirements", read_requirement),
    )


def _read_condition(
    fields: Fields, subject: Subject, parameters: dict[str, DatedParameter]
) -> ComparisonDraft | None:
    """On a fact of the rule's own subject, or of the class group or project around it."""
    fields.allow({"fact", *Operator})
    around = set() if subject is Subject.enrollment else {Subject.class_group, Subject.project}
    return _read_comparison(fields, {subject} | around, parameters)


def _read_comparison(
    fields: Fields, subjects: Collection[Subject], parameters: dict[str, DatedParameter]
) -> ComparisonDraft | None:
    fact = fields.read("fact", choice_of(FactName), None)
    operators = [operator for operator in Operator if operator in fields.names()]
    if len(operators) != 1:
        known = ", ".join(Operator)
        fields.note(None, f"应有且仅有其中一项：{known}。", f"Exactly one of these belongs here: {known}.")
        return None
    operator = operators[0]
    name = fields.read(operator, read_name, None)
    if name is None or fact is None:
        return None
    if name not in parameters:
        fields.note(operator, f"没有名为“{name}”的参数。", f"There is no parameter “{name}”.")
        return None
    if fact.subject not in subjects:
        fields.note(
            "fact",
            f"“{fact}”是 {fact.subject} 的指标，此处不能使用。",
            f"“{fact}” is a fact of a {fact.subject} and cannot be used here.",
        )
    _check_kind(fields, fact, operator, parameters[name])
    return ComparisonDraft(fact, operator, parameters[name])


def _check_kind(fields: Fields, fact: FactName, operator: Operator, parameter: DatedParameter) -> None:
    """A yes or no is asked for by `is_true`, a word by `one_of`, everything else by numbers."""
    fitting = _OPERATORS.get(fact.unit, _NUMERIC)
    if operator not in fitting:
        fields.note("fact", f"“{fact}”不能用 {operator} 比较。", f"“{fact}” cannot be judged by {operator}.")
    values = [value.value for value in parameter.values if value.value is not None]
    if not all(_fits(value, operator) for value in values):
        fields.note(
            operator,
            "is_true 的参数应为 true 或 false，one_of 的为列表，其余为数值。",
            "The parameter of is_true is true or false, that of one_of a list, every other a number.",
        )


_NUMERIC = {Operator.at_least, Operator.at_most, Operator.equals, Operator.one_of}
_OPERATORS = {Unit.yes_or_no: {Operator.is_true}, Unit.text: {Operator.one_of}}


def _fits(value: ParameterValue, operator: Operator) -> bool:
    match operator:
        case Operator.is_true:
            return isinstance(value, bool)
        case Operator.one_of:
            return isinstance(value, tuple | Fraction)
        case _:
            return isinstance(value, Fraction)
