"""Clients and their tokens: added, revoked, listed, known again."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.accounts import registration, repository, tokens
from app.accounts.authorisation import Action, Caller, actions_of
from app.accounts.errors import ClientUnknown, InvalidClient, InvalidScope, TokenInvalid
from app.accounts.schemas import AccessToken, ClientAccount, NewClient, Registration
from app.accounts.signing_keys import signing_key
from app.core import clock
from app.core.config import Settings
from app.core.ids import ActorId, ClientId, PlatformCode, Uscc
from app.core.vocabulary import Role
from app.db.models import Client
from app.db.session import ReadSession, WriteSession
from app.privacy.keyring import KeyRing

Bound = TypeVar("Bound")

SECRET_BYTES = 32
_CLIENT_ID = re.compile("[a-z]+-[0-9a-f]{16}")
_NOBODY = bytes(32)


async def add_client(session: WriteSession, wanted: Registration, at: datetime) -> NewClient:
    """Adds the client, and its platform where that is new. Only the hash of the secret is kept."""
    bounds = await registration.check(session, wanted, at)
    client_id = ClientId(f"{wanted.role}-{secrets.token_hex(8)}")
    client_secret = secrets.token_urlsafe(SECRET_BYTES)
    row = Client(
        client_id=client_id,
        role=wanted.role,
        name=bounds.name,
        secret_hash=_secret_hash(client_secret),
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


async def list_clients(session: ReadSession) -> list[ClientAccount]:
    return [_account(row) for row in await repository.clients(session)]


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
    account = await _authenticated(session, client_id, client_secret)
    scopes = _granted(account.role, scope)
    token = tokens.issue(
        await signing_key(session, key_ring),
        issuer=settings.issuer,
        client_id=account.client_id,
        role=account.role,
        scopes=scopes,
        at=clock.now(),
        lifetime=timedelta(seconds=settings.token_lifetime_s),
    )
    return AccessToken(token, settings.token_lifetime_s, tokens.scope_text(scopes))


async def caller_of(session: ReadSession, token: str, *, issuer: str) -> Caller:
    """Who sent the token. Key and client are read each time: a revocation holds from the next request on."""
    said = tokens.said_by(token)
    known = await repository.vouching(session, kid=said.kid, client_id=said.client_id, at=clock.now())
    if known is None:
        raise TokenInvalid
    claims = tokens.verify(token, Ed25519PublicKey.from_public_bytes(known["public_key"]), issuer=issuer)
    if known["role"] != claims.role or known["revoked_at"] is not None:
        raise TokenInvalid
    return Caller(
        actor_id=ActorId(claims.client_id),
        role=Role(claims.role),
        platform=_if_known(PlatformCode, known["platform"]),
        uscc=_if_known(Uscc, known["uscc"]),
        districts=_if_known(tuple, known["districts"]),
        scopes=claims.scopes,
    )


async def _authenticated(session: ReadSession, client_id: str, client_secret: str) -> ClientAccount:
    """An unknown client takes the same work as a wrong secret, so that neither can be told from outside."""
    row = await repository.client(session, client_id) if _CLIENT_ID.fullmatch(client_id) else None
    is_right = hmac.compare_digest(_secret_hash(client_secret), _NOBODY if row is None else row.secret_hash)
    if row is None or not is_right or row.revoked_at is not None:
        raise InvalidClient
    return _account(row)


def _secret_hash(client_secret: str) -> bytes:
    return hashlib.sha256(client_secret.encode()).digest()


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


def _account(row: Client) -> ClientAccount:
    return ClientAccount(
        client_id=ClientId(row.client_id),
        role=Role(row.role),
        name=row.name,
        platform=_if_known(PlatformCode, row.platform),
        uscc=_if_known(Uscc, row.uscc),
        districts=_if_known(tuple, row.districts),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
