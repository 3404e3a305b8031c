"""A caller's private key: it signs a short assertion for each token that is asked for (RFC 7523)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from uuid import uuid4

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from app.client.errors import UnusablePrivateKey
from app.core import clock

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME_S = 60
ISSUER = "supervise"
"""What a server calls itself unless its operator says otherwise (SUPERVISE_ISSUER)."""


class PrivateKey:
    """Of Ed25519 (signs with EdDSA) or P-256 (ES256). `kid`: as it was registered; else its thumbprint."""

    def __init__(self, key: Ed25519PrivateKey | EllipticCurvePrivateKey, *, kid: str | None = None) -> None:
        is_p256 = isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
        if not isinstance(key, Ed25519PrivateKey) and not is_p256:
            raise UnusablePrivateKey
        self._key = key
        self._algorithm = "ES256" if is_p256 else "EdDSA"
        self.kid = kid or self._thumbprint()

    @classmethod
    def load(cls, path: Path, *, kid: str | None = None, password: bytes | None = None) -> Self:
        """From a PEM file, as `openssl genpkey -algorithm ed25519` writes it."""
        try:
            key = load_pem_private_key(path.read_bytes(), password)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise UnusablePrivateKey from None
        if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
            raise UnusablePrivateKey
        return cls(key, kid=kid)

    @property
    def public_pem(self) -> str:
        """What is registered with the server."""
        public_key = self._key.public_key()
        return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def assertion(self, client_id: str, issuer: str) -> str:
        """Good for one token, within a minute."""
        now = int(clock.now().timestamp())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": issuer,
            "iat": now,
            "exp": now + LIFETIME_S,
            "jti": str(uuid4()),
        }
        headers = {"kid": self.kid, "typ": "client-authentication+jwt"}
        return jwt.encode(claims, self._key, algorithm=self._algorithm, headers=headers)

    def _thumbprint(self) -> str:
        """RFC 7638."""
        members = json.dumps(self._members(), sort_keys=True, separators=(",", ":"))
        return _base64url(hashlib.sha256(members.encode()).digest())

    def _members(self) -> Mapping[str, str]:
        if isinstance(self._key, Ed25519PrivateKey):
            x = _base64url(self._key.public_key().public_bytes_raw())
            return {"crv": "Ed25519", "kty": "OKP", "x": x}
        numbers = self._key.public_key().public_numbers()
        x, y = (_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
