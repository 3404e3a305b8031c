"""The comparison has teeth: whatever is not as meant is named."""

from datetime import date

import pytest

from app.client import Batch, Receipt
from app.client.receipts import Fault, LedgerPlace, RejectedRecord
from app.core.vocabulary import Feed
from app.simulator.cast import ANSWERS, ATTENDANCE, HOURS
from app.simulator.deliveries import Delivery
from app.simulator.intent import Intent, intents
from app.simulator.play import differences
from app.simulator.term import ClassGroup, Term
from app.simulator.verdict import Item, compare

TERM = Term(7, date(2026, 11, 20), 72)
CLOSED, RUNNING = TERM.class_group(0), TERM.class_group(4)


def as_meant(intent: Intent) -> Item:
    ending = intent.ending
    outcomes = {
        rule: "fail"
        if ending and rule in ending.failed
        else "missing"
        if ending and rule in ending.missing
        else "pass"
        for rule in (ATTENDANCE, ANSWERS, HOURS)
    }
    return {
        "learner_id": intent.learner.learner_id,
        "eligibility": intent.eligibility,
        "facts": dict(intent.facts),
        "rules": [
            {"code": rule, "outcome": outcome, "severity": "blocking"} for rule, outcome in outcomes.items()
        ],
        "outlook": None if ending else min(intent.outlooks),
    }


def items(class_group: ClassGroup) -> list[Item]:
    return [as_meant(intent) for intent in intents(TERM, class_group)]


def found_in(class_group: ClassGroup, answers: list[Item]) -> list[tuple[str, str, str]]:
    found = compare(TERM, class_group, answers, is_current=True)
    return [(difference.what, difference.meant, difference.found) for difference in found]


@pytest.mark.parametrize("class_group", [CLOSED, RUNNING], ids=["closed", "running"])
def test_what_is_as_meant_is_no_difference(class_group: ClassGroup) -> None:
    assert found_in(class_group, items(class_group)) == []


def test_a_missing_and_a_surplus_enrollment_are_named() -> None:
    answers = items(CLOSED)
    answers[0]["learner_id"] = "L999999"
    assert found_in(CLOSED, answers) == [
        ("enrollment", "listed", "not listed"),
        ("enrollment", "not listed", "listed"),
    ]


def test_another_eligibility_another_fact_and_another_rule_are_named() -> None:
    answers = items(CLOSED)
    answers[0]["eligibility"] = "ineligible"
    answers[0]["facts"]["credited_seconds"] += 1
    answers[0]["rules"][0]["outcome"] = "fail"
    meant = next(intents(TERM, CLOSED)).facts["credited_seconds"]
    assert found_in(CLOSED, answers) == [
        ("eligibility", "eligible", "ineligible"),
        ("credited_seconds", str(meant), str(meant + 1)),
        ("failed rules", "none", ATTENDANCE),
    ]


def test_another_outlook_is_named() -> None:
    answers = items(RUNNING)
    answers[0]["outlook"] = "lost"
    assert found_in(RUNNING, answers) == [("outlook", "on_track", "lost")]


class TestReceipts:
    def test_exactly_the_spoiled_lines_must_be_rejected_for_their_fault(self) -> None:
        sent = Delivery(Feed.attendance, Batch((b"{}",) * 3), "key", ((2, "naive_timestamp"),))
        assert differences(sent, receipt(rejected={2: "naive_timestamp"})) == []
        assert len(differences(sent, receipt(rejected={}))) == 1
        assert len(differences(sent, receipt(rejected={2: "invalid_type"}))) == 1
        assert len(differences(sent, receipt(rejected={2: "naive_timestamp", 3: "invalid_type"}))) == 1

    def test_what_is_sent_again_must_change_nothing(self) -> None:
        sent = Delivery(Feed.attendance, Batch((b"{}",) * 3), "key", (), is_repeat=True)
        assert [difference.what for difference in differences(sent, receipt(rejected={}))] == [
            "accepted again"
        ]
        assert differences(sent, receipt(rejected={}, accepted=0)) == []
        assert differences(sent, receipt(rejected={}, replayed=True)) == []

    def test_a_lost_line_is_named(self) -> None:
        sent = Delivery(Feed.attendance, Batch((b"{}",) * 4), "key", ())
        assert [difference.what for difference in differences(sent, receipt(rejected={}))] == ["received"]


def receipt(*, rejected: dict[int, str], accepted: int = 3, replayed: bool = False) -> Receipt:
    rejections = tuple(
        RejectedRecord(line, {}, (Fault("/x", code, "no"),)) for line, code in rejected.items()
    )
    return Receipt(
        batch_id="b",
        feed="attendance",
        received=3,
        accepted=accepted,
        unchanged=0,
        stale=0,
        rejected=len(rejections),
        rejections=rejections,
        ledger=LedgerPlace("00"),
        received_at="2026-11-20T00:00:00Z",
        replayed=replayed,
    )
