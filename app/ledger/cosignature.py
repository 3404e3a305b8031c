"""What a witness signs (C2SP tlog-cosignature): at this time that was the newest tree it had seen of the log.

Ed25519 (type 0x04). Pure: no rows, no clock; who is asked for cosignatures stands in `witnesses.py`.
"""

import base64
import binascii
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.clock import EPOCH
from app.ledger.checkpoint import NoteMalformed, key_id, read_note, signature_line, verifier_key

TYPE = b"\x04"
KEY_BYTES, TIME_BYTES, SIGNATURE_BYTES = 32, 8, 64
LATEST_S = 253_402_300_799
"""The last second of the year 9999: no later one is an instant here."""


class NotACosignature(ValueError):
    """Why what a witness sent is none of its key on this checkpoint."""


class NotAWitnessKey(ValueError):
    """Why a text is no vkey of a witness."""


class Cosignature(NamedTuple):
    line: str
    """As it stands in a note, with its line end."""
    cosigned_at: datetime
    """By the clock of the witness."""


class Signed(NamedTuple):
    """A line of a note: whose it is, by what it says. Nothing is verified here."""

    name: str
    key_id: str
    cosigned_at: datetime | None
    """None: it has no time, as those of the log."""


def signatures_of(note: str) -> list[Signed]:
    """In their order; raises `NoteMalformed`."""
    return [
        Signed(each.name, each.key_id.hex(), _time_of(each.signature)) for each in read_note(note).signatures
    ]


def _time_of(signature: bytes) -> datetime | None:
    if len(signature) != TIME_BYTES + SIGNATURE_BYTES:
        return None
    seconds = int.from_bytes(signature[:TIME_BYTES])
    return EPOCH + timedelta(seconds=seconds) if seconds <= LATEST_S else None


class WitnessKey(NamedTuple):
    name: str
    public_key: bytes

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """`name+hex(key id)+base64(0x04 ‖ public key)`; anything else raises `NotAWitnessKey`."""
        name, _, rest = vkey.partition("+")
        try:
            material = base64.b64decode(rest.partition("+")[2], validate=True)
        except (binascii.Error, ValueError):
            raise NotAWitnessKey(vkey) from None
        key = cls(name, material[len(TYPE) :])
        has_a_name = name != "" and not any(each.isspace() for each in name)
        if not has_a_name or len(key.public_key) != KEY_BYTES or key.vkey != vkey:
            raise NotAWitnessKey(vkey)
        return key

    @property
    def vkey(self) -> str:
        return verifier_key(self.name, self.public_key, TYPE)

    def cosignature(self, text: str, lines: str) -> Cosignature:
        """The one of this key among signature lines, verified; `text`: the checkpoint's, with its line end.

        Lines of other keys are passed over. None of this key, or one that does not verify, raises
        `NotACosignature`.
        """
        try:
            signatures = read_note(f"{text}\n{lines}").signatures
        except NoteMalformed as malformed:
            raise NotACosignature(str(malformed)) from None
        own_id = key_id(self.name, self.public_key, TYPE)
        for each in signatures:
            if (each.name, each.key_id) == (self.name, own_id):
                return Cosignature(signature_line(each), self._verified(text, each.signature))
        raise NotACosignature("No line is of this witness's key.")

    def _verified(self, text: str, timestamped: bytes) -> datetime:
        if len(timestamped) != TIME_BYTES + SIGNATURE_BYTES:
            raise NotACosignature("Its length is not that of a time and an Ed25519 signature.")
        seconds, signature = int.from_bytes(timestamped[:TIME_BYTES]), timestamped[TIME_BYTES:]
        if seconds > LATEST_S:
            raise NotACosignature("Its time is none.")
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, signed_bytes(text, seconds))
        except InvalidSignature:
            raise NotACosignature("It does not verify.") from None
        return EPOCH + timedelta(seconds=seconds)


def signed_bytes(text: str, seconds: int) -> bytes:
    """What the witness signs about a checkpoint with this text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
