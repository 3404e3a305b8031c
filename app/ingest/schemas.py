"""Values that ingest takes and hands out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, BinaryIO, NamedTuple

from app.core.errors import FieldError
from app.core.ids import BatchId, ClientId, Credential, PlatformCode
from app.core.vocabulary import BatchState, Feed
from app.ledger.envelope import Counts

__all__ = [
    "BatchFilter",
    "BatchSummary",
    "Cause",
    "Causes",
    "Counts",
    "Delivery",
    "MediaType",
    "ProgrammeExists",
    "Receipt",
    "Rejection",
    "StoredRecord",
]


class MediaType(StrEnum):
    ndjson = "application/x-ndjson"
    """One record a line."""
    json = "application/json"
    """An array of records."""


ProgrammeExists = Callable[[str, date], bool]
"""Whether a programme has a version in force on the day a class group starts."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request to take a batch in, as the door understood it."""

    platform: PlatformCode
    client_id: ClientId
    credential: Credential
    """What the client got its token with."""
    feed: Feed
    media_type: MediaType
    body: BinaryIO = field(repr=False)
    """Decoded (neither gzip nor zstd), at its start. Read only when its turn comes."""
    received_at: datetime
    atomic: bool = False
    idempotency_key: str | None = None
    records_a_day: int | None = None
    """The client's quota; None: it has none."""
    query: str = ""
    """The query string; with the body it is what a repeated key must agree in."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one record was not taken in."""

    line: int
    """Physical line (NDJSON) or position in the array, from 1."""
    record_key: Mapping[str, str | int]
    """The key fields that could be read."""
    errors: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch as lists show it."""

    batch_id: BatchId
    platform: PlatformCode
    feed: Feed
    received_at: datetime
    counts: Counts
    leaf_hash: bytes
    ledger_index: int | None
    """Null until the sequencer has been there."""
    state: BatchState


class BatchFilter(NamedTuple):
    """What narrows a list of batches; None: not narrowed in this respect."""

    platform: PlatformCode | None = None
    feed: Feed | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    only_rejected: bool = False
    """Those with a record rejected."""


class Cause(NamedTuple):
    """What is wrong with records of a feed in one place, and the newest of them as an example."""

    feed: Feed
    error: FieldError
    records: int
    batch_id: BatchId
    line: int
    record_key: Mapping[str, str | int]


class Causes(NamedTuple):
    batches: int
    """That were looked at: the newest with a record rejected."""
    items: Sequence[Cause]
    """The most frequent first."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch; everything it says is durable."""

    batch: BatchSummary
    rejections: Sequence[Rejection]
    """The first hundred."""
    is_replay: bool = False
    """The answer to a repeated Idempotency-Key."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """What stands of a record, ID number, phone and account masked; of a tombstone only the key."""

    feed: Feed
    revision: int
    deleted: bool
    fields: Mapping[str, Any]
    """JSON values, instants, days and Decimals by field name."""
    batch_id: BatchId
    line: int
