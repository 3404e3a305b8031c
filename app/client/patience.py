"""When to try again and how long to wait first: full jitter, and never earlier than the server asked."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from app.client.errors import GaveUp
from app.core.clock import now

TRY_AGAIN = frozenset({429, 502, 503, 504})
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 20.0


def asked_pause_s(response: httpx.Response, at: datetime) -> float:
    """What `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3); 0 where it says nothing."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return 0.0
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - at).total_seconds())


@dataclass(frozen=True, slots=True)
class Patience:
    """Repeats a request until it is answered for good, or `limit_s` have passed since the first try."""

    limit_s: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)
    on_pause: Callable[[str, float], None] | None = None

    def answer(self, ask: Callable[[], httpx.Response], base_url: str) -> httpx.Response:
        started = time.monotonic()
        tries = 0
        while True:
            reason, asked_s = "", 0.0
            try:
                response = ask()
            except httpx.UnsupportedProtocol:
                raise
            except httpx.TransportError as broken:
                reason = type(broken).__name__
            else:
                if response.status_code not in TRY_AGAIN:
                    return response
                reason, asked_s = f"HTTP {response.status_code}", asked_pause_s(response, now())
            pause_s = asked_s + self.jitter_s(tries)
            if time.monotonic() - started + pause_s > self.limit_s:
                raise GaveUp(base_url, reason, self.limit_s)
            if self.on_pause:
                self.on_pause(reason, pause_s)
            self.sleep(pause_s)
            tries += 1

    def jitter_s(self, tries: int) -> float:
        return self.chance() * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries, 20))
