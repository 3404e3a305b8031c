"""What Prometheus is told of a batch: each record once, each error by its code, failures that are ours."""

from collections.abc import Callable
from io import BytesIO

import pytest
from prometheus_client import REGISTRY

from app.core.vocabulary import Feed
from app.db.failures import DatabaseUnreachable
from app.db.session import Database
from app.ingest.errors import BatchRejected, MalformedBody
from app.ingest.schemas import MediaType
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import deliver
from tests.ingest.examples import FULL, changed

GOOD = FULL[Feed.attendance]
BAD = {"class_group_id": "C1", "learner_id": "L1", "lesson_id": "S1", "status": "asleep", "nonsense": 1}


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.fixture
def since() -> Callable[..., float]:
    """By how much a count has grown since the test began."""
    before = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
    }
    return lambda name, **labels: told(name, **labels) - before.get((name, *sorted(labels.items())), 0)


async def test_records_and_errors_are_counted_once(
    database: Database, key_ring: KeyRing, since: Callable[..., float]
) -> None:
    for _ in range(2):  # the second time as a replay
        receipt = await deliver(database, key_ring, Feed.attendance, GOOD, BAD, idempotency_key="once")
    assert receipt.is_replay
    errors = [error.code for rejection in receipt.rejections for error in rejection.errors]
    assert len(errors) > 1
    for code in set(errors):
        assert since("supervise_rejections_total", feed="attendance", code=code) == errors.count(code)
    assert since("supervise_records_total", feed="attendance", outcome="accepted") == 1
    assert since("supervise_records_total", feed="attendance", outcome="rejected") == 1
    assert since("supervise_stage_items_total", stage="store") == 1
    assert since("supervise_stage_seconds_count", stage="check") == 2


async def test_what_is_refused_is_no_failure_of_ours(
    database: Database, key_ring: KeyRing, since: Callable[..., float]
) -> None:
    with pytest.raises(MalformedBody):
        await deliver(
            database, key_ring, Feed.attendance, media_type=MediaType.json, body=BytesIO(b"[no JSON")
        )
    with pytest.raises(BatchRejected):
        await deliver(database, key_ring, Feed.attendance, GOOD, BAD, atomic=True)
    assert since("supervise_stage_failures_total", stage="check") == 0
    assert since("supervise_stage_failures_total", stage="store") == 0
    assert since("supervise_records_total", feed="attendance", outcome="accepted") == 0, "nothing was stored"


async def test_a_database_that_is_away_is_a_failure_of_ours(
    key_ring: KeyRing, since: Callable[..., float]
) -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnreachable):
        await deliver(nowhere, key_ring, Feed.attendance, changed(Feed.attendance, status="late"))
    assert since("supervise_stage_failures_total", stage="store") == 1
    await nowhere.dispose()
