"""What Prometheus may count: numbers by route, feed and stage, never by person."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from prometheus_client import Counter, Histogram

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

REQUESTS = Counter("supervise_requests", "Answered HTTP requests", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "supervise_request_seconds", "Time to answer", ["method", "route"], buckets=_SECONDS
)
RECORDS = Counter(
    "supervise_records", "Records of stored batches by what became of them", ["feed", "outcome"]
)
STAGE_SECONDS = Histogram("supervise_stage_seconds", "Time spent in a stage", ["stage"], buckets=_SECONDS)
STAGE_ITEMS = Counter("supervise_stage_items", "What a stage has finished", ["stage"])


class Stage(StrEnum):
    """Where a record is on its way; the unit counted stands behind each."""

    receive = "receive"  # bodies
    store = "store"  # batches
    sequence = "sequence"  # leaves
    assess = "assess"  # enrollments


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """Observes how long the block took, also where it fails."""
    started = time.monotonic()
    try:
        yield
    finally:
        STAGE_SECONDS.labels(stage).observe(time.monotonic() - started)


def finished(stage: Stage, items: int = 1) -> None:
    STAGE_ITEMS.labels(stage).inc(items)
