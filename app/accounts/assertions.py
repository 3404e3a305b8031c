"""Client assertions (RFC 7523 §2.2 and 7523bis): a client proves that it holds a registered key.

Pure: key and moment are handed in. PyJWT proves the signature with the one algorithm of the key; what the
claims must be stands here, since a JWT library leaves much of it open: lifetime, audience alone, kinds of
numbers.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import jwt

from app.accounts.client_keys import PublicKey
from app.accounts.credentials import KID
from app.accounts.errors import InvalidClient
from app.core.errors import Text

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = timedelta(minutes=5)
LEEWAY = timedelta(seconds=10)
"""What the clocks may differ."""
MOST_CHARACTERS = 4096
_TYPES = {None, "JWT", "client-authentication+jwt"}
_CLIENT_ID = re.compile("[a-z]+-[0-9a-f]{16}")
_JTI = re.compile("[!-~]{1,128}")
_UNUNDERSTOOD = {"crit", "b64"}
"""Headers that change how the rest is to be read (RFC 7515 §4.1.11, RFC 7797)."""


class Said(NamedTuple):
    """Whom the assertion names, and the key; not believed before `verify`."""

    client_id: str
    kid: str


class Proof(NamedTuple):
    """An assertion that is good, if its `jti` was not used before."""

    jti: str
    expires_at: datetime


def said_by(assertion: str) -> Said:
    header, claims = _opened(assertion)
    kid, subject = header.get("kid"), claims.get("sub")
    if not isinstance(kid, str) or not KID.fullmatch(kid):
        raise InvalidClient
    if not isinstance(subject, str) or not _CLIENT_ID.fullmatch(subject):
        raise InvalidClient
    return Said(subject, kid)


def _opened(assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if len(assertion) > MOST_CHARACTERS:
        raise InvalidClient
    try:
        token = jwt.PyJWS().decode_complete(assertion, options={"verify_signature": False})
        claims = json.loads(token["payload"])
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise InvalidClient from None
    header = token["header"]
    if header.get("typ") not in _TYPES or _UNUNDERSTOOD & header.keys() or not isinstance(claims, dict):
        raise InvalidClient
    return header, claims


def verify(assertion: str, key: PublicKey, *, issuer: str, at: datetime) -> Proof:
    """Raises `InvalidClient`; once the signature is proved, with the claim that is at fault."""
    try:
        jwt.PyJWS().decode(assertion, key.key, algorithms=[key.algorithm])
    except jwt.PyJWTError:
        raise InvalidClient from None
    _, claims = _opened(assertion)
    if claims.get("iss") != claims.get("sub"):
        raise _fault("iss", "须与 sub 相同，即 client_id", "must equal sub, the client_id")
    if claims.get("aud") not in (issuer, [issuer]):
        raise _fault("aud", f"只能是 {issuer}", f"must be {issuer} alone")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise _fault("jti", "须为 1-128 个可打印 ASCII 字符", "must be 1-128 printable characters of ASCII")
    return Proof(jti, _expiry(claims, at))


def _expiry(claims: Mapping[str, Any], at: datetime) -> datetime:
    """A short life is part of the proof: what was captured long ago, or signed for years, is none."""
    longest_s = int(LONGEST.total_seconds())
    expires, issued, begins = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or not at - LEEWAY < expires <= at + LONGEST + LEEWAY:
        raise _fault(
            "exp",
            f"须在当前时间之后且不超过 {longest_s} 秒；请校准时钟",
            f"must lie ahead, and no more than {longest_s} s; check the clock",
        )
    if issued is not None and not expires - LONGEST - LEEWAY <= issued <= at + LEEWAY:
        raise _fault(
            "iat", "不得在将来，也不得早于 exp 前 5 分钟", "must not lie ahead, nor 5 minutes before exp"
        )
    if begins is not None and not begins <= at + LEEWAY:
        raise _fault("nbf", "不得在将来", "must not lie ahead")
    return expires


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    """NumericDate (RFC 7519 §2): a number, which `true` is not."""
    value = claims.get(name)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        if is_number and math.isfinite(value):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise _fault(name, "须为秒数", "must be a number of seconds")


def _fault(claim: str, zh: str, en: str) -> InvalidClient:
    return InvalidClient(Text(f"断言的 {claim} 不合规：{zh}。", f"The claim {claim} of the assertion {en}."))
