"""Salted leaves: the hash of a record, a decision or an access, which nobody can guess without its salt."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from types import MappingProxyType

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

from app.core.vocabulary import RecordOutcome

LEAF_PREFIX = b"\x00"
SECRET_BYTES = 32
SALT_BYTES = 16
ONE_BYTE = [bytes((value,)) for value in range(256)]

OUTCOME_BYTES: Mapping[RecordOutcome, int] = MappingProxyType(
    {
        RecordOutcome.accepted: 1,
        RecordOutcome.unchanged: 2,
        RecordOutcome.stale: 3,
        RecordOutcome.rejected: 4,
    }
)


def record_leaves(secret: bytes, records: Sequence[bytes], outcomes: bytes) -> list[bytes]:
    """One leaf a record, in line order. `records` are the bytes as received, `outcomes` one byte each."""
    if outcomes.translate(None, bytes(OUTCOME_BYTES.values())):
        raise ValueError("An outcome is one of the bytes 1 to 4.")
    prefixes, salted = repeat(LEAF_PREFIX, len(records)), salts(secret, len(records))
    parts = zip(prefixes, salted, map(ONE_BYTE.__getitem__, outcomes), records, strict=True)
    return [leaf.digest() for leaf in map(hashlib.sha256, map(b"".join, parts))]


def document_leaves(secret: bytes, documents: Sequence[bytes]) -> list[bytes]:
    """One leaf a document, of a decision in the order of the run, of access in the order of the entry ids."""
    return [
        hashlib.sha256(LEAF_PREFIX + salt + document).digest()
        for salt, document in zip(salts(secret, len(documents)), documents, strict=True)
    ]


def salts(secret: bytes, count: int) -> Iterable[bytes]:
    """16 bytes a leaf of the AES-256-CTR key stream under `secret`, from a zero counter block."""
    if len(secret) != SECRET_BYTES:
        raise ValueError("A secret has 32 bytes.")
    encryptor = Cipher(AES256(secret), CTR(bytes(16))).encryptor()
    stream = encryptor.update(bytes(SALT_BYTES * count))
    return (stream[start : start + SALT_BYTES] for start in range(0, len(stream), SALT_BYTES))
