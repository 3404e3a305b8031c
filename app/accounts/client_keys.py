"""Public keys of clients: read, registered, listed, retired.

Several may be good at once, so that one can follow the other without an outage.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from app.accounts import credentials, credentials_repository, repository
from app.accounts.errors import (
    ClientKeyUnknown,
    ClientUnknown,
    KeyInUse,
    KeyRegistered,
    TooManyKeys,
    UnusableKey,
)
from app.accounts.schemas import ClientKeyAccount
from app.core.ids import ClientId, Credential
from app.db.models import ClientKey
from app.db.session import ReadSession, WriteSession

MOST_KEYS = 10
"""Of one client that are not retired."""
MOST_CHARACTERS = 4096

Algorithm = Literal["EdDSA", "ES256"]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key object with the one algorithm it is for: never bytes, which HMAC would take too."""

    algorithm: Algorithm
    key: Ed25519PublicKey | EllipticCurvePublicKey

    @classmethod
    def of_pem(cls, pem: str) -> "PublicKey":
        """Raises `UnusableKey` for what is no Ed25519 or P-256 public key in PEM."""
        if len(pem) > MOST_CHARACTERS:
            raise UnusableKey
        try:
            return cls._of(load_pem_public_key(pem.encode()))
        except (ValueError, UnsupportedAlgorithm):
            raise UnusableKey from None

    @classmethod
    def of_der(cls, der: bytes) -> "PublicKey":
        return cls._of(load_der_public_key(der))

    @classmethod
    def _of(cls, key: object) -> "PublicKey":
        match key:
            case Ed25519PublicKey():
                return cls("EdDSA", key)
            case EllipticCurvePublicKey() if isinstance(key.curve, SECP256R1):
                return cls("ES256", key)
            case _:
                raise UnusableKey

    @property
    def der(self) -> bytes:
        return self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def thumbprint(self) -> str:
        """RFC 7638: what the key is called unless its owner calls it otherwise."""
        members = json.dumps(self._jwk(), sort_keys=True, separators=(",", ":"))
        return _base64url(hashlib.sha256(members.encode()).digest())

    def _jwk(self) -> Mapping[str, str]:
        if isinstance(self.key, Ed25519PublicKey):
            return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(self.key.public_bytes_raw())}
        numbers = self.key.public_numbers()
        x, y = (_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def add_key(
    session: WriteSession,
    client_id: ClientId,
    public_key: PublicKey,
    at: datetime,
    *,
    kid: str | None = None,
    not_after: datetime | None = None,
    created_with: Credential | None = None,
) -> ClientKeyAccount:
    """From now on the client may sign with it. `created_with`: None where the operator registers it.

    A key is registered once: not with another client, and not again under another name.
    """
    if await repository.lock_client(session, client_id) is None:
        raise ClientUnknown(client_id)
    kid = public_key.thumbprint if kid is None else kid
    if not credentials.KID.fullmatch(kid) or (not_after is not None and not_after <= at):
        raise UnusableKey
    held = await credentials_repository.keys_of(session, client_id)
    if sum(key.retired_at is None for key in held) >= MOST_KEYS:
        raise TooManyKeys(MOST_KEYS)
    row = ClientKey(
        client_id=client_id,
        kid=kid,
        algorithm=public_key.algorithm,
        public_key=public_key.der,
        created_at=at,
        created_with=created_with,
        not_after=not_after,
    )
    if any(key.kid == kid for key in held) or not await credentials_repository.add_key(session, row):
        raise KeyRegistered
    return account_of(row, None)


async def list_keys(session: ReadSession, client_id: ClientId) -> Sequence[ClientKeyAccount]:
    """Also those that are retired or distrusted: their names are not given again."""
    distrusted = await credentials_repository.distrusted(session, client_id)
    return [
        account_of(row, distrusted.get(credentials.of_key(row.kid)))
        for row in await credentials_repository.keys_of(session, client_id)
    ]


async def retire_key(
    session: WriteSession,
    client_id: ClientId,
    kid: str,
    at: datetime,
    *,
    asked_with: Credential | None = None,
) -> None:
    """From the next request on neither the key nor the tokens that it got are good; the first time stands.

    A client cannot retire the key that it asks with: so it always keeps one that works.
    """
    if asked_with is not None and asked_with == credentials.of_key(kid):
        raise KeyInUse
    if not credentials.KID.fullmatch(kid) or not await credentials_repository.retire_key(
        session, client_id, kid, at
    ):
        raise ClientKeyUnknown


def account_of(row: ClientKey, distrusted_from: datetime | None) -> ClientKeyAccount:
    return ClientKeyAccount(
        kid=row.kid,
        algorithm=row.algorithm,
        created_at=row.created_at,
        not_after=row.not_after,
        retired_at=row.retired_at,
        distrusted_from=distrusted_from,
    )
