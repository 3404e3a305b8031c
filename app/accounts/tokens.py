"""Access tokens: short-lived JWTs of one issuer, signed with EdDSA. Pure: keys and moment are handed in."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.accounts.authorisation import Action
from app.accounts.errors import TokenExpired, TokenInvalid
from app.accounts.signing_keys import MAX_TOKEN_LIFETIME, NamedKey
from app.core.vocabulary import Role

ALGORITHM = "EdDSA"
LEEWAY = timedelta(seconds=5)
_CLAIMS = ["iss", "sub", "role", "scope", "iat", "exp", "jti"]
_KID = re.compile("[0-9a-f]{16}")
_SUBJECT = re.compile("[a-z0-9-]{1,64}")


class Said(NamedTuple):
    kid: str
    client_id: str


class Claims(NamedTuple):
    client_id: str
    role: str
    scopes: frozenset[Action]


def issue(
    key: NamedKey,
    *,
    issuer: str,
    client_id: str,
    role: Role,
    scopes: Iterable[Action],
    at: datetime,
    lifetime: timedelta,
) -> str:
    claims = {
        "iss": issuer,
        "sub": client_id,
        "role": role.value,
        "scope": scope_text(scopes),
        "iat": at,
        "exp": at + lifetime,
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode(claims, key.private_key, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": "at+jwt"})


def said_by(token: str) -> Said:
    """The key that the token says it was signed with, and for whom; not believed before `verify`."""
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, RecursionError):
        raise TokenInvalid from None
    header, subject = parts["header"], parts["payload"].get("sub")
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise TokenInvalid
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise TokenInvalid
    return Said(kid, subject)


def verify(token: str, key: Ed25519PublicKey, *, issuer: str) -> Claims:
    """What the token says, once signature, issuer, claims and lifetime are proved; else `Unauthenticated`."""
    try:
        claims = jwt.decode(
            token, key, algorithms=[ALGORITHM], issuer=issuer, leeway=LEEWAY, options={"require": _CLAIMS}
        )
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except jwt.PyJWTError:
        raise TokenInvalid from None
    return _believed(claims)


def _believed(claims: dict[str, Any]) -> Claims:
    match claims:
        case {"scope": str(), "role": str(), "exp": int(expires), "iat": int(issued)}:
            if expires - issued > MAX_TOKEN_LIFETIME.total_seconds():
                raise TokenInvalid
        case _:
            raise TokenInvalid
    known = {action.value: action for action in Action}
    scopes = frozenset(known[name] for name in claims["scope"].split() if name in known)
    return Claims(claims["sub"], claims["role"], scopes)


def scope_text(scopes: Iterable[Action]) -> str:
    return " ".join(sorted(scopes))
