"""The key ring: seals personal data and gives it keyed hashes. keyring_file.py keeps its keys."""

import hashlib
import hmac
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.privacy import keyring_file
from app.privacy.errors import KeyRingBroken, KeyRingExposed, SealBroken, SealingKeyMissing
from app.privacy.keyring_file import KEY_ID_BYTES, Keys, Stamp

VERSION = b"\x01"
NONCE_BYTES = 12
NONCE_AT = len(VERSION) + KEY_ID_BYTES
CIPHERTEXT_AT = NONCE_AT + NONCE_BYTES
CONTENT_HASH_BYTES = 16
LOOK_EVERY_S = 1.0
"""How long a program may go on sealing with what was the newest key."""

log = structlog.get_logger()


class _Sealing(NamedTuple):
    """What changes when the ring is rotated; replaced as a whole, so that threads see one or the other."""

    header: bytes
    ciphers: Mapping[bytes, AESGCM]

    @classmethod
    def of(cls, keys: Keys) -> Self:
        ciphers = {header_of(key.key_id): AESGCM(key.secret) for key in keys.sealing}
        return cls(list(ciphers)[-1], ciphers)


def header_of(key_id: str) -> bytes:
    """How a value begins that was sealed with this key."""
    return VERSION + bytes.fromhex(key_id)


class KeyRing:
    """Seals with its newest key and opens with all of them.

    A sealed value is version (1 byte), key id (4), nonce (12), ciphertext and tag (16). Version, key id and
    context are authenticated: what was sealed for one place does not open in another. A ring of a file looks
    at the file again within a second of sealing, and at once when a value names a key that it does not know:
    a rotation needs no restart.
    """

    __slots__ = ("_content_secret", "_file", "_look_at_s", "_person_secret", "_sealing", "_stamp")

    def __init__(self, keys: Keys, file: Path | None = None, stamp: Stamp | None = None) -> None:
        self._sealing = _Sealing.of(keys)
        self._person_secret, self._content_secret = keys.person_secret, keys.content_secret
        self._file, self._stamp = file, stamp
        self._look_at_s = time.monotonic() + LOOK_EVERY_S

    def __repr__(self) -> str:
        return f"KeyRing({self.key_ids})"

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """The ring in the file at `path`; of several programs that start at once, one makes it for all."""
        stamp = keyring_file.stamp(path)
        return cls(keyring_file.load_or_create(path), path, stamp)

    @classmethod
    def of(cls, keys: Keys) -> Self:
        return cls(keys)

    @property
    def header(self) -> bytes:
        """Version and id of the newest key."""
        return self._current().header

    @property
    def key_ids(self) -> list[str]:
        """The newest last."""
        return [header[len(VERSION) :].hex() for header in self._current().ciphers]

    def knows(self, header: bytes) -> bool:
        """Whether it has the key of what begins so; the file is looked at before this is denied."""
        if header not in self._sealing.ciphers:
            self._look()
        return header in self._sealing.ciphers

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt for one place: a table and column, or a batch. Two seals of one plaintext differ."""
        (sealed,) = self.seal_each((plaintext,), context)
        return sealed

    def seal_each(self, plaintexts: Sequence[bytes], context: str) -> list[bytes]:
        """All for one place: each as `seal` would, the nonces drawn together."""
        header, ciphers = self._current()
        encrypt, associated = ciphers[header].encrypt, header + context.encode()
        drawn = os.urandom(NONCE_BYTES * len(plaintexts))
        nonces = (drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES))
        return [
            header + nonce + encrypt(nonce, plaintext, associated)
            for nonce, plaintext in zip(nonces, plaintexts, strict=True)
        ]

    def open(self, sealed: bytes, context: str) -> bytes:
        header, nonce = sealed[:NONCE_AT], sealed[NONCE_AT:CIPHERTEXT_AT]
        if header[:1] != VERSION or len(nonce) < NONCE_BYTES:
            raise SealBroken(context)
        cipher = self._sealing.ciphers.get(header)
        if cipher is None:
            self._look()
            cipher = self._sealing.ciphers.get(header)
        if cipher is None:
            raise SealingKeyMissing(header[1:].hex())
        try:
            return cipher.decrypt(nonce, sealed[CIPHERTEXT_AT:], header + context.encode())
        except InvalidTag:
            raise SealBroken(context) from None

    def person_key(self, id_number: str) -> bytes:
        """One human being across platforms and enterprises; says nothing to who has no ring."""
        return hmac.digest(self._person_secret, id_number.upper().encode(), "sha256")

    def content_hash(self, normalised: bytes) -> bytes:
        """Tells whether two records say the same, without keeping what they say."""
        return hashlib.blake2b(normalised, key=self._content_secret, digest_size=CONTENT_HASH_BYTES).digest()

    def _current(self) -> _Sealing:
        if time.monotonic() >= self._look_at_s:
            self._look()
        return self._sealing

    def _look(self) -> None:
        """Takes over what the file holds now. Where that cannot be used, what is known goes on being used."""
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        if self._file is None:
            return
        stamp = keyring_file.stamp(self._file)
        if stamp in (None, self._stamp):
            return
        try:
            keys = keyring_file.load(self._file)
        except (OSError, KeyRingBroken, KeyRingExposed) as failure:
            log.warning("the key ring cannot be read again", failure=type(failure).__name__)
            return
        if (keys.person_secret, keys.content_secret) != (self._person_secret, self._content_secret):
            log.warning("the key ring was replaced by that of another database")
            return
        self._sealing, self._stamp = _Sealing.of(keys), stamp
        log.info("the key ring was rotated", newest=keys.sealing[-1].key_id, keys=len(keys.sealing))
