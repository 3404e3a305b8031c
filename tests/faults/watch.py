"""Somebody who asks a server the same questions again and again, and notes how long each answer took."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import httpx

from tests.faults.site import PLATFORMS, Site
from tests.load.pusher import percentile_of

PAUSE_S = 0.1


class Watch:
    """Milliseconds by question; what was not answered well is a failure."""

    def __init__(self, site: Site) -> None:
        self.ms: defaultdict[str, list[float]] = defaultdict(list)
        self.failures: list[str] = []
        self._address = site.address()
        self._account = site.accounts[PLATFORMS[0]]
        self._token = site.clients(PLATFORMS[0])[0].token()

    def p99_ms(self) -> dict[str, int]:
        return {f"{what} p99 ms": round(percentile_of(ms, 99)) for what, ms in self.ms.items()}

    def ask_until(self, over: Event) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        with httpx.Client(base_url=self._address, trust_env=False, timeout=30, headers=headers) as http:
            while not over.is_set():
                self._ask(http, "GET", "/healthz")
                self._ask(http, "GET", "/readyz")
                self._ask(http, "GET", "/api/v1/batches")
                grant = {"grant_type": "client_credentials"}
                self._ask(http, "POST", "/oauth/token", data=grant, auth=self._account)

    def _ask(self, http: httpx.Client, method: str, path: str, **more: object) -> None:
        time.sleep(PAUSE_S)
        started_s = time.perf_counter()
        try:
            status = http.request(method, path, **more).status_code  # type: ignore[arg-type]  # httpx's own
        except httpx.TransportError as error:
            status = 0
            self.failures.append(f"{path}: {error!r}")
        self.ms[path].append(1000 * (time.perf_counter() - started_s))
        if status not in {0, httpx.codes.OK}:
            self.failures.append(f"{path}: {status}")


@contextmanager
def watched(site: Site) -> Iterator[Watch]:
    watch, over = Watch(site), Event()
    asking = Thread(target=watch.ask_until, args=(over,))
    asking.start()
    try:
        yield watch
    finally:
        over.set()
        asking.join()
