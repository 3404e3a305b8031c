"""Enrolling an authenticator app: offered, confirmed by its first code, with recovery codes for its loss."""

from typing import NamedTuple

from app.core import clock
from app.core.config import Settings
from app.db.models import User
from app.db.session import Database, ReadSession, WriteSession, transaction
from app.people import codes, factors_repository, repository, traces
from app.people.errors import SessionEnded
from app.people.schemas import Known, OpenSession
from app.people.sign_in import in_place_of
from app.privacy.keyring import KeyRing


class Enrolled(NamedTuple):
    opened: OpenSession
    recovery_codes: list[str]
    """Seen this once."""


async def offer_authenticator(database: Database, key_ring: KeyRing, person: Known) -> str:
    """A new `otpauth:` address each time: nobody confirms a secret that somebody else was shown before."""
    async with transaction(database) as session:
        return await codes.offer_totp(session, key_ring, await _user(session, person))


async def offered_authenticator(database: Database, key_ring: KeyRing, person: Known) -> str | None:
    """The address that was offered last, after a code that did not fit it."""
    async with transaction(database) as session:
        return codes.offered_totp(key_ring, await _user(session, person))


async def confirm_authenticator(
    database: Database,
    settings: Settings,
    key_ring: KeyRing,
    person: Known,
    *,
    code: str,
    address: str | None,
) -> Enrolled:
    """From now on its codes count. The session is whole, and another one."""
    async with transaction(database) as session:
        at, user = clock.now(), await _user(session, person)
        recovery_codes = await codes.confirm_totp(session, key_ring, user, code, at)
        await traces.changed_by_oneself(session, person, "authenticator:enrol")
        opened = await in_place_of(session, settings, person, user, at=at, address=address)
        return Enrolled(opened, recovery_codes)


async def renew_recovery_codes(database: Database, person: Known) -> list[str]:
    async with transaction(database) as session:
        await traces.changed_by_oneself(session, person, "recovery-codes:renew")
        return await codes.new_recovery_codes(session, person.user_id, clock.now())


async def recovery_codes_left(session: ReadSession, person: Known) -> int:
    return await factors_repository.recovery_codes_left(session, person.user_id)


async def _user(session: WriteSession, person: Known) -> User:
    user = await repository.user_to_change(session, person.user_id)
    if user is None:
        raise SessionEnded
    return user
