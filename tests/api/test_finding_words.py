"""Findings in words: rules in no policy have theirs, and rules called alike are told apart."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.api.finding_words import RuleBook
from app.api.rule_titles import Titled, told_apart
from app.core.errors import Text
from app.core.ids import ClassGroupId, FindingId, LearnerId, PlatformCode
from app.core.vocabulary import Outcome, Severity, Subject
from app.eligibility.exported import RULE
from app.findings.schemas import FindingView
from app.policies.service import Policies
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName

AT = datetime(2026, 3, 9, tzinfo=UTC)
BOOK = RuleBook.of(Policies.load())


def changed(there: str, now: str) -> FindingView:
    """As the assessment keeps it (app/eligibility/exported.py)."""
    outcome = RuleOutcome(
        code=RULE,
        outcome=Outcome.failed,
        severity=Severity.warning,
        fact=FactName.reported_eligibility,
        observed=now,
        threshold=there,
        shortfall=None,
        clause="补贴资格报告",
    )
    return FindingView(
        finding_id=FindingId(UUID(int=1)),
        platform=PlatformCode("P1"),
        platform_name="某平台",
        class_group_id=ClassGroupId("C1"),
        class_group_name="某班",
        learner_id=LearnerId("L1"),
        subject=Subject.enrollment,
        enterprise_uscc=None,
        programme="standard",
        rule=RULE,
        outcome=Outcome.failed,
        severity=Severity.warning,
        state="open",
        evidence=outcome.stored(),
        raised_at=AT,
        confirmed_at=AT,
        resolved_at=None,
        waived_at=None,
        waiver_id=None,
    )


@pytest.mark.parametrize(
    ("there", "now", "told"),
    [
        (
            "ineligible",
            "eligible",
            Text(
                "报告中为不符合补贴资格，现为符合补贴资格",
                "ineligible in the report, eligible now",
            ),
        ),
        (
            "eligible, 18000 fen",
            "eligible, 9000 fen",
            Text(
                "报告中为符合补贴资格、180.00 元，现为符合补贴资格、90.00 元",
                "eligible with 180.00 yuan in the report, eligible with 90.00 yuan now",
            ),
        ),
    ],
)
def test_a_decision_that_changed_after_a_report_says_from_what_to_what(
    there: str, now: str, told: Text
) -> None:
    finding = changed(there, now)
    title = Text("导出后判定已改变", "Decision changed after a report was exported")
    assert BOOK.title(finding.programme, finding.rule) == title
    assert BOOK.told(finding) == told
    assert dict(BOOK.titles())[RULE] == title


def test_rules_that_are_called_alike_are_told_apart_by_their_programmes() -> None:
    one, two, three = (Text(f"项目{each}", f"Programme {each}") for each in "一二三")
    rate, hours = Text("到课率", "Attendance"), Text("学时", "Hours")
    named = told_apart(
        [
            Titled("rate", rate, one),
            Titled("ATT_01", rate, two),
            Titled("ATT_01", rate, three),
            Titled("HRS_01", hours, two),
        ]
    )
    assert dict(named) == {
        "rate": Text("到课率（项目一）", "Attendance (Programme 一)"),
        "ATT_01": Text("到课率（项目二等 2 个项目）", "Attendance (Programme 二 and 1 more)"),
        "HRS_01": hours,
    }


def test_no_two_rules_of_the_book_have_one_title() -> None:
    titles = [title.zh for _, title in BOOK.titles()]
    assert len(titles) == len(set(titles))
