"""Findings in words: what the rule is called, and what was seen where what is asked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from app.api.rule_titles import OF_CUSTODY, OF_NO_POLICY, Titled, told_apart
from app.api.sheet_document import ELIGIBILITIES, yuan
from app.core.errors import Text
from app.core.vocabulary import Eligibility, Outcome
from app.eligibility.exported import RULE as CHANGED_AFTER_EXPORT
from app.findings.schemas import FindingView
from app.policies.service import Policies
from app.rules.engine import RuleOutcome
from app.rules.policy import Operator, Rule
from app.rules.words import OPERATORS, in_words

SEE_VIDEO = Text("见班级的视频核查记录：{0}", "See what was found of the class group's videos: {0}")


class RuleBook(NamedTuple):
    """Rules by programme and code, as the newest version that has one words it."""

    rules: Mapping[tuple[str, str], Rule]
    programmes: Mapping[str, Text]

    @classmethod
    def of(cls, policies: Policies) -> Self:
        summaries = policies.policies()
        rules = {
            (summary.policy_id, rule.code): rule
            for summary in summaries
            for version in policies.versions(summary.policy_id)
            for rule in version.rules
        }
        return cls(rules, {each.policy_id: Text(each.title.zh, each.title.en) for each in summaries})

    def title(self, programme: str | None, code: str) -> Text | None:
        if code in OF_NO_POLICY:
            return OF_NO_POLICY[code]
        rule = self.rules.get((programme or "", code))
        return None if rule is None else rule.title

    def remedy(self, programme: str | None, code: str) -> Text | None:
        rule = self.rules.get((programme or "", code))
        return None if rule is None else rule.remedy

    def told(self, finding: FindingView) -> Text:
        """`实际 66.67%，应不低于 80%`."""
        if finding.rule in OF_CUSTODY:
            places = ", ".join(finding.evidence.get("places") or ())
            return Text(SEE_VIDEO.zh.format(places or "—"), SEE_VIDEO.en.format(places or "—"))
        found = RuleOutcome.from_stored(finding.evidence)
        if finding.rule == CHANGED_AFTER_EXPORT:
            return _changed(found)
        rule = self.rules.get((finding.programme or "", finding.rule))
        return _compared(found, None if rule is None else rule.comparison.operator)

    def titles(self) -> Sequence[tuple[str, Text]]:
        """Of all rules, each code once, by their Chinese titles."""
        titled = [
            Titled(code, rule.title, self.programmes[programme])
            for (programme, code), rule in self.rules.items()
        ]
        return sorted([*told_apart(titled), *OF_NO_POLICY.items()], key=lambda each: each[1].zh)


def _compared(found: RuleOutcome, operator: Operator | None) -> Text:
    if operator is Operator.is_true:
        if found.outcome is Outcome.missing:
            return Text("没有数据，无法核对", "no data to judge by")
        return Text("未做到", "not done")
    asked = in_words(found.fact, found.threshold)
    word = OPERATORS[operator or Operator.equals]
    zh, en = f"{word.zh}{asked.zh}", f"{word.en} {asked.en}"
    if found.outcome is Outcome.missing:
        return Text(f"没有数据，无法核对是否{zh}", f"no data; asked for: {en}")
    seen = in_words(found.fact, found.observed)
    return Text(f"实际 {seen.zh}，应{zh}", f"{seen.en}; asked for: {en}")


def _changed(found: RuleOutcome) -> Text:
    """`报告中为不符合补贴资格，现为符合补贴资格`."""
    there, now = _standing(str(found.threshold)), _standing(str(found.observed))
    return Text(f"报告中为{there.zh}，现为{now.zh}", f"{there.en} in the report, {now.en} now")


def _standing(written: str) -> Text:
    """Of `eligible, 18000 fen`, as such findings keep it (eligibility/exported.py)."""
    eligibility, _, subsidy = written.partition(", ")
    name = ELIGIBILITIES[Eligibility(eligibility)][0]
    if not subsidy:
        return Text(name.zh, name.en.lower())
    amount = yuan(int(subsidy.removesuffix(" fen")))
    return Text(f"{name.zh}、{amount} 元", f"{name.en.lower()} with {amount} yuan")
