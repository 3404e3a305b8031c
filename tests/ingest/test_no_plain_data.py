"""No ID number, phone or account stands anywhere in the database, nor in a receipt."""

from io import BytesIO

import asyncpg
import pytest

from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest.errors import BatchRejected, MalformedBody
from app.ingest.feeds import DEFINITIONS
from app.ingest.schemas import MediaType
from app.privacy.keyring import KeyRing
from tests.house.marked_values import MarkedValues
from tests.ingest.deliveries import deliver
from tests.ingest.examples import FULL, Record, written


async def dump(owner_url: str) -> bytes:
    """All rows of all tables, binary values in hex."""
    connection = await asyncpg.connect(owner_url)
    try:
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        found = BytesIO()
        for (name,) in tables:
            await connection.copy_from_query(f'SELECT * FROM "{name}"', output=found)  # noqa: S608
        return found.getvalue()
    finally:
        await connection.close()


def sensitive(marked: MarkedValues) -> dict[str, str]:
    return {
        "id_number": marked.id_number(),
        "phone": marked.phone(),
        "contact_phone": marked.phone(),
        "bank_account": marked.account(),
        "learner_id": marked.id_number(),
        "instructor_id": marked.id_number(),
    }


def marked_records(feed: Feed, marked: MarkedValues) -> list[Record | bytes]:
    """Good ones with what is secret in its place, and bad ones with it in every wrong place."""
    values = sensitive(marked)
    secrets = {name: values[name] for name in ("id_number", "phone", "contact_phone", "bank_account")}
    good = FULL[feed] | {name: value for name, value in secrets.items() if name in FULL[feed]}
    bad: list[Record | bytes] = [good | {"colour": marked.id_number()}, good | {marked.id_number(): 1}]
    bad += [good | {name: [marked.account() + "!"]} for name in FULL[feed]]
    bad += [
        good | {field.name: values[field.name]} for field in DEFINITIONS[feed].keys if field.name in values
    ]
    bad += [b"{" + written(good), written(marked.id_number()), b"\xff" + written(good)]
    return [good, good | {"revision": 1}, *bad]


@pytest.mark.parametrize("feed", Feed)
async def test_of_good_and_bad_records(
    database: Database, key_ring: KeyRing, owner_url: str, feed: Feed
) -> None:
    marked = MarkedValues()
    batch = marked_records(feed, marked)
    receipt = await deliver(database, key_ring, feed, *batch, idempotency_key="k")
    assert receipt.batch.counts.accepted == 2
    assert receipt.batch.counts.rejected == len(batch) - 2
    content = await dump(owner_url)
    assert str(receipt.batch.batch_id).encode() in content
    assert marked.traces_in(content) == []
    assert marked.traces_in(repr(receipt).encode()) == []


async def test_of_refused_batches(database: Database, key_ring: KeyRing, owner_url: str) -> None:
    marked = MarkedValues()
    batch = marked_records(Feed.enrollments, marked)
    with pytest.raises(BatchRejected) as rejected:
        await deliver(database, key_ring, Feed.enrollments, *batch, atomic=True)
    with pytest.raises(MalformedBody) as malformed:
        body = BytesIO(b"[" + written(batch[0]) + b" " + written(marked.id_number()) + b"]")
        await deliver(database, key_ring, Feed.enrollments, media_type=MediaType.json, body=body)
    told = [repr(refused.value.__dict__) + str(refused.value) for refused in (rejected, malformed)]
    assert marked.traces_in("".join(told).encode()) == []
    assert marked.traces_in(await dump(owner_url)) == []


def test_the_marks_would_be_found() -> None:
    marked = MarkedValues()
    record = marked_records(Feed.enrollments, marked)[0]
    assert isinstance(record, dict)
    found = marked.traces_in(written(record))
    assert record["id_number"] in found
    assert record["phone"] in found
