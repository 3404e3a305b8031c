"""Batches and runs opened again: each leaf with its salt, and the tree they hash to."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from app.eligibility.decide import secret_context
from app.evidence.errors import ArchiveAltered
from app.evidence.schemas import Decided, Run, SealedBatch
from app.ingest.archive import open_body, open_secret
from app.ingest.decode import split
from app.ledger.leaves import document_leaves, record_leaves, salts
from app.ledger.merkle import Levels
from app.privacy.keyring import KeyRing


class Opened(NamedTuple):
    """The contents of a tree's leaves in their order."""

    contents: Sequence[bytes]
    salts: Sequence[bytes]
    levels: Levels
    outcomes: bytes = b""
    """One byte a leaf, of a batch."""
    lines: Sequence[int] = ()
    """Likewise, as the receipt counts them."""


def open_batch(key_ring: KeyRing, batch: SealedBatch, envelope: bytes) -> Opened:
    """Raises `ArchiveAltered` where the bytes do not hash to what the envelope names."""
    found = split(open_body(key_ring, batch.batch_id, batch.body_sealed), batch.media_type)
    secret = open_secret(key_ring, batch.batch_id, batch.secret_sealed)
    if len(found.records) != len(batch.outcomes):
        raise ArchiveAltered(f"batch {batch.batch_id}")
    levels = Levels(record_leaves(secret, found.records, batch.outcomes))
    if levels.root != records_root(envelope):
        raise ArchiveAltered(f"batch {batch.batch_id}")
    salted = list(salts(secret, len(found.records)))
    return Opened(found.records, salted, levels, batch.outcomes, found.lines)


def open_run(key_ring: KeyRing, run: Run, decided: Sequence[Decided], envelope: bytes) -> Opened:
    """Likewise."""
    documents = [each.document for each in decided]
    secret = key_ring.open(run.secret_sealed, secret_context(run.run_id))
    levels = Levels(document_leaves(secret, documents))
    if levels.root != decisions_root(envelope):
        raise ArchiveAltered(f"run {run.run_id}")
    return Opened(documents, list(salts(secret, len(documents))), levels)


def records_root(envelope: bytes) -> bytes:
    return bytes.fromhex(msgspec.json.decode(envelope)["records_root"])


def decisions_root(envelope: bytes) -> bytes:
    return bytes.fromhex(msgspec.json.decode(envelope)["decisions"]["root"])


def told_leaves(opened: Opened, chosen: Sequence[int]) -> Iterator[bytes]:
    """A line of JSON each, as bundles hold them: without paths where all leaves are told."""
    is_whole = len(chosen) == len(opened.contents)
    for position in chosen:
        told = _told(opened, position)
        if not is_whole:
            told["path"] = [node.hex() for node in opened.levels.path(position)]
        yield msgspec.json.encode(told) + b"\n"


def _told(opened: Opened, position: int) -> dict[str, object]:
    content, told = opened.contents[position], {"n": position, "salt": opened.salts[position].hex()}
    if not opened.outcomes:
        return {**told, "document": content.decode()}
    return {**told, "outcome": opened.outcomes[position], **told_record(content)}


def told_record(record: bytes) -> dict[str, object]:
    """As received: its text where it is UTF-8, else in base64."""
    try:
        return {"record_utf8": record.decode()}
    except UnicodeDecodeError:
        return {"record_base64": record}
