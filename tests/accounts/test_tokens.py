"""Access tokens: what is believed, and every way of being refused."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.accounts import tokens
from app.accounts.authorisation import Action
from app.accounts.errors import TokenExpired, TokenInvalid
from app.accounts.signing_keys import NamedKey
from app.accounts.tokens import Claims, Said
from app.core import clock
from app.core.ids import Credential
from app.core.vocabulary import Role

KEY = NamedKey("0123456789abcdef", Ed25519PrivateKey.generate())
PUBLIC = KEY.private_key.public_key()


def issued(**changes: object) -> str:
    wanted: dict[str, Any] = {
        "issuer": "supervise",
        "client_id": "platform-1",
        "role": Role.platform,
        "credential": "key:k1",
        "scopes": [Action.push_feed, Action.read_batches],
        "at": clock.now(),
        "lifetime": timedelta(hours=1),
    }
    return tokens.issue(KEY, **wanted | changes)


def forged(without: str = "", key: Ed25519PrivateKey = KEY.private_key, **changes: object) -> str:
    claims = jwt.decode(issued(), options={"verify_signature": False}) | changes
    claims.pop(without, None)
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": KEY.kid, "typ": "at+jwt"})


def test_a_token_says_who_and_what() -> None:
    claims = tokens.verify(issued(), PUBLIC, issuer="supervise")
    assert claims == Claims(
        "platform-1", "platform", Credential("key:k1"), frozenset({Action.push_feed, Action.read_batches})
    )
    assert tokens.said_by(issued()) == Said(KEY.kid, "platform-1", Credential("key:k1"))


def test_no_two_tokens_are_alike() -> None:
    at = clock.now()
    assert issued(at=at) != issued(at=at)


def test_an_expired_token_is_named_so() -> None:
    with pytest.raises(TokenExpired):
        tokens.verify(issued(at=clock.now() - timedelta(hours=2)), PUBLIC, issuer="supervise")


def test_a_clock_may_be_a_few_seconds_off_and_no_more() -> None:
    just_over = clock.now() - timedelta(hours=1, seconds=3)
    tokens.verify(issued(at=just_over), PUBLIC, issuer="supervise")
    with pytest.raises(TokenInvalid):
        tokens.verify(issued(at=clock.now() + timedelta(minutes=1)), PUBLIC, issuer="supervise")


@pytest.mark.parametrize("claim", ["iss", "sub", "role", "scope", "credential", "iat", "exp", "jti"])
def test_every_claim_is_needed(claim: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.verify(forged(without=claim), PUBLIC, issuer="supervise")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"exp": 4_000_000_000},
        {"scope": ["feeds:push"]},
        {"role": None},
        {"aud": "somebody"},
        {"exp": "soon"},
        {"exp": "4000000000"},
        {"iat": "1"},
        {"credential": 1},
    ],
)
def test_odd_claims_are_not_believed(changes: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid):
        tokens.verify(forged(**changes), PUBLIC, issuer="supervise")


def test_a_scope_that_is_no_longer_known_is_dropped() -> None:
    claims = tokens.verify(forged(scope="feeds:push abolished"), PUBLIC, issuer="supervise")
    assert claims.scopes == {Action.push_feed}


def test_another_key_does_not_sign_for_us() -> None:
    with pytest.raises(TokenInvalid):
        tokens.verify(forged(key=Ed25519PrivateKey.generate()), PUBLIC, issuer="supervise")


def test_the_public_key_is_no_hmac_secret() -> None:
    claims = jwt.decode(issued(), options={"verify_signature": False})
    token = jwt.encode(
        claims, PUBLIC.public_bytes_raw(), algorithm="HS256", headers={"kid": KEY.kid, "typ": "at+jwt"}
    )
    with pytest.raises(TokenInvalid):
        tokens.said_by(token)
    with pytest.raises(TokenInvalid):
        tokens.verify(token, PUBLIC, issuer="supervise")


def unsigned() -> str:
    parts = [
        {"alg": "none", "typ": "at+jwt", "kid": KEY.kid},
        jwt.decode(issued(), options={"verify_signature": False}),
    ]
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + "."
    )


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "….….…", unsigned()])
def test_what_is_no_token_names_no_key(token: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.said_by(token)


@pytest.mark.parametrize("kid", [None, "", "0123", "'; --", "../../../../etc/passwd"])
def test_an_odd_key_id_is_not_looked_up(kid: str | None) -> None:
    headers = {"typ": "at+jwt"} | ({} if kid is None else {"kid": kid})
    token = jwt.encode(
        {"sub": "x", "credential": "secret:1"}, KEY.private_key, algorithm="EdDSA", headers=headers
    )
    with pytest.raises(TokenInvalid):
        tokens.said_by(token)


@pytest.mark.parametrize(
    "claims", [{}, {"sub": None}, {"sub": 1}, {"sub": ""}, {"sub": "a\0b"}, {"sub": "a" * 65}]
)
def test_an_odd_client_is_not_looked_up(claims: dict[str, Any]) -> None:
    token = jwt.encode(claims, KEY.private_key, algorithm="EdDSA", headers={"kid": KEY.kid, "typ": "at+jwt"})
    with pytest.raises(TokenInvalid):
        tokens.said_by(token)


def test_a_token_of_brackets_is_none() -> None:
    brackets = base64.urlsafe_b64encode(b"[" * 45_000).decode()
    for token in (f"{brackets}.e30.e30", f"e30.{brackets}.e30"):
        with pytest.raises(TokenInvalid):
            tokens.said_by(token)
