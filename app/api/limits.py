"""How often one address and one client may ask: bounds far above honest load, each process for itself.

By address before anything else is done for the request, failed sign-ins more strictly; by client once it is
known. Memory is bounded: of too many addresses those are forgotten that came first.
"""

import time
from collections.abc import Callable
from http import HTTPStatus

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import problems
from app.api.address import site_of
from app.core import metrics
from app.core.config import Settings
from app.core.errors import Text, TooManyRequests
from app.core.ids import ClientId

MOST_KNOWN = 50_000
EXEMPT = {"/healthz", "/readyz", "/metrics"}
"""An operator must see how a server is that is being flooded."""
TOKEN_PATH = "/oauth/token"  # noqa: S105 (no password)


class RateLimited(TooManyRequests):
    code = "rate_limited"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            Text(
                f"请求过于频繁，未处理。请在 {retry_after_s} 秒后重试，并降低请求频率。",
                f"Too many requests; nothing was done. Come back in {retry_after_s} s, and ask less often.",
            ),
            retry_after_s=retry_after_s,
        )


class BoundedStorage(Storage):
    """Counts in memory. The library's own has no bound, and starts a thread every ten milliseconds."""

    STORAGE_SCHEME = None
    base_exceptions = ()

    def __init__(self, most: int, now: Callable[[], float]) -> None:
        super().__init__()
        self._most = most
        self._now = now
        self._counts: dict[str, tuple[int, float]] = {}
        """Number and end of the window, the oldest window first."""

    def __len__(self) -> int:
        return len(self._counts)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        count, end = self._current(key)
        if not count:
            self._counts.pop(key, None)
            end = self._now() + expiry
            if len(self._counts) >= self._most:
                del self._counts[next(iter(self._counts))]
        self._counts[key] = count + amount, end
        return count + amount

    def get(self, key: str) -> int:
        return self._current(key)[0]

    def get_expiry(self, key: str) -> float:
        return self._current(key)[1]

    def _current(self, key: str) -> tuple[int, float]:
        count, end = self._counts.get(key, (0, 0.0))
        return (count, end) if end > self._now() else (0, self._now())

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        number = len(self._counts)
        self._counts.clear()
        return number

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)


class Limits:
    """Raises `RateLimited` where an address or a client asks too often in a minute."""

    def __init__(
        self, settings: Settings, *, most_known: int = MOST_KNOWN, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._addresses = _limiter(most_known, now)
        self._clients = _limiter(most_known, now)
        self._requests = RateLimitItemPerMinute(settings.address_requests_a_minute, namespace="requests")
        self._failures = RateLimitItemPerMinute(settings.address_failures_a_minute, namespace="failures")
        self._of_client = RateLimitItemPerMinute(settings.client_requests_a_minute, namespace="client")

    def count_request(self, address: str) -> None:
        site = site_of(address)
        if not self._addresses.hit(self._requests, site):
            self._refuse("address", self._addresses, self._requests, site)

    def check_failures(self, address: str) -> None:
        site = site_of(address)
        if not self._addresses.test(self._failures, site):
            self._refuse("failures", self._addresses, self._failures, site)

    def count_failure(self, address: str) -> None:
        self._addresses.hit(self._failures, site_of(address))

    def count_client(self, client_id: ClientId) -> None:
        if not self._clients.hit(self._of_client, client_id):
            self._refuse("client", self._clients, self._of_client, client_id)

    def _refuse(
        self, reason: str, limiter: FixedWindowRateLimiter, item: RateLimitItemPerMinute, who: str
    ) -> None:
        metrics.REFUSALS.labels(reason).inc()
        wait_s = limiter.get_window_stats(item, who).reset_time - self._now()
        raise RateLimited(max(1, int(wait_s) + 1))


def _limiter(most: int, now: Callable[[], float]) -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(BoundedStorage(most, now))


class Throttle:
    """Turns away who asks too often, by address: before a route, a body or the database is looked at."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in EXEMPT:
            await self.app(scope, receive, send)
            return
        resources = scope["app"].state.resources
        limits: Limits = resources.limits
        address: str = scope["state"]["address"]  # found by the journal
        try:
            limits.count_request(address)
            # Who has been let in with this header before is not kept out by others behind the same address.
            if resources.admission.client_of(Headers(scope=scope).get("authorization", "")) is None:
                limits.check_failures(address)
        except RateLimited as refusal:
            await problems.answer(Request(scope), refusal)(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_failure(scope["path"], message["status"]):
                limits.count_failure(address)
            await send(message)

        await self.app(scope, receive, send_counted)


def _is_failure(path: str, status: int) -> bool:
    """Whoever guesses tokens, secrets or forms is answered so."""
    is_refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return status == HTTPStatus.UNAUTHORIZED or (path == TOKEN_PATH and is_refused)
