"""What a witness signs (C2SP tlog-cosignature): at this time that was the newest tree it had seen of the log.

Ed25519 (type 0x04). Pure: no rows, no clock; who is asked for cosignatures stands in `witnesses.py`.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.clock import EPOCH

TYPE = b"\x04"
KEY_BYTES, KEY_ID_BYTES, TIME_BYTES, SIGNATURE_BYTES = 32, 4, 8, 64
LATEST_S = 253_402_300_799
"""The last second of the year 9999: no later one is an instant here."""
LINE_BEGINS = "— "


class NotACosignature(ValueError):
    """Why what a witness sent is none of its key on this checkpoint."""


class NotAWitnessKey(ValueError):
    """Why a text is no vkey of a witness."""


class Cosignature(NamedTuple):
    line: str
    """As it stands in a note, with its line end."""
    cosigned_at: datetime
    """By the clock of the witness."""


class WitnessKey(NamedTuple):
    name: str
    key_id: bytes
    public_key: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """`name+hex(key id)+base64(0x04 ‖ public key)`; anything else raises `NotAWitnessKey`."""
        name, _, rest = vkey.partition("+")
        hexadecimal, _, encoded = rest.partition("+")
        material = _decoded(encoded)
        if not name or any(each.isspace() for each in vkey) or material is None:
            raise NotAWitnessKey(vkey)
        key = cls(name, key_id_of(name, material[1:]), material[1:])
        if material[:1] != TYPE or len(key.public_key) != KEY_BYTES or hexadecimal != key.key_id.hex():
            raise NotAWitnessKey(vkey)
        return key

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(TYPE + self.public_key).decode()}"

    def cosignature(self, text: str, lines: str) -> Cosignature:
        """The one of this key among signature lines, verified; `text`: the checkpoint's, up to its line end.

        Lines of other keys are passed over. None of this key, or one that does not verify, raises
        `NotACosignature`.
        """
        for line, name, material in _signatures(lines):
            if name == self.name and material[:KEY_ID_BYTES] == self.key_id:
                return Cosignature(line, self._verified(text, material[KEY_ID_BYTES:]))
        raise NotACosignature("no line of this witness's key")

    def _verified(self, text: str, timestamped: bytes) -> datetime:
        if len(timestamped) != TIME_BYTES + SIGNATURE_BYTES:
            raise NotACosignature("its length is not that of a timestamped Ed25519 signature")
        seconds, signature = int.from_bytes(timestamped[:TIME_BYTES]), timestamped[TIME_BYTES:]
        if seconds > LATEST_S:
            raise NotACosignature("its time is none")
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, signed_bytes(text, seconds))
        except InvalidSignature:
            raise NotACosignature("it does not verify") from None
        return EPOCH + timedelta(seconds=seconds)


def signed_bytes(text: str, seconds: int) -> bytes:
    """What the witness signs about a checkpoint with this text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def key_id_of(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + TYPE + public_key).digest()[:KEY_ID_BYTES]


def _signatures(lines: str) -> Iterator[tuple[str, str, bytes]]:
    """Line with its end, key name, and what stands behind it. What is no signature line is passed over."""
    for line in lines.split("\n"):
        name, _, encoded = line.removeprefix(LINE_BEGINS).partition(" ")
        material = _decoded(encoded)
        if line.startswith(LINE_BEGINS) and name and material:
            yield f"{line}\n", name, material


def _decoded(encoded: str) -> bytes | None:
    """Of base64 in its one spelling."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == encoded else None
