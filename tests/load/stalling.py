"""Clients that begin and never end: bodies and heads that trickle, connections on which nothing comes.

A process of its own, as `flood` is; what becomes of each connection is counted.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

import uvloop

from app.core.vocabulary import Feed

BODY, AT_ONCE = 2_000_000, 900_000
"""Bytes that a body is said to have, and those of it that come quickly: as many as stay in memory."""
PAUSE_S = 1.0
"""Between two bytes that trickle."""
TURNED_AWAY = {"429", "503"}


class Stalled(NamedTuple):
    """How many connections of each kind, for so long. The uploads take turns with these tokens."""

    address: str
    tokens: tuple[str, ...]
    bodies: int
    heads: int
    silent: int
    seconds: float


def stall(wanted: Stalled) -> Counter[str]:
    """How connections ended: the status of what was answered, `closed`, or `kept` to the last."""

    async def whole() -> Counter[str]:
        head = _head(wanted, 0).partition(b"\r\n\r\n")[0]
        begun = [_head(wanted, each) + bytes(AT_ONCE) for each in range(wanted.bodies)]
        begun += [head] * wanted.heads + [b""] * wanted.silent
        ends = [_stall(wanted, each, trickles=each != b"") for each in begun]
        return Counter(await asyncio.gather(*ends))

    return uvloop.run(whole())


def _head(wanted: Stalled, number: int) -> bytes:
    lines = [
        f"POST /api/v1/feeds/{Feed.learning_records} HTTP/1.1",
        f"Host: {urlsplit(wanted.address).netloc}",
        f"Authorization: Bearer {wanted.tokens[number % len(wanted.tokens)]}",
        "Content-Type: application/x-ndjson",
        "Transfer-Encoding: chunked",
        "",
        f"{BODY:x}",
        "",
    ]
    return "\r\n".join(lines).encode()


async def _stall(wanted: Stalled, begun: bytes, *, trickles: bool) -> str:
    """Comes back when it was told to."""
    end = ""
    try:
        async with asyncio.timeout(wanted.seconds):
            while not end or end in TURNED_AWAY:
                await asyncio.sleep(PAUSE_S if end else 0)
                end = await _begin(wanted, begun, trickles=trickles)
    except TimeoutError:
        return "kept"
    return end


async def _begin(wanted: Stalled, begun: bytes, *, trickles: bool) -> str:
    address = urlsplit(wanted.address)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(begun)
    trickling = asyncio.create_task(_trickle(writer)) if trickles else None
    try:
        return await _end(reader)
    finally:
        if trickling:
            trickling.cancel()
        writer.close()


async def _trickle(writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(PAUSE_S)
            writer.write(b"x")


async def _end(reader: asyncio.StreamReader) -> str:
    try:
        line = await reader.readline()
    except ConnectionError:
        line = b""
    return line[9:12].decode() or "closed"
