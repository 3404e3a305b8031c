"""All that can be done with a batch before the database is asked: pure work for a thread of its own."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.core.ids import BatchId, new_uuid
from app.ingest import archive
from app.ingest.checks import Checked, check
from app.ingest.content import content_hashes
from app.ingest.decode import Records, split
from app.ingest.definition import REVISION, Circumstances, FeedDefinition
from app.ingest.feeds import DEFINITIONS
from app.ingest.merge import Key
from app.ingest.schemas import Delivery, ProgrammeExists
from app.ledger.leaves import SECRET_BYTES
from app.privacy.keyring import KeyRing

LEEWAY = timedelta(minutes=10)
"""How far a platform's clock may be ahead."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch whose records are checked, not yet merged."""

    batch_id: BatchId
    delivery: Delivery
    definition: FeedDefinition
    batch: Records
    checked: Checked
    keys: Sequence[Key]
    """Of each good record."""
    revisions: Sequence[int]
    content_hashes: Sequence[bytes]
    secret: bytes
    """Salts the record leaves."""
    body_sealed: bytes
    fingerprint: bytes
    """Of query and decoded body: what a repeated Idempotency-Key must agree in. Empty where there is none."""


def prepare(delivery: Delivery, key_ring: KeyRing, programme_exists: ProgrammeExists) -> Prepared:
    body = delivery.body.read()
    batch_id = BatchId(new_uuid(delivery.received_at))
    return replace(
        _read(delivery, body, batch_id, key_ring, programme_exists),
        secret=secrets.token_bytes(SECRET_BYTES),
        body_sealed=archive.seal_body(key_ring, batch_id, body),
        fingerprint=fingerprint(key_ring, delivery, body),
    )


def prepare_again(
    delivery: Delivery, batch_id: BatchId, key_ring: KeyRing, programme_exists: ProgrammeExists
) -> Prepared:
    """A batch that is stored, as of the moment it was received: to read its records, not to store it."""
    return _read(delivery, delivery.body.read(), batch_id, key_ring, programme_exists)


def _read(
    delivery: Delivery,
    body: bytes,
    batch_id: BatchId,
    key_ring: KeyRing,
    programme_exists: ProgrammeExists,
) -> Prepared:
    definition = DEFINITIONS[delivery.feed]
    batch = split(body, delivery.media_type)
    circumstances = Circumstances(
        delivery.received_at, delivery.received_at + LEEWAY, programme_exists=programme_exists
    )
    checked = check(definition, batch.records, circumstances)
    return Prepared(
        batch_id=batch_id,
        delivery=delivery,
        definition=definition,
        batch=batch,
        checked=checked,
        keys=_keys(definition, checked),
        revisions=checked.columns[definition.names.index(REVISION.name)],
        content_hashes=content_hashes(definition, delivery.platform, checked.columns, key_ring),
        secret=b"",
        body_sealed=b"",
        fingerprint=b"",
    )


def fingerprint(key_ring: KeyRing, delivery: Delivery, body: bytes) -> bytes:
    """Keyed: a batch of one record must not be guessable from it."""
    if delivery.idempotency_key is None:
        return b""
    asked = delivery.query.encode()
    return key_ring.content_hash(len(asked).to_bytes(8, "big") + asked + body)


def _keys(definition: FeedDefinition, checked: Checked) -> list[Key]:
    names = [field.name for field in definition.keys]
    return list(zip(*(checked.columns[position] for position in definition.positions(names)), strict=True))
