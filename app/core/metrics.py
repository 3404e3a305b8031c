"""What Prometheus may count: numbers by route, feed and stage, never by person."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus

from prometheus_client import Counter, Gauge, Histogram

from app.core.errors import AppError

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
STAGE_FAILURES = Counter(
    "supervise_stage_failures", "Times that a stage failed, its caller not being to blame", ["stage"]
)
REJECTIONS = Counter("supervise_rejections", "Errors of rejected records", ["feed", "code"])

# Of all living processes of a server together; exposition.py forgets those that have died.
RESTING = Gauge(
    "supervise_class_groups_resting",
    "Class groups that rest because they could not be assessed",
    multiprocess_mode="livesum",
)
CONNECTIONS = Gauge(
    "supervise_database_connections",
    "Connections of a pool that are in use, and tasks that wait for one",
    ["pool", "state"],
    multiprocess_mode="livesum",
)
PLACES = Gauge(
    "supervise_places", "Batches in a slot, waiting for one, or about to", multiprocess_mode="livesum"
)
SLOTS = Gauge("supervise_slots", "Slots that are taken", multiprocess_mode="livesum")
UPLOADS = Gauge("supervise_uploads", "Bodies that are on their way", multiprocess_mode="livesum")
REFUSALS = Counter("supervise_refusals", "Batches turned away at once", ["reason"])
TRAIL_ENTRIES = Counter("supervise_trail_entries", "Entries of the audit trail", ["kind"])
LEDGER_ALARMS = Counter("supervise_ledger_alarms", "Alarms that the ledger raised", ["kind"])
CHECKPOINTS_OUT = Counter(
    "supervise_checkpoints_out", "Attempts to bring a checkpoint to an outlet", ["outlet", "state"]
)
DEEP_CHECKS = Counter("supervise_deep_checks", "Deep checks of everything by what they came to", ["result"])
VIDEO_CHECKS = Counter("supervise_video_checks", "Looks at videos by what they saw", ["kind", "outcome"])
DENIALS = Counter("supervise_denials", "Requests that were refused what they may not do", ["code"])


class Stage(StrEnum):
    """Where a record is on its way; the unit counted stands behind each."""

    receive = "receive"  # bodies
    check = "check"  # batches: decoded, each record checked, sealed; the wait for a decoder included
    store = "store"  # batches: locked, merged, archived, committed
    sequence = "sequence"  # leaves
    integrate = "integrate"  # leaves
    publish = "publish"  # checkpoints
    assess = "assess"  # enrollments
    reseal = "reseal"  # values that are sealed under another key


for _stage in Stage:
    STAGE_FAILURES.labels(_stage)  # from 0 on, so that the first one is seen as an increase


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """Observes how long the block took, also where it fails; counts failures that are ours."""
    started = time.monotonic()
    try:
        yield
    except Exception as failure:
        if not (isinstance(failure, AppError) and failure.status < HTTPStatus.INTERNAL_SERVER_ERROR):
            STAGE_FAILURES.labels(stage).inc()
        raise
    finally:
        STAGE_SECONDS.labels(stage).observe(time.monotonic() - started)


def finished(stage: Stage, items: int = 1) -> None:
    STAGE_ITEMS.labels(stage).inc(items)
