"""Cuts a stream of records into batches that the server takes, and packs each for the wire."""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec
import zstandard

from app.client.errors import RecordTooLarge

BATCH_RECORDS = 5_000
BATCH_BYTES = 16 * 1024 * 1024 - 1

Packing = Literal["zstd", "gzip", "identity"]
Record = Mapping[str, object] | bytes
"""A record, or its JSON exactly as it is to be sent (without a line end)."""

_encoder = msgspec.json.Encoder(decimal_format="number")


class Batch(NamedTuple):
    """Records in the order of their lines: line 1 is `records[0]`."""

    records: tuple[bytes, ...]

    @property
    def body(self) -> bytes:
        return b"\n".join(self.records)


def encode(record: Record) -> bytes:
    """JSON on one line. Bytes pass untouched, so that the ledger attests what the caller holds."""
    return record if isinstance(record, bytes) else _encoder.encode(record)


def cut(
    records: Iterable[Record], *, most_records: int = BATCH_RECORDS, most_bytes: int = BATCH_BYTES
) -> Iterator[Batch]:
    """Batches in the order of the records, as large as allowed; holds one batch in memory at a time."""
    lines: list[bytes] = []
    size = 0
    for record in records:
        line = encode(record)
        if len(line) > most_bytes:
            raise RecordTooLarge(len(line), most_bytes)
        if lines and (len(lines) == most_records or size + len(line) + 1 > most_bytes):
            yield Batch(tuple(lines))
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield Batch(tuple(lines))


def pack(body: bytes, packing: Packing) -> tuple[bytes, dict[str, str]]:
    """The body for the wire and the header that says how it is packed."""
    match packing:
        case "zstd":
            return zstandard.ZstdCompressor().compress(body), {"Content-Encoding": "zstd"}
        case "gzip":
            return gzip.compress(body, compresslevel=6, mtime=0), {"Content-Encoding": "gzip"}
        case "identity":
            return body, {}
