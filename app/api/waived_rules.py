"""Rules that are not met and waived, as a decision sheet tells them apart from those that still bar."""

from collections.abc import Iterator, Sequence

from app.api.decision_sheet import EnrollmentDetail, ExplainedRule
from app.core.errors import Text
from app.core.vocabulary import Eligibility, Outcome, Severity

BY_WAIVER = Text("因豁免符合补贴资格", "Eligible by a waiver")
NOT_MET = {
    Outcome.failed: Text("未达到", "not met"),
    Outcome.missing: Text("缺数据", "no data"),
}


def waived(sheet: EnrollmentDetail) -> Sequence[ExplainedRule]:
    """Not met, and barring nobody."""
    return [rule for rule in sheet.rules if is_waived(rule)]


def is_waived(rule: ExplainedRule) -> bool:
    return rule.waived_by is not None and rule.outcome in NOT_MET


def why_eligible(sheet: EnrollmentDetail) -> Text | None:
    """`「学时不少于40」未达到，已豁免`; None where no waiver was needed, or none was enough."""
    if sheet.eligibility is not Eligibility.eligible:
        return None
    told = list(_told([rule for rule in waived(sheet) if rule.severity is Severity.blocking]))
    return Text("；".join(each.zh for each in told), "; ".join(each.en for each in told)) if told else None


def titles(rules: Sequence[ExplainedRule]) -> Text:
    zh = "".join(f"「{rule.title.zh}」" for rule in rules)
    return Text(zh, ", ".join(f'"{rule.title.en}"' for rule in rules))


def _told(rules: Sequence[ExplainedRule]) -> Iterator[Text]:
    for outcome, how in NOT_MET.items():
        named = titles([rule for rule in rules if rule.outcome is outcome])
        if named.zh:
            yield Text(f"{named.zh}{how.zh}，已豁免", f"{named.en} {how.en}, waived")
