"""The rules of all policies by their names, for pages that must say which one they mean."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from app.api.learners import EligibilityItem
from app.api.rule_titles import Titled, told_apart
from app.api.standings import EnrollmentItem, RuleItem
from app.core.errors import Text
from app.core.vocabulary import Outcome, Severity
from app.db.session import ReadSession
from app.policies.library import PolicyLibrary
from app.policies.service import Policies
from app.rules.fact_names import FactName
from app.rules.outlook import made_by
from app.rules.policy import PolicyVersion, Rule
from app.web.sheet_words import Shortfall, hours_of, shortfall

Judged = EnrollmentItem | EligibilityItem
NO_DATA = Text("没有数据", "no data")
NOT_MET = Text("未达标", "not met")


class Rulebook(NamedTuple):
    policies: Policies

    @classmethod
    async def open(cls, session: ReadSession, library: PolicyLibrary) -> "Rulebook":
        """As they are in force in this session."""
        return cls(await library.in_force(session))

    def programmes(self) -> Sequence[tuple[str, Text]]:
        """For a choice."""
        summaries = self.policies.policies()
        return [(each.policy_id, Text(each.title.zh, each.title.en)) for each in summaries]

    def rules(self) -> Sequence[tuple[str, Text]]:
        """Each rule that any programme's newest version has, for a choice."""
        return told_apart(
            Titled(rule.code, rule.title, programme)
            for policy_id, programme in self.programmes()
            for rule in self.policies.versions(policy_id)[-1].rules
        )

    def of(self, programme: str, version: str | None) -> "VersionRules":
        return VersionRules(None if version is None else self.policies.find(programme, version))


class VersionRules(NamedTuple):
    """Those of one version; None: it is not at hand any more, and its rules go by their codes."""

    version: PolicyVersion | None

    def rule(self, code: str) -> Rule | None:
        rules = () if self.version is None else self.version.rules
        return next((rule for rule in rules if rule.code == code), None)

    @property
    def minutes_per_hour(self) -> Fraction | None:
        """Of a credited hour."""
        return None if self.version is None else self.version.counting.minutes_per_hour

    def title(self, code: str) -> Text:
        rule = self.rule(code)
        return Text(code, code) if rule is None else rule.title

    def not_met(self, rules: Sequence[RuleItem]) -> Sequence[RuleItem]:
        """What failed or has no data, less what was waived; what decides comes first."""
        found = [
            rule
            for rule in rules
            if rule.outcome in {Outcome.failed, Outcome.missing} and rule.waived_by is None
        ]
        return sorted(found, key=lambda rule: list(Severity).index(rule.severity))

    def decisive(self, item: EnrollmentItem) -> Collection[str]:
        """Codes of the rules that bar the enrollment or make its outlook; what else is not met still runs."""
        failed = [rule for rule in self.not_met(item.rules) if rule.severity is Severity.blocking]
        if item.outlook is None:
            return {rule.code for rule in failed}
        short = [rule.code for rule in failed if rule.shortfall is not None]
        facts = {code: rule.comparison.fact for code in short if (rule := self.rule(code))}
        made = made_by(item.outlook, set(facts.values()))
        return {code for code, fact in facts.items() if fact in made}

    def short(self, item: RuleItem) -> Shortfall:
        """What somebody misses by a rule that is not met."""
        rule = self.rule(item.code)
        if item.outcome is Outcome.missing:
            text = NO_DATA
        elif rule is None or item.shortfall is None:
            text = NOT_MET
        else:
            fact = rule.comparison.fact
            text = shortfall(item.shortfall, fact, hours_of(fact, item))
        return Shortfall(self.title(item.code), text)

    def threshold(self, rules: Sequence[RuleItem], fact: FactName) -> Decimal | None:
        """What is asked of a fact, by whichever rule asks for it first."""
        for item in rules:
            rule = self.rule(item.code)
            if rule is not None and rule.comparison.fact is fact and isinstance(item.threshold, Decimal):
                return item.threshold
        return None
