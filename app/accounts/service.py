"""Clients and their tokens: added, revoked, listed, known again."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.accounts import (
    assertions,
    client_secrets,
    credentials,
    credentials_repository,
    quotas,
    registration,
    repository,
    tokens,
)
from app.accounts.authorisation import Action, Caller, actions_of
from app.accounts.client_keys import PublicKey
from app.accounts.errors import ClientUnknown, InvalidClient, InvalidScope, TokenInvalid
from app.accounts.schemas import AccessToken, ClientAccount, NewClient, Quota, Registration
from app.accounts.signing_keys import signing_key
from app.core import clock
from app.core.config import Settings
from app.core.ids import ActorId, ClientId, Credential, PlatformCode, Uscc
from app.core.vocabulary import Role
from app.db.models import Client
from app.db.session import ReadSession, WriteSession
from app.privacy.keyring import KeyRing

Bound = TypeVar("Bound")

_CLIENT_ID = re.compile("[a-z]+-[0-9a-f]{16}")


async def add_client(session: WriteSession, wanted: Registration, at: datetime) -> NewClient:
    """Adds the client, and its platform where that is new. Only the hash of the secret is kept."""
    bounds = await registration.check(session, wanted, at)
    client_id = ClientId(f"{wanted.role}-{secrets.token_hex(8)}")
    client_secret = client_secrets.make()
    row = Client(
        client_id=client_id,
        role=wanted.role,
        name=bounds.name,
        secret_hash=client_secrets.hashed(client_secret),
        platform=bounds.platform,
        uscc=bounds.uscc,
        districts=bounds.districts,
        created_at=at,
    )
    await repository.add(session, row)
    return NewClient(client_id, client_secret)


async def revoke_client(session: WriteSession, client_id: ClientId, at: datetime) -> None:
    """From the next request on, neither its secret nor its tokens are good."""
    if not await repository.revoke(session, client_id, at):
        raise ClientUnknown(client_id)


async def set_quota(session: WriteSession, client_id: ClientId, quota: Quota) -> Quota:
    """From the next request on; None: as the settings say. Returns what held before."""
    row = await repository.lock_client(session, client_id)
    if row is None:
        raise ClientUnknown(client_id)
    former = Quota(row.records_a_day, row.requests_a_minute)
    await repository.change_client(session, client_id, **asdict(quota))
    return former


async def list_clients(session: ReadSession) -> list[ClientAccount]:
    return [account_of(row) for row in await repository.clients(session)]


async def token_for(
    session: ReadSession,
    settings: Settings,
    key_ring: KeyRing,
    *,
    client_id: str,
    client_secret: str,
    scope: str | None,
) -> AccessToken:
    """A token of the client with this secret, for the scope it asks for or for all its role may do."""
    at = clock.now()
    shown = await _with_secret(session, client_id, client_secret, at)
    return await _token(session, settings, key_ring, shown, scope=scope, at=at)


async def token_for_assertion(
    session: WriteSession,
    settings: Settings,
    key_ring: KeyRing,
    *,
    assertion: str,
    client_id: str | None,
    scope: str | None,
) -> AccessToken:
    """A token of the client that signed this assertion, which is good this once (RFC 7523).

    `client_id`: where the request names one beside the assertion.
    """
    at = clock.now()
    said = assertions.said_by(assertion)
    if client_id not in (None, said.client_id):
        raise InvalidClient
    known = await credentials_repository.proving_key(session, said.client_id, said.kid, at)
    if known is None:
        raise InvalidClient
    key = PublicKey.of_der(known["public_key"])
    proof = assertions.verify(assertion, key, issuer=settings.issuer, at=at)
    jti_hash = hashlib.sha256(proof.jti.encode()).digest()
    until = proof.expires_at + assertions.LEEWAY
    if not await credentials_repository.use_assertion(session, said.client_id, jti_hash, until):
        raise InvalidClient.for_repeated_assertion()
    shown = _Shown(ClientId(said.client_id), Role(known["role"]), credentials.of_key(said.kid))
    return await _token(session, settings, key_ring, shown, scope=scope, at=at)


class _Shown(NamedTuple):
    """A client that has shown who it is."""

    client_id: ClientId
    role: Role
    credential: Credential


async def _token(
    session: ReadSession,
    settings: Settings,
    key_ring: KeyRing,
    shown: _Shown,
    *,
    scope: str | None,
    at: datetime,
) -> AccessToken:
    scopes = _granted(shown.role, scope)
    token = tokens.issue(
        await signing_key(session, key_ring),
        issuer=settings.issuer,
        client_id=shown.client_id,
        role=shown.role,
        credential=shown.credential,
        scopes=scopes,
        at=at,
        lifetime=timedelta(seconds=settings.token_lifetime_s),
    )
    return AccessToken(token, settings.token_lifetime_s, tokens.scope_text(scopes))


async def caller_of(session: ReadSession, token: str, *, issuer: str) -> Caller:
    """Who sent the token.

    Signing key, client and what it showed are read each time: a revocation holds from the next request on.
    """
    said = tokens.said_by(token)
    known = await repository.vouching(session, **said._asdict(), at=clock.now())
    if known is None:
        raise TokenInvalid
    claims = tokens.verify(token, Ed25519PublicKey.from_public_bytes(known["public_key"]), issuer=issuer)
    if known["role"] != claims.role or not known["is_good"]:
        raise TokenInvalid
    return Caller(
        actor_id=ActorId(claims.client_id),
        role=Role(claims.role),
        platform=_if_known(PlatformCode, known["platform"]),
        uscc=_if_known(Uscc, known["uscc"]),
        districts=_if_known(tuple, known["districts"]),
        scopes=claims.scopes,
        credential=claims.credential,
        quota=Quota(known["records_a_day"], known["requests_a_minute"]),
    )


async def _with_secret(session: ReadSession, client_id: str, client_secret: str, at: datetime) -> _Shown:
    """An unknown client takes the same work as a wrong secret, so that neither can be told from outside."""
    row = await repository.client(session, client_id) if _CLIENT_ID.fullmatch(client_id) else None
    number = client_secrets.number_of(row, client_secret, at)
    if row is None or number is None or row.revoked_at is not None:
        raise InvalidClient
    credential = credentials.of_secret(number)
    if credential in await credentials_repository.distrusted(session, ClientId(client_id)):
        raise InvalidClient
    return _Shown(ClientId(row.client_id), Role(row.role), credential)


def _granted(role: Role, scope: str | None) -> frozenset[Action]:
    allowed = actions_of(role)
    if scope is None:
        return allowed
    asked = set(scope.split())
    if not asked or not asked <= {action.value for action in allowed}:
        raise InvalidScope
    return frozenset(Action(name) for name in asked)


def _if_known(bound: Callable[[Any], Bound], value: object) -> Bound | None:
    return None if value is None else bound(value)


def account_of(row: Client) -> ClientAccount:
    return ClientAccount(
        client_id=ClientId(row.client_id),
        role=Role(row.role),
        name=row.name,
        platform=_if_known(PlatformCode, row.platform),
        uscc=_if_known(Uscc, row.uscc),
        districts=_if_known(tuple, row.districts),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        records_a_day=row.records_a_day,
        requests_a_minute=row.requests_a_minute,
        is_secret_on=row.secret_off_at is None,
    )


async def prune_credentials(session: WriteSession, now: datetime) -> None:
    """Forgets assertions that have expired, and what was used of quotas of days that are over."""
    await credentials_repository.prune(
        session, assertions_until=now - assertions.LEEWAY, usage_until=now - quotas.KEPT
    )
