"""Platforms that push as much as is taken, or so many requests a second whatever becomes of them.

A process of its own, and cheap: bodies are ready but for a number in their keys, answers are hardly read.
"""

import asyncio
import multiprocessing
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import httpx
import msgspec
import uvloop

from app.core.vocabulary import Feed
from tests.load.bodies import learning_record, written

NUMBER = b"@@@@@@@@"
"""Stands in each session id: another number, and all records are new."""
MOST_IDLE_S = 3.0
"""Longer, and the server may close a connection just when it is used again."""


class Platform(NamedTuple):
    """Who pushes what where."""

    address: str
    token: str
    bodies: Sequence[bytes]
    first: int
    """The number of its first batch; the others follow."""


class Answer(NamedTuple):
    """In seconds of the machine's clock. Status 0: the connection broke off."""

    due_s: float
    ended_s: float
    status: int
    retry_after_s: int = 0
    batch_id: str = ""
    accepted: int = 0

    @property
    def ms(self) -> float:
        return 1000 * (self.ended_s - self.due_s)


def bodies(number: int, records: int) -> list[bytes]:
    """Of learners that no other body is about."""
    return [
        b"\n".join(_line(learner) for learner in range(each * records, (each + 1) * records))
        for each in range(number)
    ]


def _line(learner: int) -> bytes:
    return written(learning_record(learner, 0) | {"session_id": f"session-{NUMBER.decode()}-{learner:06}"})


Start = Callable[..., "Future[Any]"]
"""Starts a function of this module in a process that is ready for it."""


@contextmanager
def elsewhere(processes: int) -> Iterator[Start]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        yield pool.submit


def closed_loop(platform: Platform, *, connections: int, seconds: float) -> list[Answer]:
    """Each connection sends the next batch once it is answered, and waits as long as it is asked to."""

    async def push(pusher: "_Pusher", until_s: float) -> None:
        while (now_s := asyncio.get_running_loop().time()) < until_s:
            answer = await pusher.push(now_s)
            await asyncio.sleep(answer.retry_after_s)

    return _run(
        platform, lambda pusher, until_s: [push(pusher, until_s) for _ in range(connections)], seconds
    )


def open_loop(platform: Platform, *, per_second: float, seconds: float) -> list[Answer]:
    """At even times, however many are still under way."""

    async def push(pusher: "_Pusher", due_s: float) -> None:
        await asyncio.sleep(due_s - asyncio.get_running_loop().time())
        await pusher.push(due_s)

    def work(pusher: "_Pusher", until_s: float) -> list[Coroutine[None, None, None]]:
        requests = int(per_second * seconds)
        return [push(pusher, until_s - (requests - each) / per_second) for each in range(requests)]

    return _run(platform, work, seconds)


def _run(
    platform: Platform,
    work: Callable[["_Pusher", float], Sequence[Coroutine[None, None, None]]],
    seconds: float,
) -> list[Answer]:
    async def whole() -> list[Answer]:
        pusher = _Pusher(platform)
        await asyncio.gather(*work(pusher, asyncio.get_running_loop().time() + seconds))
        pusher.close()
        return pusher.answers

    return uvloop.run(whole())


class _Pusher:
    """Numbers the batches of a platform and keeps its connections and answers."""

    def __init__(self, platform: Platform) -> None:
        address = urlsplit(platform.address)
        self.answers: list[Answer] = []
        self._host, self._port = address.hostname or "", address.port or 0
        self._head = "\r\n".join(
            [
                f"POST /api/v1/feeds/{Feed.learning_records} HTTP/1.1",
                f"Host: {address.netloc}",
                f"Authorization: Bearer {platform.token}",
                "Content-Type: application/x-ndjson",
                "Content-Length: ",
            ]
        ).encode()
        self._platform = platform
        self._next = platform.first
        self._idle: list[_Connection] = []

    async def push(self, due_s: float) -> Answer:
        number, self._next = self._next, self._next + 1
        bodies = self._platform.bodies
        body = bodies[number % len(bodies)].replace(NUMBER, b"%08d" % number)
        try:
            connection = await self._connection()
            answer = await connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(body), body), due_s)
            self._idle.append(connection)
        except OSError:
            answer = Answer(due_s, asyncio.get_running_loop().time(), 0)
        self.answers.append(answer)
        return answer

    async def _connection(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        while self._idle:
            connection = self._idle.pop()
            if connection.used_s > loop.time() - MOST_IDLE_S and not connection.is_lost:
                return connection
            connection.close()
        _, connection = await loop.create_connection(_Connection, self._host, self._port)
        return connection

    def close(self) -> None:
        for connection in self._idle:
            connection.close()


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self.is_lost = False
        self.used_s = 0.0
        self._came = bytearray()
        self._answered: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass

    def close(self) -> None:
        self._transport.close()

    async def ask(self, request: bytes, due_s: float) -> Answer:
        loop = asyncio.get_running_loop()
        self._answered = loop.create_future()
        self._transport.write(request)
        answer = await self._answered
        self.used_s = loop.time()
        return _read(answer, due_s, self.used_s)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, _, body = self._came.partition(b"\r\n\r\n")
        _, _, length = head.lower().partition(b"content-length: ")
        if length and len(body) >= int(length.partition(b"\r\n")[0]) and self._answered:
            self._answered.set_result(bytes(self._came))
            self._answered, self._came = None, bytearray()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError())


def _read(answer: bytes, due_s: float, ended_s: float) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head[9:12])
    if status == httpx.codes.OK:
        receipt = msgspec.json.decode(body)
        return Answer(due_s, ended_s, status, 0, receipt["batch_id"], receipt["accepted"])
    _, _, retry_after = head.lower().partition(b"retry-after: ")
    return Answer(due_s, ended_s, status, int(retry_after.partition(b"\r\n")[0] or 0))
