"""Cases of the rules, as a lawyer reads them: a day, the facts, what the rule says of them, and why.

One file for each rule: `cases/<programme>/<CODE>.yaml`; of a pack in another directory beside it, in
`<pack>.cases/` or `cases/<programme>/`. What is not written as a fact is missing.
Of a rule on enrollments the records may stand instead of the facts that are counted from them (`case_feeds`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum, auto
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import NamedTuple

from app.core.errors import AppError, Text
from app.core.vocabulary import Outcome, Subject
from app.rules.case_feeds import CaseFeeds, read_feeds
from app.rules.drafts import read_text
from app.rules.engine import Figures, judge_rule
from app.rules.fact_names import FactName, Unit
from app.rules.figures import Figure
from app.rules.nodes import Fields, Mistake, Page, Wrong
from app.rules.policy import PolicyVersion, Rule
from app.rules.values import choice_of, read_day, read_flag, read_number, read_words

BUILT_IN_CASES = Path(__file__).parent / "cases"
QUOTIENT = re.compile(r"([0-9]{1,12})[/:]([1-9][0-9]{0,11})", re.ASCII)
"""16/9, or 16:9 of pictures."""


class CaseKind(StrEnum):
    passes = auto()
    fails = auto()
    boundary = auto()
    """On the threshold itself."""
    missing = auto()
    unasked = auto()
    """The condition does not hold, or no authority has filled the threshold."""


EXPECTED = {
    CaseKind.passes: Outcome.passed,
    CaseKind.fails: Outcome.failed,
    CaseKind.boundary: Outcome.passed,
    CaseKind.missing: Outcome.missing,
    CaseKind.unasked: Outcome.not_applicable,
}
"""What each kind must expect: a threshold is met by whoever stands exactly on it (semantics.md §3)."""

StatedFigure = Fraction | bool | str


class Case(NamedTuple):
    rule: str
    kind: CaseKind
    name: Text
    date: date
    """The first day of the class group: it chooses the version of the policy."""
    facts: Mapping[FactName, StatedFigure]
    feeds: CaseFeeds | None
    """Instead of facts: what these are counted from."""
    expected: Outcome
    because: Text
    file: Path
    line: int


class Trial(NamedTuple):
    """A case held against a policy."""

    case: Case
    found: Outcome | None
    """None: on its day the policy has no such rule."""

    @property
    def is_as_expected(self) -> bool:
        return self.found is self.case.expected


class CasesInvalid(AppError):
    """Nothing is tried while one case cannot be read."""

    code = "policy_cases_invalid"
    title = Text("规则用例有误", "Cases of rules are invalid")

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__(
            Text(
                "\n".join(f"{file}，第 {line} 行：{cause.zh}" for file, line, cause in mistakes),
                "\n".join(f"{file}, line {line}: {cause.en}" for file, line, cause in mistakes),
            )
        )


def cases_directory(programme: str, pack_file: Path | None = None) -> Path:
    """Where the cases of a pack lie: with the built-in ones, or beside the file of the pack."""
    if pack_file is None:
        return BUILT_IN_CASES / programme
    beside = pack_file.with_suffix(".cases")
    return beside if beside.is_dir() else pack_file.parent / "cases" / programme


def load_cases(directory: Path) -> list[Case]:
    """All cases of one pack, in the order of rule codes; `CasesInvalid` names every mistake."""
    cases: list[Case] = []
    mistakes: list[Mistake] = []
    for path in sorted(directory.glob("*.yaml")):
        page = Page(path)
        cases += _read_file(page)
        mistakes += page.mistakes
    if mistakes:
        raise CasesInvalid(mistakes)
    return cases


def _read_file(page: Page) -> list[Case]:
    fields = page.fields()
    fields.allow({"rule", "cases"})
    rule = fields.read("rule", read_words, "")
    if rule and rule != page.path.stem:
        fields.note("rule", f"文件名应为“{rule}.yaml”。", f"The file should be named “{rule}.yaml”.")
    return [_read_case(rule, entry) for entry in fields.entries("cases")]


def _read_case(rule: str, fields: Fields) -> Case:
    fields.allow({"kind", "name", "date", "facts", "feeds", "expected", "because"})
    stated = fields.fields("facts", optional=True)
    kind = fields.read("kind", choice_of(CaseKind), CaseKind.passes)
    feeds = read_feeds(fields.fields("feeds")) if fields.has("feeds") else None
    if feeds and stated.names():
        fields.note("feeds", "指标（facts）与数据（feeds）只写其一。", "Either facts or feeds, not both.")
    expected = fields.read("expected", choice_of(Outcome), EXPECTED[kind])
    if expected is not EXPECTED[kind]:
        fields.note(
            "expected",
            f"“{kind}”用例应得出 {EXPECTED[kind]}。",
            f"A case of kind “{kind}” expects {EXPECTED[kind]}.",
        )
    return Case(
        rule=rule,
        kind=kind,
        name=read_text(fields.fields("name")),
        date=fields.read("date", read_day, date.max),
        facts=_read_facts(stated),
        feeds=feeds,
        expected=expected,
        because=read_text(fields.fields("because")),
        file=fields.page.path,
        line=fields.line,
    )


def _read_facts(stated: Fields) -> dict[FactName, StatedFigure]:
    facts = {}
    for name in stated.names():
        fact = stated.read_name(name, choice_of(FactName), None)
        figure = None if fact is None else stated.read(name, partial(read_figure, fact), None)
        if fact is not None and figure is not None:
            facts[fact] = figure
    return facts


def read_figure(fact: FactName, text: str) -> StatedFigure:
    """A fact as it is written: true or false, a decimal or a quotient, or a word, as its unit has it.

    >>> read_figure(FactName.attendance_rate, "4/5"), read_figure(FactName.credited_hours, "40.5")
    (Fraction(4, 5), Fraction(81, 2))
    >>> read_figure(FactName.exam_named, "true"), read_figure(FactName.employment, "contract")
    (True, 'contract')
    """
    if not text.strip():
        raise Wrong("缺失的指标请不要写。", "Leave out a fact that is missing.")
    match fact.unit:
        case Unit.text:
            return text
        case Unit.yes_or_no:
            return read_flag(text)
        case _:
            quotient = QUOTIENT.fullmatch(text)
            return Fraction(int(quotient[1]), int(quotient[2])) if quotient else read_number(text)


def try_cases(versions: Iterable[PolicyVersion], cases: Iterable[Case]) -> Iterator[Trial]:
    """Each case judged by the version in force on its day."""
    by_age = sorted(versions, key=lambda version: version.effective_from, reverse=True)
    for case in cases:
        version = next((each for each in by_age if each.effective_from <= case.date), None)
        rule = next((rule for rule in version.rules if rule.code == case.rule), None) if version else None
        yield Trial(case, _outcome(rule, case, version) if version and rule else None)


def _outcome(rule: Rule, case: Case, version: PolicyVersion) -> Outcome:
    if case.feeds is None:
        return judge_rule(rule, _Stated(case)).outcome
    if rule.subject is not Subject.enrollment:
        cause = Text(
            "只有对学员的规则可以写数据（feeds），其余请写指标（facts）。",
            "Feeds are for rules on enrollments; write facts for any other.",
        )
        raise CasesInvalid([Mistake(case.file, case.line, cause)])
    return judge_rule(rule, case.feeds.facts(version, case.date)).outcome


class _Stated(Figures):
    """What a case says."""

    credited_hour = None

    def __init__(self, case: Case) -> None:
        self.facts = case.facts

    def figure(self, fact: FactName) -> Figure:
        return self.facts.get(fact)

    def parts(self, _: FactName) -> None:
        """A case states rates, not what they are made of."""
