"""The batch's own bytes as they are kept: compressed and sealed for that batch alone."""

import zstandard

from app.core.ids import BatchId
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing

LEVEL = 3
TABLE = "batch_archives"


def seal_body(key_ring: KeyRing, batch_id: BatchId, body: bytes) -> bytes:
    return key_ring.seal(zstandard.compress(body, LEVEL), row_context(TABLE, "body_sealed", batch_id))


def open_body(key_ring: KeyRing, batch_id: BatchId, sealed: bytes) -> bytes:
    return zstandard.decompress(key_ring.open(sealed, row_context(TABLE, "body_sealed", batch_id)))


def seal_secret(key_ring: KeyRing, batch_id: BatchId, secret: bytes) -> bytes:
    return key_ring.seal(secret, row_context(TABLE, "secret_sealed", batch_id))


def open_secret(key_ring: KeyRing, batch_id: BatchId, sealed: bytes) -> bytes:
    return key_ring.open(sealed, row_context(TABLE, "secret_sealed", batch_id))
