"""The queue before the work on batches in one process: one that would wait too long is turned away at once.

How long it would wait is reckoned from the pace at which work was done of late; how much of the queue one
client may fill, from how much of it is free (Choudhury and Hahne, "Dynamic Queue Length Thresholds", 1998):
whatever others do, there is room for one more. A slot is for a body that has arrived whole, never a slow one.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from app.core import metrics
from app.core.errors import Text, TooManyRequests, Unavailable
from app.core.ids import ClientId

FIXED_BYTES = 64 * 1024
"""What a batch costs beside its bytes, in bytes: of small ones the number counts, not the size."""
FIRST_PACE = 0.1 / 2**20
"""Seconds a byte, until there is something to go by."""
MEMORY = 0.95
"""How much of what was known of the pace is kept after another batch."""
GREED = 4
"""Times the room that is left, a client may have under way: alone 4/5 of the queue, two of them 4/9 each."""
MOST_KNOWN = 10_000
RETRY_AFTER_S = 1


class Overloaded(Unavailable):
    code = "overloaded"

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"服务器正忙，未保存任何内容。请在 {RETRY_AFTER_S} 秒后以相同的 Idempotency-Key 重试。",
                "The server has as much to do as it can, and nothing was stored. "
                f"Repeat the request with the same Idempotency-Key after {RETRY_AFTER_S} s.",
            ),
            retry_after_s=RETRY_AFTER_S,
        )


class ShareExceeded(TooManyRequests):
    code = "share_exceeded"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "您正在处理的批次已超过应占的份额，未保存任何内容。"
                f"请减少并发，并在 {RETRY_AFTER_S} 秒后以相同的 Idempotency-Key 重试。",
                "Your batches under way are more than your share of what the server can do, and nothing was "
                "stored. Send fewer at once, and repeat the request with the same Idempotency-Key after "
                f"{RETRY_AFTER_S} s.",
            ),
            retry_after_s=RETRY_AFTER_S,
        )


class Admission:
    """Slots, and the places of batches that are in one, wait for one, or are about to."""

    def __init__(
        self, *, slots: int, longest_wait_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.slots = asyncio.Semaphore(slots)
        self.longest_wait_s = longest_wait_s
        self.pace = Pace(monotonic)
        self._slots = slots
        self._places = 0
        self._load: Counter[ClientId | None] = Counter()
        """Bytes of each client that have a place; None: of clients that are not known yet."""
        self._known: dict[bytes, ClientId] = {}

    @contextmanager
    def expecting(self, authorization: str, size: int) -> Iterator["Place"]:
        """A place for a batch whose body is about to arrive; or raises as `check` does.

        Asks nothing but memory: the more are turned away, the less each may cost.
        """
        client_id = self.client_of(authorization)
        self.check(client_id, size)
        place = Place(self, client_id, size)
        try:
            yield place
        finally:
            place.leave()

    def client_of(self, authorization: str) -> ClientId | None:
        """Who came with this header before: good enough to be turned away by, and for nothing else."""
        return self._known.get(_digest(authorization))

    def note_client(self, authorization: str, client_id: ClientId) -> None:
        """Whom the header has just been proved to stand for."""
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[_digest(authorization)] = client_id

    def check(self, client_id: ClientId | None, size: int) -> None:
        """Raises `Overloaded` or `ShareExceeded` where a batch of this client would wait too long.

        Who has nothing under way finds the room that others had to leave, or places of a second round.
        """
        own, everything = self._load[client_id], self._load.total()
        if self._places < self._slots * (1 if own else 2):
            return
        cost = FIXED_BYTES + size if own else 0
        left_s = self.longest_wait_s - self.pace.seconds(everything + cost)
        if self.pace.seconds(own + cost) <= GREED * left_s:
            return
        is_greedy = own * len(self._load) > everything
        metrics.REFUSALS.labels("share" if is_greedy else "queue").inc()
        raise ShareExceeded if is_greedy else Overloaded

    def add(self, client_id: ClientId | None, places: int, load: int) -> None:
        """Places that are taken or, below 0, left."""
        self._places += places
        self._load[client_id] += load
        if not self._load[client_id]:
            del self._load[client_id]
        metrics.PLACES.inc(places)


class Place:
    """Of one batch. It is lost while the body has still not come when it should have had its turn."""

    def __init__(self, admission: Admission, client_id: ClientId | None, size: int) -> None:
        self._admission = admission
        self._take(client_id, size)
        self._loss = asyncio.get_running_loop().call_later(admission.longest_wait_s, self.leave)

    def _take(self, client_id: ClientId | None, size: int) -> None:
        self._client_id, self._cost = client_id, FIXED_BYTES + size
        self._admission.add(client_id, 1, self._cost)

    def leave(self) -> None:
        if self._cost:
            self._admission.add(self._client_id, -1, -self._cost)
            self._cost = 0
            self._loss.cancel()

    @asynccontextmanager
    async def slot(self, client_id: ClientId, size: int) -> AsyncIterator[None]:
        """In its turn, for a body that has arrived whole. One that came too slowly needs a new place."""
        if not self._cost:
            self._admission.check(client_id, size)
        self.leave()
        self._take(client_id, size)
        async with self._admission.slots:
            with metrics.SLOTS.track_inprogress(), self._admission.pace.working(self._cost):
                yield


def _digest(authorization: str) -> bytes:
    return hashlib.blake2b(authorization.encode(), digest_size=16).digest()


class Pace:
    """Seconds a byte: of the time that any slot was at work, and of what was done in it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at_work, self._since_s = 0, 0.0
        self._seconds, self._bytes = FIRST_PACE * FIXED_BYTES, float(FIXED_BYTES)

    def seconds(self, size: int) -> float:
        """What has been under way without an end counts too: a database that hangs is noticed at once."""
        return size * (self._seconds + self._unended_s()) / self._bytes

    def _unended_s(self) -> float:
        return self._monotonic() - self._since_s if self._at_work else 0.0

    @contextmanager
    def working(self, cost: int) -> Iterator[None]:
        """What was in vain, because the database was away, says nothing of the pace."""
        if not self._at_work:
            self._since_s = self._monotonic()
        self._at_work += 1
        try:
            yield
        except Unavailable:
            cost = 0
            raise
        finally:
            if cost:
                self._seconds = MEMORY * self._seconds + self._unended_s()
                self._bytes = MEMORY * self._bytes + cost
            self._since_s = self._monotonic()
            self._at_work -= 1
