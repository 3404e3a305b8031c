"""Plays one platform's part of a term over HTTP, and notes every receipt that is not as it must be."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.client import Client, Receipt
from app.simulator.deliveries import Delivery, deliveries
from app.simulator.difference import Difference
from app.simulator.term import Platform, Term

OnDelivery = Callable[[Delivery], None]


@dataclass(slots=True)
class Tally:
    """What became of everything that was sent."""

    batches: int = 0
    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0
    replayed_batches: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, delivery: Delivery, receipt: Receipt) -> None:
        self.batches += 1
        self.received += receipt.received
        self.replayed_batches += receipt.replayed
        self.accepted += receipt.accepted
        self.unchanged += receipt.unchanged
        self.stale += receipt.stale
        self.rejected += receipt.rejected
        self.differences += differences(delivery, receipt)


def play(term: Term, platform: Platform, client: Client, on_delivery: OnDelivery | None = None) -> Tally:
    tally = Tally()
    for delivery in deliveries(term, platform):
        tally.add(delivery, client.send(delivery.feed, delivery.batch, key=delivery.key))
        if on_delivery:
            on_delivery(delivery)
    return tally


def differences(delivery: Delivery, receipt: Receipt) -> list[Difference]:
    """Exactly the spoiled records are rejected, each for its fault; what is sent again changes nothing."""
    found: list[Difference] = []
    codes = {rejected.line: {error.code for error in rejected.errors} for rejected in receipt.rejections}
    meant = dict(delivery.faults)
    for line in sorted(codes.keys() | meant.keys()):
        if meant.get(line) not in codes.get(line, {None}):
            rejected = ", ".join(sorted(codes.get(line, set()))) or "accepted"
            found.append(
                Difference(f"{delivery.key} line {line}", "record", meant.get(line, "accepted"), rejected)
            )
    if receipt.received != len(delivery.batch.records):
        sent = str(len(delivery.batch.records))
        found.append(Difference(delivery.key, "received", sent, str(receipt.received)))
    if delivery.is_repeat and receipt.accepted and not receipt.replayed:
        found.append(Difference(delivery.key, "accepted again", "0", str(receipt.accepted)))
    return found
