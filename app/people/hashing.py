"""Argon2id, never more than two at a time in a process, and never on the loop that answers requests."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import BoundedSemaphore
from typing import NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from app.core.config import Settings
from app.people.errors import SignInBusy

Result = TypeVar("Result")

AT_ONCE = 2
MOST_WAITING = 40
"""Beyond them who comes is sent away, instead of waiting longer than a person would."""

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
_places = BoundedSemaphore(AT_ONCE + MOST_WAITING)


class Verdict(NamedTuple):
    is_right: bool
    is_outdated: bool
    """Right, but hashed with other parameters than today's."""


async def hash_password(settings: Settings, password: str) -> str:
    hasher = _hasher(settings.hash_memory_kib, settings.hash_passes)
    return await _in_a_thread(lambda: hasher.hash(_normalised(password)))


async def verify_password(settings: Settings, password_hash: str | None, password: str) -> Verdict:
    """Against nobody's hash (None) a password is wrong, after the same work."""
    costs = (settings.hash_memory_kib, settings.hash_passes)
    return await _in_a_thread(lambda: _verdict(*costs, password_hash, _normalised(password)))


async def _in_a_thread(work: Callable[[], Result]) -> Result:
    if not _places.acquire(blocking=False):
        raise SignInBusy

    def work_and_leave() -> Result:
        try:
            return work()
        finally:
            _places.release()

    return await asyncio.get_running_loop().run_in_executor(_threads, work_and_leave)


def _verdict(memory_kib: int, passes: int, password_hash: str | None, password: str) -> Verdict:
    hasher = _hasher(memory_kib, passes)
    try:
        hasher.verify(password_hash or _nobodys(memory_kib, passes), password)
    except (VerificationError, InvalidHashError):
        return Verdict(is_right=False, is_outdated=False)
    if password_hash is None:
        return Verdict(is_right=False, is_outdated=False)
    return Verdict(is_right=True, is_outdated=hasher.check_needs_rehash(password_hash))


@lru_cache
def _hasher(memory_kib: int, passes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1, type=Type.ID)


@lru_cache
def _nobodys(memory_kib: int, passes: int) -> str:
    """Of a password that nobody knows."""
    return _hasher(memory_kib, passes).hash(secrets.token_urlsafe(32))


def _normalised(password: str) -> str:
    """The same characters, however the keyboard composed them (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
