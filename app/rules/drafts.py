"""A policy pack as written, before its dates are applied: one draft gives the version of any day."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from app.core.errors import Text
from app.core.vocabulary import Severity
from app.rules.figures import FactName, Unit
from app.rules.nodes import Fields
from app.rules.policy import Comparison, Operator, Parameter, ParameterValue, Rule
from app.rules.values import choice_of, read_code, read_day, read_words

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
    condition: ComparisonDraft | None

    def on(self, day: date) -> Rule | None:
        """The rule of that day; there is none until what it compares with has its first value."""
        comparison = self.comparison and self.comparison.on(day)
        condition = self.condition and self.condition.on(day)
        if comparison is None or (self.condition and condition is None):
            return None
        return Rule(self.code, self.title, self.remedy, self.severity, comparison, condition)


def read_text(fields: Fields) -> Text:
    fields.allow(Text._fields)
    return Text(zh=fields.read("zh", read_words, ""), en=fields.read("en", read_words, ""))


def read_dated(name: str, fields: Fields, reader: ValueReader) -> DatedParameter:
    """A parameter: its title and, day by day, value, clause and the clause's own words."""
    fields.allow({"title", "values"})
    title = read_text(fields.fields("title"))
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
            )
        )
    if days.is_readable and not values:
        fields.note(None, f"“{name}”没有任何生效日期。", f"“{name}” has no day from which it holds.")
    return DatedParameter(tuple(sorted(values, key=lambda value: value.effective_from)))


def read_rule(code: str, fields: Fields, parameters: dict[str, DatedParameter]) -> RuleDraft:
    fields.allow({"title", "remedy", "severity", "fact", "when", *Operator})
    condition = fields.fields("when", optional=True)
    condition.allow({"fact", *Operator})
    return RuleDraft(
        code=code,
        title=read_text(fields.fields("title")),
        remedy=read_text(fields.fields("remedy")),
        severity=fields.read("severity", choice_of(Severity), Severity.info),
        comparison=_read_comparison(fields, parameters),
        condition=_read_comparison(condition, parameters) if condition.is_readable else None,
    )


def _read_comparison(fields: Fields, parameters: dict[str, DatedParameter]) -> ComparisonDraft | None:
    fact = fields.read("fact", choice_of(FactName), None)
    operators = [operator for operator in Operator if operator in fields.names()]
    if len(operators) != 1:
        known = ", ".join(Operator)
        fields.note(None, f"应有且仅有其中一项：{known}。", f"Exactly one of these belongs here: {known}.")
        return None
    operator = operators[0]
    name = fields.read(operator, read_code, None)
    if name is None or fact is None:
        return None
    if name not in parameters:
        fields.note(operator, f"没有名为“{name}”的参数。", f"There is no parameter “{name}”.")
        return None
    _check_kind(fields, fact, operator, parameters[name])
    return ComparisonDraft(fact, operator, parameters[name])


def _check_kind(fields: Fields, fact: FactName, operator: Operator, parameter: DatedParameter) -> None:
    """A yes or no is asked for by `is_true` and a true or false parameter, everything else by numbers."""
    asks_for_yes = operator is Operator.is_true
    if asks_for_yes != (fact.unit is Unit.yes_or_no):
        fields.note("fact", f"“{fact}”不能用 {operator} 比较。", f"“{fact}” cannot be judged by {operator}.")
    values = [value.value for value in parameter.values if value.value is not None]
    if any(isinstance(value, bool) != asks_for_yes for value in values):
        fields.note(
            operator,
            "is_true 的参数应为 true 或 false，其余为数值。",
            "The parameter of is_true is true or false, every other a number.",
        )
