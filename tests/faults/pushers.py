"""Clients that push without pause, repeat under the same key until they have a receipt, and keep it."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import httpx

from app.client import Batch, Client, GaveUp, Receipt, Refused
from app.client.patience import Patience
from tests.faults.load import Sending, sendings

PATIENCE_S = 180.0
BUSY = (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS)
LONGEST_PAUSE_S = 0.5
"""Less patient than the server asks for: a client that comes back at once finds more."""


@dataclass
class Journal:
    """What was sent and what was promised. The promises are all that a platform has in its hands."""

    sent: list[Sending] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    pauses: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    epoch: int = 0
    """Odd while it is frozen. A receipt counts that was asked for and has arrived in the same even one."""
    generation: int = 0
    """Of the class groups that records are about; a fault begins a new one (load.py)."""

    @contextmanager
    def frozen(self) -> Iterator[Mapping[str, Receipt]]:
        """The receipts that had arrived when the block began; none arrives inside.

        Nor does one ever that was asked for before the block ended: it may wait in the buffer of a connection
        whose server is dead.
        """
        with self.lock:
            self.epoch += 1
            promised = dict(self.receipts)
        try:
            yield promised
        finally:
            with self.lock:
                self.epoch += 1

    def streams(
        self, chance: random.Random, pushers: int, platforms: list[str], *, repeated: float = 0.05
    ) -> list[Iterator[Sending]]:
        """One for each pusher."""
        return [
            sendings(chance.random(), platforms, lambda: self.generation, repeated=repeated)
            for _ in range(pushers)
        ]

    def note_pause(self, reason: str, _pause_s: float) -> None:
        with self.lock:
            self.pauses[reason] += 1

    def check_answer(self, response: httpx.Response) -> None:
        """The only trouble a client hears of is that it should come back, and when."""
        is_fault = response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
        is_busy = response.status_code in BUSY
        if not (is_fault or is_busy):
            return
        if not is_busy or int(response.headers.get("Retry-After", "0")) < 1:
            self.note_failure(f"{response.request.url.path}: {response.status_code} {response.headers}")

    def note_sending(self, sending: Sending) -> None:
        with self.lock:
            self.sent.append(sending)

    def note_receipt(self, sending: Sending, receipt: Receipt, *, epoch: int) -> bool:
        """Whether it counts; `epoch` is that of the question. A second one for a key must equal the first."""
        with self.lock:
            if epoch % 2 or epoch != self.epoch:
                return False
            first = self.receipts.setdefault(sending.key, receipt)
            if (first.batch_id, first.ledger.leaf_hash) != (receipt.batch_id, receipt.ledger.leaf_hash):
                self.failures.append(f"{sending.key} was stored as {first.batch_id} and {receipt.batch_id}")
            return True

    def note_failure(self, failure: str) -> None:
        with self.lock:
            self.failures.append(failure)


def client_of(address: str, account: tuple[str, str], journal: Journal) -> Client:
    patience = Patience(
        limit_s=PATIENCE_S,
        sleep=lambda pause_s: time.sleep(min(pause_s, LONGEST_PAUSE_S)),
        on_pause=journal.note_pause,
    )
    client = Client(address, *account, language="en", patience=patience, timeout_s=PATIENCE_S)
    client._http.event_hooks["response"].append(journal.check_answer)
    return client


@contextmanager
def pushing(
    clients: Mapping[str, Sequence[Client]], streams: Sequence[Iterator[Sending]], journal: Journal
) -> Iterator[None]:
    """One thread a stream, until the block ends; each then waits for the receipt of what it has in hand.

    `clients` by platform: of several, each sending takes any.
    """
    stop = Event()
    threads = [Thread(target=_push, args=(clients, stream, journal, stop)) for stream in streams]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _push(
    clients: Mapping[str, Sequence[Client]], stream: Iterator[Sending], journal: Journal, stop: Event
) -> None:
    for sending in stream:
        journal.note_sending(sending)
        try:
            for _ in range(1 + sending.is_repeated):
                send(clients[sending.platform], sending, journal)
        except (GaveUp, Refused) as failure:
            journal.note_failure(f"{type(failure).__name__}: {failure}")
        if stop.is_set() or journal.failures:
            return


def send(clients: Sequence[Client], sending: Sending, journal: Journal) -> None:
    """Until its receipt has arrived."""
    has_arrived = False
    while not has_arrived:
        epoch = journal.epoch
        client = random.choice(clients)  # noqa: S311 (no secret)
        receipt = client.send(sending.feed, Batch(sending.lines), key=sending.key)
        has_arrived = journal.note_receipt(sending, receipt, epoch=epoch)
