"""Every rule of a built-in pack has cases that a lawyer can read, and every case comes out as it says."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

from app.core.vocabulary import Outcome
from app.rules.cases import BUILT_IN_CASES, Case, CaseKind, cases_directory, load_cases, try_cases
from app.rules.figures import Figure
from app.rules.loader import load_packs
from app.rules.policy import Operator, PolicyVersion, Rule

PACKS = load_packs()
CASES = {programme: load_cases(cases_directory(programme)) for programme in PACKS.programmes()}
OF_A_RULE = {CaseKind.passes, CaseKind.fails, CaseKind.boundary, CaseKind.missing}
ASKED_FOR = {*OF_A_RULE, CaseKind.unasked}


def rules() -> Iterator[tuple[str, PolicyVersion, Rule]]:
    for programme in PACKS.programmes():
        for version in PACKS.versions(programme):
            for rule in version.rules:
                yield programme, version, rule


def cases_of(programme: str, version: PolicyVersion, rule: Rule) -> list[Case]:
    """Those that this version judges."""
    return [
        case
        for case in CASES[programme]
        if case.rule == rule.code and PACKS.version_for(programme, case.date) is version
    ]


def needed(rule: Rule) -> set[CaseKind]:
    """Of a rule that asks for nothing yet, that it does so; of one with a condition, that it may not hold."""
    if rule.comparison.is_blank or any(condition.is_blank for condition in rule.conditions):
        return {CaseKind.unasked}
    return ASKED_FOR if rule.conditions else OF_A_RULE


def untried() -> list[str]:
    return [
        f"{programme} {version.version} {rule.code}: {', '.join(sorted(lacking))}"
        for programme, version, rule in rules()
        if (lacking := needed(rule) - {case.kind for case in cases_of(programme, version, rule)})
    ]


def is_on_the_threshold(version: PolicyVersion, rule: Rule, case: Case) -> bool:
    """A yes has no more than one; of what a fact may be one of, each is on the edge."""
    figure, threshold = figure_of(version, rule, case), rule.comparison.threshold
    match rule.comparison.operator:
        case Operator.is_true:
            return figure is True
        case Operator.one_of:
            return (figure.casefold() if isinstance(figure, str) else figure) in threshold.choices
        case _:
            return figure == threshold.number


def figure_of(version: PolicyVersion, rule: Rule, case: Case) -> Figure:
    """As the case states it, or as it is counted from its feeds."""
    if case.feeds is not None:
        return case.feeds.facts(version, case.date).figure(rule.comparison.fact)
    return case.facts.get(rule.comparison.fact)


def test_a_rule_without_its_cases_is_refused() -> None:
    assert untried() == [], "app/rules/cases/<programme>/<CODE>.yaml"


def test_a_case_is_of_a_rule_that_its_day_knows() -> None:
    known = {(programme, version.version, rule.code) for programme, version, rule in rules()}
    strangers = [
        f"{case.file.relative_to(BUILT_IN_CASES)}:{case.line}"
        for programme, cases in CASES.items()
        for case in cases
        if not (version := PACKS.version_for(programme, case.date))
        or (programme, version.version, case.rule) not in known
    ]
    assert strangers == []


def test_no_cases_lie_where_nobody_reads_them() -> None:
    assert {directory.name for directory in BUILT_IN_CASES.iterdir()} == {*PACKS.programmes()}


def test_a_boundary_case_stands_on_the_threshold() -> None:
    beside = [
        f"{case.file.relative_to(BUILT_IN_CASES)}:{case.line}"
        for programme, version, rule in rules()
        for case in cases_of(programme, version, rule)
        if case.kind is CaseKind.boundary and not is_on_the_threshold(version, rule, case)
    ]
    assert beside == [], "A boundary case states the threshold itself."


def test_a_missing_case_states_everything_but_what_is_missing() -> None:
    """The conditions hold, so that it is the fact that nobody knows; or one of them is what is missing."""
    stated = [
        f"{case.file.relative_to(BUILT_IN_CASES)}:{case.line}"
        for programme, version, rule in rules()
        for case in cases_of(programme, version, rule)
        if case.kind is CaseKind.missing and {*rule.facts()} <= {*case.facts}
    ]
    assert stated == []


@pytest.mark.parametrize(
    ("programme", "case"),
    [(programme, case) for programme, cases in CASES.items() for case in cases],
    ids=lambda value: f"{value.rule}-{value.kind}" if isinstance(value, Case) else value,
)
def test_a_case_comes_out_as_it_says(programme: str, case: Case) -> None:
    [trial] = try_cases(PACKS.versions(programme), [case])
    assert trial.found is case.expected, case.because.zh


class TestARuleOfWhichACaseIsTakenAway:
    """What the tests above would say."""

    @pytest.mark.parametrize("kind", sorted(OF_A_RULE))
    def test_is_found(self, monkeypatch: pytest.MonkeyPatch, kind: CaseKind) -> None:
        left = [case for case in CASES["standard"] if (case.rule, case.kind) != ("attendance-rate", kind)]
        monkeypatch.setitem(CASES, "standard", left)
        assert untried() == [f"standard 2020-01-01 attendance-rate: {kind}"]

    def test_is_found_where_the_boundary_lies_beside_the_threshold(self) -> None:
        version = PACKS.versions("standard")[-1]
        rule = version.rule("attendance-rate")
        [boundary] = [case for case in cases_of("standard", version, rule) if case.kind is CaseKind.boundary]
        beside = boundary._replace(facts={rule.comparison.fact: Fraction(81, 100)})
        assert is_on_the_threshold(version, rule, boundary)
        assert not is_on_the_threshold(version, rule, beside)

    def test_is_found_where_it_expects_something_else(self) -> None:
        [failing] = [
            case for case in CASES["standard"] if (case.rule, case.kind) == ("attendance-rate", "fails")
        ]
        [trial] = try_cases(PACKS.versions("standard"), [failing._replace(expected=Outcome.passed)])
        assert not trial.is_as_expected
