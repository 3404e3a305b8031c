"""A passkey authenticator of software: ES256, none attestation. As honest as it is told to be."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, WITH_CREDENTIAL = 0x01, 0x04, 0x40
ES256, EC2, P256 = -7, 2, 1


@dataclass
class Authenticator:
    """`count` goes on by itself; one that stays 0 has no counter."""

    origin: str = "https://supervise.test"
    rp_id: str = "supervise.test"
    verifies_its_user: bool = True
    count: int = 0
    has_counter: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        credential = (
            bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + self._cose()
        )
        attestation = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._data(WITH_CREDENTIAL) + credential,
        }
        response = {
            "clientDataJSON": bytes_to_base64url(self._client_data("webauthn.create", options["challenge"])),
            "attestationObject": bytes_to_base64url(encode_cbor(attestation)),
        }
        return self._answer(response)

    def authenticate(self, options: dict[str, Any]) -> dict[str, Any]:
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._data()
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": bytes_to_base64url(client_data),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
            "userHandle": None,
        }
        return self._answer(response)

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies_its_user else 0)
        self.count += 1 if self.has_counter else 0
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _cose(self) -> bytes:
        point = self.key.public_key().public_numbers()
        key = {1: EC2, 3: ES256, -1: P256, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        return encode_cbor(key)
