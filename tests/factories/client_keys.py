"""Keys that clients sign with, and assertions of every kind, right and wrong."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.accounts import client_keys
from app.accounts.client_keys import PublicKey
from app.core import clock
from app.core.ids import ClientId
from app.db.session import Database, transaction

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ISSUER = "supervise"


def _made(algorithm: str) -> Ed25519PrivateKey | EllipticCurvePrivateKey:
    return Ed25519PrivateKey.generate() if algorithm == "EdDSA" else generate_private_key(SECP256R1())


@dataclass(frozen=True)
class Pair:
    """A pair of keys under a name."""

    kid: str = "k1"
    algorithm: Literal["EdDSA", "ES256"] = "EdDSA"
    private: Ed25519PrivateKey | EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "private", _made(self.algorithm))

    @property
    def pem(self) -> str:
        public_key = self.private.public_key()
        return public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, claims: dict[str, Any], **headers: Any) -> str:  # noqa: ANN401 (right and wrong ones)
        return jwt.encode(claims, self.private, self.algorithm, {"kid": self.kid} | headers)

    def form(self, client_id: str, **changes: object) -> dict[str, str]:
        """What a client sends to the token endpoint."""
        return assertion_form(self.signed(claims_of(client_id) | changes))

    async def register(self, database: Database, client_id: ClientId) -> None:
        async with transaction(database) as session:
            key = PublicKey.of_pem(self.pem)
            await client_keys.add_key(session, client_id, key, clock.now(), kid=self.kid)


def claims_of(client_id: str) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    return {
        "iss": client_id,
        "sub": client_id,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid4()),
    }


def assertion_form(assertion: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
    }
