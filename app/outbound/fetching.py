"""Answers followed to where they lead, and streamed: long ones, in constant memory and bounded time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

import httpx

from app.outbound.errors import (
    AddressRefused,
    AnswerTooLarge,
    AnswerTooSlow,
    HostUnreachable,
    TooManyRedirects,
)
from app.outbound.service import PATIENCE_S, Outbound

MOST_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an answer may be, how long it may take, and how fast it is read."""

    most_bytes: int
    within_s: float
    least_bytes_a_second: int
    most_bytes_a_second: int
    grace_s: float = PATIENCE_S
    """Before which no answer is too slow."""


class Head(NamedTuple):
    status: int
    headers: Mapping[str, str]


class Fetched(NamedTuple):
    status: int
    size: int
    """Bytes that went to the sink; 0 where the status was not the one wanted."""


async def head(outbound: Outbound, method: str, url: str, headers: Mapping[str, str] | None = None) -> Head:
    """What an answer says of itself, at the end of its redirects. Its body is not read."""
    host = outbound.host_of(url)
    try:
        async with asyncio.timeout(PATIENCE_S), followed(outbound, method, url, headers) as response:
            return Head(response.status_code, dict(response.headers))
    except TimeoutError:
        raise HostUnreachable(host, f"> {PATIENCE_S:g} s") from None


async def fetch(outbound: Outbound, url: str, sink: Callable[[bytes], object], pace: Pace) -> Fetched:
    """The body of a good answer (200), piece by piece as it came over the wire.

    Raises `OutboundFailed`: too long, too slow, broken off, or not to be asked.
    """
    host = outbound.host_of(url)
    try:
        async with asyncio.timeout(pace.within_s), followed(outbound, "GET", url) as response:
            if response.status_code != httpx.codes.OK:
                return Fetched(response.status_code, 0)
            return Fetched(response.status_code, await _streamed(response, host, sink, pace))
    except TimeoutError:
        raise HostUnreachable(host, f"> {pace.within_s:g} s") from None


@asynccontextmanager
async def followed(
    outbound: Outbound, method: str, url: str, headers: Mapping[str, str] | None = None
) -> AsyncIterator[httpx.Response]:
    """As `Outbound.opened`. Where it leads on, each next address is checked as the first was."""
    asked = url
    for _ in range(MOST_REDIRECTS + 1):
        async with outbound.opened(method, asked, headers=headers) as response:
            target = _target(asked, response)
            if target is None:
                yield response
                return
            asked = target
    raise TooManyRedirects(outbound.host_of(url), MOST_REDIRECTS)


def _target(asked: str, response: httpx.Response) -> str | None:
    location = response.headers.get("location")
    if response.status_code not in REDIRECTS or location is None:
        return None
    try:
        return str(httpx.URL(asked).join(location))
    except httpx.InvalidURL:
        raise AddressRefused("(?)") from None


async def _streamed(response: httpx.Response, host: str, sink: Callable[[bytes], object], pace: Pace) -> int:
    taken, started = 0, time.monotonic()
    async for piece in response.aiter_raw():
        taken += len(piece)
        if taken > pace.most_bytes:
            raise AnswerTooLarge(host, pace.most_bytes)
        try:
            sink(piece)
        except OSError as failure:  # ours, and no fault of the host
            raise RuntimeError("what was fetched could not be kept") from failure
        elapsed_s = time.monotonic() - started
        if taken < pace.least_bytes_a_second * (elapsed_s - pace.grace_s):
            raise AnswerTooSlow(host, pace.least_bytes_a_second)
        await asyncio.sleep(max(taken / pace.most_bytes_a_second - elapsed_s, 0))
    return taken
