"""Cosignatures of witnesses: a real one of a public witness is read and verified, and nothing beside it."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.ledger.checkpoint import NoteSignature, key_id, signature_line, verifier_key
from app.ledger.cosignature import TYPE, NotACosignature, NotAWitnessKey, WitnessKey, signed_bytes

# A checkpoint of a public log (Certificate Transparency), as public witnesses have cosigned it.
TEXT = "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n"
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
ITS_LINE = (
    "— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5"
    "XeU/zZ0WBxtqB0DrAWfBw==\n"
)
OTHERS = (
    "— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75Md"
    "hL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFuc"
    "gKi7lI7cUiOvKFYe/TmN9DAg==\n"
)


def cosigned(key: Ed25519PrivateKey, name: str, text: str, seconds: int) -> str:
    own_id = key_id(name, key.public_key().public_bytes_raw(), TYPE)
    timestamped = seconds.to_bytes(8) + key.sign(signed_bytes(text, seconds))
    return signature_line(NoteSignature(name, own_id, timestamped))


class TestACosignature:
    def test_of_a_public_witness_verifies(self) -> None:
        found = WitnessKey.parse(REMORA).cosignature(TEXT, OTHERS + ITS_LINE)
        assert found.line == ITS_LINE
        assert found.cosigned_at == datetime(2026, 5, 23, 21, 50, 24, tzinfo=UTC)

    def test_on_another_tree_does_not(self) -> None:
        for wrong in (TEXT.replace("1432088532", "1432088533"), TEXT.replace("U7WM", "U7WN"), "x" + TEXT):
            with pytest.raises(NotACosignature, match="not verify"):
                WitnessKey.parse(REMORA).cosignature(wrong, ITS_LINE)

    def test_of_others_is_none_of_this_witness(self) -> None:
        with pytest.raises(NotACosignature, match="No line"):
            WitnessKey.parse(REMORA).cosignature(TEXT, OTHERS)

    @pytest.mark.parametrize(
        "line",
        [
            ITS_LINE.replace("— ", "- "),
            ITS_LINE.replace("remora", "Remora"),
            ITS_LINE.replace("2net5w", "3net5w"),
            ITS_LINE.replace("Bw==", "Bw="),
            ITS_LINE.replace("AWfBw==", ""),
            "",
            "\n\n",
        ],
    )
    def test_that_is_spelt_otherwise_is_none(self, line: str) -> None:
        with pytest.raises(NotACosignature):
            WitnessKey.parse(REMORA).cosignature(TEXT, line)

    def test_says_its_time_under_the_signature(self) -> None:
        key = Ed25519PrivateKey.generate()
        witness = WitnessKey.parse(vkey_of(key, "audit.example/w"))
        line = cosigned(key, "audit.example/w", TEXT, 1_780_000_000)
        assert witness.cosignature(TEXT, line).cosigned_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
        material = bytearray(base64.b64decode(line.rsplit(" ", 1)[1]))
        material[11] ^= 1
        with pytest.raises(NotACosignature, match="not verify"):
            witness.cosignature(TEXT, f"— audit.example/w {base64.b64encode(material).decode()}\n")

    def test_of_no_time_that_there_is_is_refused(self) -> None:
        key = Ed25519PrivateKey.generate()
        with pytest.raises(NotACosignature, match="time is none"):
            WitnessKey.parse(vkey_of(key, "w")).cosignature(TEXT, cosigned(key, "w", TEXT, 2**63))


def vkey_of(key: Ed25519PrivateKey, name: str) -> str:
    return verifier_key(name, key.public_key().public_bytes_raw(), TYPE)


class TestAVkey:
    def test_is_read_and_written_alike(self) -> None:
        assert WitnessKey.parse(REMORA).vkey == REMORA

    def test_of_a_log_or_a_damaged_one_is_refused(self) -> None:
        key = WitnessKey.parse(REMORA)
        of_a_log, short = (
            verifier_key(key.name, material, algorithm)
            for algorithm, material in ((b"\x01", key.public_key), (TYPE, key.public_key[:-1]))
        )
        for wrong in (
            of_a_log,
            short,
            REMORA.replace("da77ade7", "da77ade8"),
            REMORA.replace("remora", "witness"),
            REMORA.replace("remora", "re mora"),
            REMORA[:-1],
            REMORA.partition("+")[2],
            "",
        ):
            with pytest.raises(NotAWitnessKey):
                WitnessKey.parse(wrong)
