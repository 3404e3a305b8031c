"""What docs/ledger-format.md says of keys and checkpoints: by its words first, then by the code."""

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.ledger import merkle
from app.ledger.checkpoint import signed_note, verifier_key
from app.ledger.envelope import key_envelope
from tests.ledger.vectors import VECTORS, decoded, sha256, sorted_json, text


class TestTheCheckpoint:
    name = "supervise.example/ledger"

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(decoded("key-seed")[0])

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def test_the_envelope_of_the_key_names_it(self) -> None:
        said = json.loads(text("key-envelope"))
        assert sorted_json(said) == text("key-envelope")
        assert said["public_key"] == self.public_key.hex()
        material = self.name.encode() + b"\n\x01" + self.public_key
        assert said["key_id"] == sha256(material)[:4].hex()
        envelope = key_envelope(
            record_id=UUID(said["record_id"]),
            act=said["act"],
            key_name=self.name,
            key_id=said["key_id"],
            public_key=self.public_key,
            recorded_at=datetime(2026, 4, 2, 2, 1, 0, 7, tzinfo=UTC),
        )
        assert envelope == text("key-envelope")

    def test_the_root_joins_three_entries(self) -> None:
        first, second, third = (decoded(f"{kind}-leaf-hash")[0] for kind in ("batch", "assessment", "key"))
        joined = sha256(b"\x01" + sha256(b"\x01" + first + second) + third)
        assert decoded("log-root") == [joined] == [merkle.root([first, second, third])]

    def test_the_note_is_signed_by_the_key(self) -> None:
        *lines, blank, line = VECTORS["checkpoint"]
        assert lines == [self.name.encode(), b"3", b64encode(decoded("log-root")[0])]
        assert blank == b""
        dash, name, encoded = line.split(b" ")
        assert (dash.decode(), name.decode()) == ("\N{EM DASH}", self.name)
        key_id, signature = b64decode(encoded)[:4], b64decode(encoded)[4:]
        assert signature == self.key.sign(b"\n".join(lines) + b"\n")
        vkey = f"{self.name}+{key_id.hex()}+{b64encode(bytes([1]) + self.public_key).decode()}"
        assert vkey.encode() == text("verifier-key")

    def test_the_code_writes_the_same(self) -> None:
        note = signed_note(self.name, 3, decoded("log-root")[0], [self.key])
        assert note.encode() == b"\n".join(VECTORS["checkpoint"]) + b"\n"
        assert verifier_key(self.name, self.public_key).encode() == text("verifier-key")
