"""Delivers batches to ingest, and looks at what it left in the database."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from sqlalchemy import Row, text

from app.core.ids import ClientId, Credential, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database, reading
from app.ingest.feeds import DEFINITIONS
from app.ingest.schemas import Delivery, MediaType, Receipt
from app.ingest.service import accept_batch
from app.privacy.keyring import KeyRing
from tests.ingest.examples import NOW, Record, circumstances, written

PLATFORM = PlatformCode("live-a")
CLIENT = ClientId("client-a")


def ndjson(*records: Record | bytes) -> bytes:
    return b"".join((each if isinstance(each, bytes) else written(each)) + b"\n" for each in records)


def delivery(feed: Feed, *records: Record | bytes, **changes: object) -> Delivery:
    made = Delivery(
        platform=PLATFORM,
        client_id=CLIENT,
        credential=Credential("secret:1"),
        feed=feed,
        media_type=MediaType.ndjson,
        body=BytesIO(ndjson(*records)),
        received_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # whatever a test wants to be different


async def deliver(
    database: Database, key_ring: KeyRing, feed: Feed, *records: Record | bytes, **changes: object
) -> Receipt:
    return await accept_batch(
        database,
        key_ring,
        delivery(feed, *records, **changes),
        programme_exists=circumstances().programme_exists,
    )


async def rows(database: Database, statement: str, **parameters: object) -> list[Any]:
    async with reading(database) as session:
        return list((await session.execute(text(statement), parameters)).all())


async def stored(database: Database, feed: Feed) -> Sequence[Row[Any]]:
    table = DEFINITIONS[feed].table
    async with reading(database) as session:
        return (await session.execute(table.select().order_by(*table.primary_key))).all()
