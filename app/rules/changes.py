"""A policy version with some of its parameters changed: what an authority thinks of asking instead. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.core.errors import FieldError, Invalid, Text
from app.rules.nodes import Wrong
from app.rules.parameters import Parameter, ParameterValue
from app.rules.policy import Comparison, Counting, PolicyVersion, Rule
from app.rules.provisions import Provisions
from app.rules.values import COUNTING, read_parameter

RECOUNTED = "minutes_per_hour"
"""The counting parameter that stored facts can be counted anew by: the time credited is stored."""


_NAME = re.compile("[A-Za-z][A-Za-z0-9_.-]{0,130}", re.ASCII)


class ParameterUnknown(Invalid):
    code = "parameter_unknown"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        listed, name = ", ".join(known), _told(name)
        sentence = Text(
            f"政策包没有参数“{name}”。可以更改的有：{listed}。",
            f"The policy has no parameter “{name}”. These can be changed: {listed}.",
        )
        super().__init__(sentence, errors=(FieldError("/set", self.code, sentence),))


class ParameterValueInvalid(Invalid):
    code = "parameter_value_invalid"

    def __init__(self, name: str, cause: Text) -> None:
        name = _told(name)
        sentence = Text(
            f"参数“{name}”的取值有误：{cause.zh}请改正后重试。",
            f"The value of “{name}” cannot be used: {cause.en} Mend it and try again.",
        )
        super().__init__(sentence, errors=(FieldError("/set", self.code, sentence),))


class CountingNotSimulated(Invalid):
    """Other ways of counting time need the records themselves, and those are not read here."""

    code = "counting_not_simulated"

    def __init__(self, names: Iterable[str]) -> None:
        listed = ", ".join(names)
        super().__init__(
            Text(
                f"{listed} 决定学习时间如何计算，已保存的指标无法据此重算。请把备份恢复到另一数据目录，"
                "将更改后的政策包放入其 SUPERVISE_PACKS_DIR，再运行 supervise reassess。",
                f"{listed} says how time is counted, which stored facts cannot tell anew. Restore a backup "
                "into another data directory, put the changed pack into its SUPERVISE_PACKS_DIR and run "
                "`supervise reassess` there.",
            )
        )


def _told(name: str) -> str:
    """A name is repeated; what may be personal data in the wrong place is not."""
    return name if _NAME.fullmatch(name) else "…"


class Change(NamedTuple):
    """`attendance-rate.at_least` or `least_attendance_rate`, and the value as a pack would write it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class _Read:
    """Changes of one version, by the name of the parameter."""

    values: dict[str, ParameterValue]

    def parameter(self, parameter: Parameter) -> Parameter:
        if parameter.name not in self.values:
            return parameter
        return replace(parameter, value=self.values[parameter.name])

    def comparison(self, comparison: Comparison) -> Comparison:
        return replace(comparison, threshold=self.parameter(comparison.threshold))

    def rule(self, rule: Rule) -> Rule:
        conditions = tuple(map(self.comparison, rule.conditions))
        return replace(rule, comparison=self.comparison(rule.comparison), conditions=conditions)

    def provisions(self, provisions: Provisions) -> Provisions:
        subsidy = provisions.subsidy
        if subsidy is None:
            return provisions
        per_hour, yearly_cap = self.parameter(subsidy.per_hour), self.parameter(subsidy.yearly_cap)
        return replace(provisions, subsidy=replace(subsidy, per_hour=per_hour, yearly_cap=yearly_cap))

    def counting(self, counting: Counting, parameters: Iterable[Parameter]) -> Counting:
        hour = next((each for each in parameters if each.name == RECOUNTED), None)
        return replace(counting, minutes_per_hour=hour.number) if hour else counting


def with_changes(versions: Sequence[PolicyVersion], changes: Sequence[Change]) -> tuple[PolicyVersion, ...]:
    """Each version as it would be had it always said so; one that has no such parameter stays as it is.

    Raises `ParameterUnknown`, `ParameterValueInvalid` and `CountingNotSimulated`.
    """
    changed = list(versions)
    for change in changes:
        places = [(at, name) for at, version in enumerate(changed) if (name := _meant(version, change.name))]
        if not places:
            raise ParameterUnknown(
                change.name, dict.fromkeys(name for each in changed for name in names(each))
            )
        for at, name in places:
            if name in COUNTING and name != RECOUNTED:
                raise CountingNotSimulated([name])
            changed[at] = _changed(changed[at], name, change)
    return tuple(changed)


def names(version: PolicyVersion) -> Iterator[str]:
    """What can be changed: by the rule that asks, then by the name of the parameter."""
    for rule in version.rules:
        yield f"{rule.code}.{rule.comparison.operator}"
    yield from (each.name for each in version.parameters if can_be_simulated(each.name))


def can_be_simulated(parameter: str) -> bool:
    """Not what says how time is counted: that needs the records themselves."""
    return parameter == RECOUNTED or parameter not in COUNTING


def differing_counting(old: Counting, new: Counting) -> list[str]:
    """By which parameters they count differently, but for those that stored facts can be counted anew by."""
    return [name for name in COUNTING if name != RECOUNTED and getattr(old, name) != getattr(new, name)]


def _meant(version: PolicyVersion, name: str) -> str | None:
    """The parameter: by its own name, or by a rule's code and what stands after the last point."""
    if any(parameter.name == name for parameter in version.parameters):
        return name
    code, _, asked = name.rpartition(".")
    for rule in version.rules:
        if rule.code == code:
            for each in (rule.comparison, *rule.conditions):
                if asked in (each.operator, each.threshold.name):
                    return each.threshold.name
    return None


def _changed(version: PolicyVersion, name: str, change: Change) -> PolicyVersion:
    old = next(parameter for parameter in version.parameters if parameter.name == name)
    read = _Read({name: _read(old, change)})
    parameters = tuple(map(read.parameter, version.parameters))
    return replace(
        version,
        counting=read.counting(version.counting, parameters),
        parameters=parameters,
        rules=tuple(map(read.rule, version.rules)),
        provisions=read.provisions(version.provisions),
    )


def _read(old: Parameter, change: Change) -> ParameterValue:
    """Of the kind that it was; a blank one may become anything, and anything blank."""
    try:
        value = COUNTING.get(old.name, read_parameter)(change.value)
    except Wrong as wrong:
        raise ParameterValueInvalid(change.name, wrong.cause) from None
    if isinstance(old.value, tuple) and not isinstance(value, tuple) and value is not None:
        value = (value,) if not isinstance(value, bool) else value
    if old.value is not None and value is not None and type(value) is not type(old.value):
        raise ParameterValueInvalid(
            change.name,
            Text("取值种类与原来不同。", "It is of another kind than the value that stands."),
        )
    return value
