"""The key ring: seals personal data and gives it keyed hashes. keyring_file.py keeps its keys."""

import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.privacy import keyring_file
from app.privacy.errors import SealBroken, SealingKeyMissing
from app.privacy.keyring_file import KEY_ID_BYTES, Keys

VERSION = b"\x01"
NONCE_BYTES = 12
NONCE_AT = len(VERSION) + KEY_ID_BYTES
CIPHERTEXT_AT = NONCE_AT + NONCE_BYTES
CONTENT_HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Seals with its newest key and opens with all of them.

    A sealed value is version (1 byte), key id (4), nonce (12), ciphertext and tag (16). Version, key id and
    context are authenticated: what was sealed for one place does not open in another.
    """

    header: bytes
    """Version and id of the newest key."""
    _ciphers: Mapping[bytes, AESGCM] = field(repr=False)
    _person_secret: bytes = field(repr=False)
    _content_secret: bytes = field(repr=False)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """The ring in the file at `path`; of several programs that start at once, one makes it for all."""
        return cls.of(keyring_file.load_or_create(path))

    @classmethod
    def of(cls, keys: Keys) -> Self:
        ciphers = {VERSION + bytes.fromhex(key.key_id): AESGCM(key.secret) for key in keys.sealing}
        return cls(list(ciphers)[-1], ciphers, keys.person_secret, keys.content_secret)

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt for one place: a table and column, or a batch. Two seals of one plaintext differ."""
        nonce = os.urandom(NONCE_BYTES)
        ciphertext = self._ciphers[self.header].encrypt(nonce, plaintext, self.header + context.encode())
        return self.header + nonce + ciphertext

    def seal_each(self, plaintexts: Sequence[bytes], context: str) -> list[bytes]:
        """All for one place: each as `seal` would, the nonces drawn together."""
        encrypt, associated = self._ciphers[self.header].encrypt, self.header + context.encode()
        drawn = os.urandom(NONCE_BYTES * len(plaintexts))
        nonces = (drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES))
        return [
            self.header + nonce + encrypt(nonce, plaintext, associated)
            for nonce, plaintext in zip(nonces, plaintexts, strict=True)
        ]

    def open(self, sealed: bytes, context: str) -> bytes:
        header, nonce = sealed[:NONCE_AT], sealed[NONCE_AT:CIPHERTEXT_AT]
        if header[:1] != VERSION or len(nonce) < NONCE_BYTES:
            raise SealBroken(context)
        cipher = self._ciphers.get(header)
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
