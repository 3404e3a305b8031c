"""A platform that costs little: bodies are ready, each connection is a thread of a process of its own."""

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from http.client import HTTPConnection
from threading import local
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from app.core.vocabulary import Feed
from tests.load.site import Served


class Sent(NamedTuple):
    """One request, in seconds of the pusher's own clock."""

    started_s: float
    ended_s: float
    batch_id: str
    accepted: int


class Pushed(NamedTuple):
    sent: Sequence[Sent]

    @property
    def wall_s(self) -> float:
        return max(sent.ended_s for sent in self.sent) - min(sent.started_s for sent in self.sent)

    @property
    def records_per_s(self) -> float:
        return sum(sent.accepted for sent in self.sent) / self.wall_s

    @property
    def requests_per_s(self) -> float:
        return len(self.sent) / self.wall_s

    def latency_ms(self, percentile: int) -> float:
        return percentile_of([1000 * (sent.ended_s - sent.started_s) for sent in self.sent], percentile)


def percentile_of(values: Sequence[float], percentile: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) * percentile // 100, len(ordered) - 1)]


def push(served: Served, feed: Feed, bodies: Sequence[bytes], *, connections: int) -> Pushed:
    """All of them as fast as they are taken, from another process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as elsewhere:
        return elsewhere.submit(push_here, served, feed, bodies, connections=connections).result()


def push_here(served: Served, feed: Feed, bodies: Sequence[bytes], *, connections: int) -> Pushed:
    pusher = Pusher(served, feed)
    with ThreadPoolExecutor(connections) as threads:
        return Pushed(list(threads.map(pusher.send, bodies)))


class Pusher:
    """Sends one body after another on the connection of its thread."""

    def __init__(self, served: Served, feed: Feed) -> None:
        self._address = urlsplit(served.address)
        self._path = f"/api/v1/feeds/{feed}"
        self._headers = {
            "Authorization": f"Bearer {served.token}",
            "Content-Type": "application/x-ndjson",
        }
        self._own = local()

    def send(self, body: bytes) -> Sent:
        """Again where the server was busy, after the time it asked for."""
        connection = self._connection()
        started_s = time.perf_counter()
        status = 0
        while status != 200:
            connection.request("POST", self._path, body, self._headers)
            response = connection.getresponse()
            receipt, status = response.read(), response.status
            if status not in {200, 429, 503}:
                raise RuntimeError(receipt.decode())
            time.sleep(int(response.headers.get("Retry-After", "0")))
        ended_s = time.perf_counter()
        told = msgspec.json.decode(receipt)
        return Sent(started_s, ended_s, told["batch_id"], told["accepted"])

    def _connection(self) -> HTTPConnection:
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection(self._address.hostname or "", self._address.port)
            self._own.connection.connect()
        connection: HTTPConnection = self._own.connection
        return connection
