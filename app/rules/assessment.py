"""One enrollment assessed: its facts, what the rules say of them, and what that means."""

from typing import NamedTuple

from app.core.vocabulary import Eligibility, Outcome, Outlook
from app.rules.at_once import PersonCount
from app.rules.engine import RuleOutcome, eligibility_of, judge, waive
from app.rules.fact_names import FactName
from app.rules.facts import Account, Facts, account_for
from app.rules.outlook import look_ahead
from app.rules.records import EnrollmentRecords
from app.rules.subsidy import Grant, grant_of
from app.rules.timetable import Timetable

RAISING = {Outcome.failed, Outcome.missing}
"""Outcomes that raise a finding once the class group is closed."""


class Judgement(NamedTuple):
    facts: Facts
    rules: tuple[RuleOutcome, ...]
    """Those on the enrollment, then those on its class group that reach it."""
    eligibility: Eligibility
    outlook: Outlook | None
    """None unless the class group is running."""
    findings: tuple[RuleOutcome, ...]
    """The rules that raise a finding now."""
    grant: Grant | None = None
    """None while the class group runs, or where the policy names no amount."""
    person: PersonCount | None = None


def assess_enrollment(timetable: Timetable, records: EnrollmentRecords) -> Judgement:
    """Judge one enrollment by a timetable that was drawn up once for its class group."""
    return judge_account(timetable, records, account_for(timetable, records))


def judge_account(timetable: Timetable, records: EnrollmentRecords, account: Account) -> Judgement:
    """Judge what has been counted; the explanation starts from the same account."""
    rules = judge(timetable.version.enrollment_rules, account.facts)
    if records.waivers:
        rules = waive(rules, records.waivers)
    outlook: Outlook | None = None
    findings = tuple([rule for rule in rules if rule.outcome in RAISING and rule.waived_by is None])
    if timetable.is_running:
        outlook, findings = look_ahead(timetable, account, rules)
    rules += timetable.reaching
    eligibility = eligibility_of(timetable.class_group, records.enrollment, rules)
    grant = granted(timetable, account, eligibility)
    return Judgement(account.facts, rules, eligibility, outlook, findings, grant, account.person)


def granted(timetable: Timetable, account: Account, eligibility: Eligibility) -> Grant | None:
    """What is paid (docs/semantics.md T), once the eligibility is known."""
    subsidy = timetable.version.provisions.subsidy
    if subsidy is None:
        return None
    hours = account.facts.figure(FactName.whole_credited_hours)
    elsewhere = None if account.person is None else account.person.elsewhere
    return grant_of(
        subsidy,
        eligibility,
        hours if isinstance(hours, int) else 0,
        0 if elsewhere is None else elsewhere.granted_before_fen,
        is_one_person=elsewhere is None or elsewhere.is_known,
    )
