"""Which receipts count as promises when the power goes (power.py)."""

from app.client import Receipt
from app.client.receipts import LedgerPlace
from app.core.vocabulary import Feed
from tests.faults.load import Sending
from tests.faults.pushers import Journal

SENDING = Sending("key", "faulty-a", Feed.lessons, (b"{}",), is_repeated=False)
RECEIPT = Receipt("batch", "lessons", 1, 1, 0, 0, 0, (), LedgerPlace("00"), "2026-03-02T12:00:00Z")


def test_one_that_has_arrived_before_it() -> None:
    journal = Journal()
    assert journal.note_receipt(SENDING, RECEIPT, epoch=journal.epoch)
    with journal.frozen() as promised:
        assert promised == {SENDING.key: RECEIPT}


def test_none_that_was_asked_for_before_it_and_arrives_in_it() -> None:
    journal = Journal()
    asked_in = journal.epoch
    with journal.frozen() as promised:
        assert not journal.note_receipt(SENDING, RECEIPT, epoch=asked_in)
    assert promised == journal.receipts == {}


def test_none_that_was_asked_for_and_arrives_in_it() -> None:
    journal = Journal()
    with journal.frozen() as promised:
        assert not journal.note_receipt(SENDING, RECEIPT, epoch=journal.epoch)
    assert promised == journal.receipts == {}


def test_none_that_was_asked_for_in_it_and_arrives_after_it() -> None:
    journal = Journal()
    with journal.frozen():
        asked_in = journal.epoch
    assert not journal.note_receipt(SENDING, RECEIPT, epoch=asked_in)
    assert journal.note_receipt(SENDING, RECEIPT, epoch=journal.epoch)
