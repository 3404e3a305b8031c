"""Checkpoints as signed notes (C2SP signed-note and tlog-checkpoint, Ed25519): made and read. Pure."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.ledger.merkle import HASH_BYTES

ED25519 = b"\x01"
KEY_ID_BYTES = 4
DASH = "\N{EM DASH}"
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """A tree head that was published."""

    size: int
    root: bytes
    issued_at: datetime
    note: str
    """As it was signed, with the cosignatures of witnesses."""


class NoteSignature(NamedTuple):
    name: str
    key_id: bytes
    signature: bytes


class SignedTree(NamedTuple):
    """What a note says, and who says that it signed it; nothing is verified."""

    text: str
    """What the signatures sign."""
    origin: str
    size: int
    root: bytes
    signatures: Sequence[NoteSignature]


class NoteMalformed(ValueError):
    """Not a checkpoint, and why."""


def key_id(name: str, public_key: bytes, algorithm: bytes = ED25519) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + algorithm + public_key).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, public_key: bytes, algorithm: bytes = ED25519) -> str:
    """A vkey: what an outsider configures to verify."""
    encoded = base64.b64encode(algorithm + public_key).decode()
    return f"{name}+{key_id(name, public_key, algorithm).hex()}+{encoded}"


def signed_note(origin: str, size: int, root: bytes, keys: Iterable[Ed25519PrivateKey]) -> str:
    """The checkpoint with a signature of each key; the origin is the name of all of them."""
    text = checkpoint_text(origin, size, root)
    return text + "\n" + "".join(_signature_line(origin, text, key) for key in keys)


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def _signature_line(name: str, text: str, key: Ed25519PrivateKey) -> str:
    found = key_id(name, key.public_key().public_bytes_raw())
    return signature_line(NoteSignature(name, found, key.sign(text.encode())))


def signature_line(signature: NoteSignature) -> str:
    encoded = base64.b64encode(signature.key_id + signature.signature).decode()
    return f"{DASH} {signature.name} {encoded}\n"


def read_note(note: str) -> SignedTree:
    """Raises `NoteMalformed`."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteMalformed("It has no signatures.")
    match text.split("\n"):
        case [origin, size, root] if origin and _DECIMAL.fullmatch(size):
            signatures = [_signature(line) for line in lines[:-1].split("\n")]
            return SignedTree(text + "\n", origin, int(size), _decoded(root, HASH_BYTES), signatures)
    raise NoteMalformed("It is not an origin, a size and a root.")


def _signature(line: str) -> NoteSignature:
    match line.split(" "):
        case [dash, name, encoded] if dash == DASH and name:
            decoded = _decoded(encoded)
            return NoteSignature(name, decoded[:KEY_ID_BYTES], decoded[KEY_ID_BYTES:])
    raise NoteMalformed("A line is not a signature.")


def _decoded(encoded: str, length: int | None = None) -> bytes:
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise NoteMalformed("A line is not base64.") from None
    if length is not None and len(decoded) != length:
        raise NoteMalformed("A root has 32 bytes.")
    return decoded


def signers(signed: SignedTree, public_keys: Mapping[bytes, bytes]) -> set[bytes]:
    """Ids of the log's keys that have signed it. `public_keys`: by key id; what is no key signs nothing."""
    found = set()
    for each in signed.signatures:
        public_key = public_keys.get(each.key_id)
        if each.name == signed.origin and public_key is not None:
            try:
                Ed25519PublicKey.from_public_bytes(public_key).verify(each.signature, signed.text.encode())
            except (InvalidSignature, ValueError):
                continue
            found.add(each.key_id)
    return found
