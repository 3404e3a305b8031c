"""Where the time of a batch goes: each stage of `accept_batch` timed as it happens, one batch after another.

A stage is one or more functions. While one runs, the clock of the stage that called it stands still.
"""

import functools
import inspect
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from types import ModuleType
from typing import Any

import zstandard

from app.api import decompression
from app.core import clock
from app.core.ids import ClientId, Credential, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest import archive, decision, merge, preparation, repository, service
from app.ingest.schemas import Delivery, MediaType
from app.policies.service import Policies
from app.privacy.keyring import KeyRing
from tests.load.site import PLATFORM, Site

REST = "session, receipt, commit"
STAGES: Sequence[tuple[str, ModuleType, str]] = (
    ("decompress (zstd)", decompression, "decompress"),
    ("split", preparation, "split"),
    ("check", preparation, "check"),
    ("content hashes", preparation, "content_hashes"),
    ("pack and encrypt the archive", archive, "seal_body"),
    ("fingerprint and keys", preparation, "fingerprint"),
    ("fingerprint and keys", preparation, "_keys"),
    ("locks", repository, "lock_stripes"),
    ("existing keys", repository, "existing_versions"),
    ("fold", merge, "fold"),
    ("leaves", decision, "record_leaves"),
    ("leaves", decision, "root"),
    ("rows, personal data sealed", decision, "rows_of"),
    ("rows as text", decision, "copy_text"),
    ("outcomes, touches, counts", service, "decide"),
    ("COPY", repository, "insert_if_new"),
    ("store ledger leaf", service, "_attest"),
    ("store touches and archive", service, "_archive"),
)


class Clock:
    """One stage at a time, whichever thread it runs in: batches come one after another."""

    def __init__(self) -> None:
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        self._running = [REST]
        self._since_s = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.turn()
        self._running.append(name)
        try:
            yield
        finally:
            self.turn()
            self._running.pop()

    def turn(self) -> None:
        now_s = time.perf_counter()
        self.spent_s[self._running[-1]] += now_s - self._since_s
        self._since_s = now_s


@contextmanager
def timed() -> Iterator[Clock]:
    """Every stage's functions are replaced by themselves with a clock, and put back."""
    clock_of_stages = Clock()
    originals = [(module, name, getattr(module, name)) for _, module, name in STAGES]
    for stage, module, name in STAGES:
        setattr(module, name, _timed(clock_of_stages, stage, getattr(module, name)))
    try:
        yield clock_of_stages
    finally:
        for module, name, original in originals:
            setattr(module, name, original)


def _timed(clock_of_stages: Clock, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*arguments: object, **named: object) -> object:
        with clock_of_stages.stage(stage):
            return function(*arguments, **named)

    @functools.wraps(function)
    async def run_async(*arguments: object, **named: object) -> object:
        with clock_of_stages.stage(stage):
            return await function(*arguments, **named)

    return run_async if inspect.iscoroutinefunction(function) else run


def stages(site: Site, feed: Feed, bodies: Sequence[bytes]) -> dict[str, float]:
    """Microseconds a record, by stage; the first batch warms up and does not count."""
    site.emptied()
    key_ring = KeyRing.load_or_create(site.place / "keyring.json")
    exists = Policies.load().programme_exists
    packed = [zstandard.compress(body) for body in bodies]

    async def accept(database: Database) -> tuple[dict[str, float], int]:
        received = 0
        with timed() as clock_of_stages:
            for number, body in enumerate(packed):
                if number == 1:
                    clock_of_stages.turn()
                    clock_of_stages.spent_s.clear()
                    received = 0
                delivery = _delivery(feed, body)
                receipt = await service.accept_batch(database, key_ring, delivery, programme_exists=exists)
                received += receipt.batch.counts.accepted
            clock_of_stages.turn()
        return clock_of_stages.spent_s, received

    spent_s, received = site.with_database(accept)
    order = dict.fromkeys([*(stage for stage, _, _ in STAGES), REST])
    return {stage: 1e6 * spent_s[stage] / received for stage in order}


def _delivery(feed: Feed, packed: bytes) -> Delivery:
    body = BytesIO()
    decompression.decompress(BytesIO(packed), body, "zstd", limit=1 << 24)
    body.seek(0)
    return Delivery(
        platform=PlatformCode(PLATFORM),
        client_id=ClientId("load"),
        credential=Credential("secret:1"),
        feed=feed,
        media_type=MediaType.ndjson,
        body=body,
        received_at=clock.now(),
    )
