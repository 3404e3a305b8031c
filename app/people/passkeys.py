"""Passkeys (WebAuthn): registered and shown, always with the person verified by the authenticator.

A passkey is both factors at once: something one has, opened by something one is or knows.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.core import clock
from app.core.config import Settings
from app.core.ids import new_uuid
from app.db.models import Passkey, User
from app.db.session import Database, ReadSession, WriteSession, transaction
from app.people import factors_repository, repository, traces
from app.people.codes import ISSUER
from app.people.errors import LastFactor, PasskeyRefused, SessionUnknown
from app.people.schemas import Known, OpenSession
from app.people.sessions import open_session
from app.people.sign_in import in_place_of

log = structlog.get_logger("supervise.people")

CHALLENGE_LIFETIME = timedelta(minutes=5)
Answer = dict[str, Any]
"""What the browser brings, as JSON."""


async def registration_options(database: Database, person: Known, *, origin: str) -> dict[str, Any]:
    async with transaction(database) as session:
        at = clock.now()
        known = await factors_repository.passkeys(session, person.user_id)
        options = webauthn.generate_registration_options(
            rp_id=_host(origin),
            rp_name=ISSUER,
            user_id=person.user_id.encode(),
            user_name=person.login or "",
            user_display_name=person.display_name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(each.credential_id) for each in known],
        )
        await _keep(session, options.challenge, person.session_id, at)
    return options_to_json_dict(options)


async def register(
    database: Database, settings: Settings, person: Known, answer: Answer, *, origin: str, address: str | None
) -> OpenSession:
    """The passkey counts from now on. The session is whole, and another one."""
    challenge = await _challenge_taken(database, answer, person.session_id)
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyRefused from None
    async with transaction(database) as session:
        at = clock.now()
        row = {
            "credential_id": verified.credential_id,
            "passkey_id": new_uuid(at),
            "user_id": person.user_id,
            "public_key": verified.credential_public_key,
            "sign_count": verified.sign_count,
            "created_at": at,
            "used_at": None,
        }
        user = await repository.user(session, person.user_id)
        if user is None or not await factors_repository.add_passkey(session, row):
            raise PasskeyRefused
        await traces.changed_by_oneself(session, person, "passkeys:add")
        return await in_place_of(session, settings, person, user, at=at, address=address)


async def authentication_options(database: Database, person: Known | None, *, origin: str) -> dict[str, Any]:
    """To sign in with (nobody is known yet, and no list of keys tells who has one), or for a fresh proof."""
    async with transaction(database) as session:
        known = [] if person is None else await factors_repository.passkeys(session, person.user_id)
        options = webauthn.generate_authentication_options(
            rp_id=_host(origin),
            allow_credentials=[PublicKeyCredentialDescriptor(each.credential_id) for each in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        session_id = None if person is None else person.session_id
        await _keep(session, options.challenge, session_id, clock.now())
    return options_to_json_dict(options)


async def authenticate(
    database: Database,
    settings: Settings,
    person: Known | None,
    answer: Answer,
    *,
    origin: str,
    address: str | None,
) -> OpenSession:
    """A whole session: of whoever signs in, or in place of the one that the person has."""
    challenge = await _challenge_taken(database, answer, None if person is None else person.session_id)
    async with transaction(database) as session:
        at = clock.now()
        user = await _verified(session, answer, challenge, origin, at)
        if person is None:
            opened = await open_session(session, settings, user, at, is_whole=True, address=address)
            await traces.signed_in(session, user, opened.session_id)
            return opened
        if user.user_id != person.user_id:
            raise PasskeyRefused
        return await in_place_of(session, settings, person, user, at=at, address=address)


async def list_passkeys(session: ReadSession, person: Known) -> Sequence[Passkey]:
    return await factors_repository.passkeys(session, person.user_id)


async def remove_passkey(session: WriteSession, person: Known, passkey_id: UUID) -> None:
    """A person always keeps one second factor."""
    user = await repository.user_to_change(session, person.user_id)
    known = await factors_repository.passkeys(session, person.user_id)
    if user is None or passkey_id not in {each.passkey_id for each in known}:
        raise SessionUnknown
    if user.totp_sealed is None and len(known) == 1:
        raise LastFactor
    await factors_repository.remove_passkey(session, person.user_id, passkey_id)
    await traces.changed_by_oneself(session, person, "passkeys:remove")


async def _verified(
    session: WriteSession, answer: Answer, challenge: bytes, origin: str, at: datetime
) -> User:
    """Whose passkey answered; raises `PasskeyRefused`. Its counter goes on, or it may be a copy."""
    row = await factors_repository.passkey(session, _credential_id(answer))
    user = None if row is None else await repository.user(session, row.user_id)
    if row is None or user is None or user.disabled_at is not None:
        raise PasskeyRefused
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        log.warning("passkey refused", user_id=user.user_id)
        raise PasskeyRefused from None
    count = verified.new_sign_count
    if not await factors_repository.use_passkey(session, row.credential_id, count=count, at=at):
        raise PasskeyRefused
    return user


async def _keep(session: WriteSession, challenge: bytes, session_id: UUID | None, at: datetime) -> None:
    await factors_repository.add_challenge(session, _hash(challenge), session_id, at, at + CHALLENGE_LIFETIME)


async def _challenge_taken(database: Database, answer: Answer, session_id: UUID | None) -> bytes:
    """The challenge that was answered, which nobody can answer again; committed whatever comes of it."""
    challenge = b""
    with suppress(WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
        data = parse_client_data_json(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        challenge = data.challenge
    async with transaction(database) as session:
        is_ours = await factors_repository.take_challenge(session, _hash(challenge), session_id, clock.now())
    if not is_ours:
        raise PasskeyRefused
    return challenge


def _credential_id(answer: Answer) -> bytes:
    try:
        return base64url_to_bytes(answer["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PasskeyRefused from None


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _hash(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
