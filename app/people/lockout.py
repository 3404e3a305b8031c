"""Lockout with back-off, of accounts and of addresses, in the database so that all processes agree.

An attempt is counted as failed before it is judged, and taken back when it succeeds: of many at once no more
get through than of one after another.
"""

import hashlib
from datetime import datetime, timedelta

from app.core.config import Settings
from app.db.models import SignInAttempts
from app.db.session import WriteSession
from app.people import attempts_repository
from app.people.registration import is_login

Subject = bytes
WAITS_UNTIL_FORGOTTEN = 4


def of_login(login: str) -> Subject:
    """Known or not: an unknown login is locked like any other, or it could be told apart.

    What can be nobody's login counts as one and the same: people type ID numbers there, whose hash would tell
    them.
    """
    return _subject("login", login if is_login(login) else "")


def of_codes(user_id: str) -> Subject:
    return _subject("codes", user_id)


def of_address(address: str) -> Subject:
    return _subject("address", address)


async def count_attempt(
    session: WriteSession, settings: Settings, account: Subject, address: str | None, at: datetime
) -> bool:
    """Whether the attempt may succeed. What comes during a wait is not counted, and makes it no longer."""
    limits = {account: settings.lockout_after}
    if address is not None:
        limits[of_address(address)] = settings.lockout_after_of_an_address
    rows = await attempts_repository.taken(session, limits, at)
    if any(row.locked_until is not None and row.locked_until > at for row in rows.values()):
        return False
    for subject, limit in limits.items():
        failures = _failures(settings, rows[subject], at)
        locked_until = at + _wait(settings, failures - limit) if failures >= limit else None
        await attempts_repository.store(session, subject, failures=failures, at=at, locked_until=locked_until)
    return True


async def succeeded(session: WriteSession, account: Subject, address: str | None) -> None:
    """Of the address only this attempt is taken back: who has one account must not guess at others."""
    taken_back: dict[Subject, int | None] = {account: None}
    if address is not None:
        taken_back[of_address(address)] = 1
    for subject in sorted(taken_back):
        await attempts_repository.take_back(session, subject, most=taken_back[subject])


async def sweep(session: WriteSession, settings: Settings, at: datetime) -> None:
    await attempts_repository.forget(session, at - _memory(settings))


def _failures(settings: Settings, row: SignInAttempts, at: datetime) -> int:
    """In a row, with this one."""
    return 1 if at - row.failed_at > _memory(settings) else row.failures + 1


def _wait(settings: Settings, doublings: int) -> timedelta:
    seconds = settings.lockout_first_s * 2 ** min(doublings, 20)
    return timedelta(seconds=min(seconds, settings.lockout_longest_s))


def _memory(settings: Settings) -> timedelta:
    """After so long without a failure the count begins anew."""
    return timedelta(seconds=WAITS_UNTIL_FORGOTTEN * settings.lockout_longest_s)


def _subject(kind: str, name: str) -> Subject:
    return hashlib.sha256(f"{kind}\0{name}".encode()).digest()
