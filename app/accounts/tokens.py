"""Access tokens: short-lived JWTs of one issuer, signed with EdDSA. Pure: keys and moment are handed in."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.accounts import credentials
from app.accounts.authorisation import Action
from app.accounts.errors import TokenExpired, TokenInvalid
from app.accounts.signing_keys import MAX_TOKEN_LIFETIME, NamedKey
from app.core.ids import Credential
from app.core.vocabulary import Role

ALGORITHM = "EdDSA"
LEEWAY = timedelta(seconds=5)
TYPE = "at+jwt"
"""RFC 9068 §2.1: no assertion, and no other token of ours, can be taken for one."""
_CLAIMS = ["iss", "sub", "role", "scope", "credential", "iat", "exp", "jti"]
_KID = re.compile("[0-9a-f]{16}")
_SUBJECT = re.compile("[a-z0-9-]{1,64}")


class Said(NamedTuple):
    kid: str
    client_id: str
    credential: Credential


class Claims(NamedTuple):
    client_id: str
    role: str
    credential: Credential
    """What the client got it with."""
    scopes: frozenset[Action]


def issue(
    key: NamedKey,
    *,
    issuer: str,
    client_id: str,
    role: Role,
    credential: Credential,
    scopes: Iterable[Action],
    at: datetime,
    lifetime: timedelta,
) -> str:
    claims = {
        "iss": issuer,
        "sub": client_id,
        "role": role.value,
        "scope": scope_text(scopes),
        "credential": credential,
        "iat": at,
        "exp": at + lifetime,
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode(claims, key.private_key, algorithm=ALGORITHM, headers={"kid": key.kid, "typ": TYPE})


def said_by(token: str) -> Said:
    """The key that the token says it was signed with, and for whom; not believed before `verify`."""
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, RecursionError):
        raise TokenInvalid from None
    header, subject = parts["header"], parts["payload"].get("sub")
    kid, credential = header.get("kid"), parts["payload"].get("credential")
    if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
        raise TokenInvalid
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise TokenInvalid
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise TokenInvalid
    if not isinstance(credential, str) or not credentials.FORM.fullmatch(credential):
        raise TokenInvalid
    return Said(kid, subject, Credential(credential))


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
        case {"scope": str(), "role": str(), "credential": str(), "exp": int(expires), "iat": int(issued)}:
            if expires - issued > MAX_TOKEN_LIFETIME.total_seconds():
                raise TokenInvalid
        case _:
            raise TokenInvalid
    known = {action.value: action for action in Action}
    scopes = frozenset(known[name] for name in claims["scope"].split() if name in known)
    return Claims(claims["sub"], claims["role"], Credential(claims["credential"]), scopes)


def scope_text(scopes: Iterable[Action]) -> str:
    return " ".join(sorted(scopes))
