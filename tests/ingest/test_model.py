"""Whole batches against a tiny model: whatever is delivered in whatever batches, the table is as told."""

from collections.abc import Sequence
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.ids import PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest.schemas import Counts
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import deliver, rows
from tests.ingest.examples import Record, changed

PLATFORMS = (PlatformCode(f"model-{number}") for number in count())

deliveries = st.builds(
    lambda lesson, revision, status, deleted: changed(
        Feed.attendance, lesson_id=lesson, revision=revision, status=status, deleted=deleted
    ),
    st.sampled_from(["S1", "S2", "S3"]),
    st.integers(0, 3),
    st.sampled_from(["late", "absent"]),
    st.sampled_from([False, False, True]),
)
Model = dict[str, tuple[int, bool, str | None]]


def judge(model: Model, record: Record) -> str:
    """What semantics.md §2 says becomes of a record, in so many words."""
    said = (record["revision"], record["deleted"], None if record["deleted"] else record["status"])
    stands = model.get(record["lesson_id"])
    if stands is None or said[0] > stands[0]:
        model[record["lesson_id"]] = said
        return "accepted"
    if said[0] < stands[0]:
        return "stale"
    return "unchanged" if said == stands else "rejected"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(st.lists(deliveries, max_size=6), min_size=1, max_size=4))
async def test_deliveries(database: Database, key_ring: KeyRing, batches: Sequence[Sequence[Record]]) -> None:
    platform, model = next(PLATFORMS), Model()
    for batch in batches:
        outcomes = [judge(model, record) for record in batch]
        receipt = await deliver(database, key_ring, Feed.attendance, *batch, platform=platform)
        told = Counts(len(batch), *(outcomes.count(name) for name in Counts._fields[1:]))
        assert receipt.batch.counts == told
    statement = "SELECT lesson_id, revision, deleted, status FROM attendance WHERE platform = :platform"
    stands = {row.lesson_id: tuple(row[1:]) for row in await rows(database, statement, platform=platform)}
    assert stands == model
