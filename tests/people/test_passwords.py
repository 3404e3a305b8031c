"""Passwords: what is taken, what is too common, how they are hashed."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.config import Settings
from app.db.models import User
from app.db.session import Database, reading
from app.people import hashing
from app.people.errors import SignInBusy, WeakPassword
from app.people.password_rules import MAX_LENGTH, check_password, is_common
from tests.people.conftest import Browsers
from tests.people.journeys import PASSWORD, add, enrol, sign_in

PLAIN = Settings(database_url="postgresql://unused")

COMMON = [
    "password1234",
    "Password2026!",
    "P@ssw0rd12345",
    "passwordpassword",
    "123456789012",
    "1234567890-=",
    "qwertyuiop12",
    "qwerty123456",
    "1q2w3e4r5t6y",
    "q1w2e3r4t5y6",
    "1qaz2wsx3edc",
    "1qaz@WSX3edc",
    "zaq12wsxcde3",
    "asdfghjkl123",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "abcd1234abcd",
    "administrator1",
    "Admin@123456",
    "iloveyou1234",
    "woaini1314520",
    "letmein12345",
    "jiandu-pingtai-2026",
    "peixun20261121",
    "888888888888",
    "000000123456",
    "abcdefghijkl",
    "147258369147",
]
GOOD = ["correct horse battery staple", "紫色的河马在弹钢琴很开心", "tomato-lantern-42-fjord", "gG7#kd9!mZq2"]


@pytest.mark.parametrize("password", COMMON)
def test_what_everybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(PLAIN, password, ())


@pytest.mark.parametrize("password", GOOD)
def test_any_characters_make_a_good_one(password: str) -> None:
    check_password(PLAIN, password, ("li.ming", "李明"))


def test_the_login_and_the_name_make_a_bad_one() -> None:
    assert is_common("zhangsan-zhangsan-2026!", ("zhangsan",))
    assert not is_common("zhangsan-zhangsan-2026!", ())


@pytest.mark.parametrize(
    ("length", "is_taken"), [(11, False), (12, True), (MAX_LENGTH, True), (MAX_LENGTH + 1, False)]
)
def test_its_length(length: int, *, is_taken: bool) -> None:
    password = ("gG7#kd9!mZq2vB5&tY8^" * 7)[:length]
    if is_taken:
        check_password(PLAIN, password, ())
    else:
        with pytest.raises(WeakPassword):
            check_password(PLAIN, password, ())


def test_kinds_of_characters_are_asked_for_only_where_it_is_set() -> None:
    strict = PLAIN.model_copy(update={"password_classes": 3})
    with pytest.raises(WeakPassword):
        check_password(strict, "tomato lantern fjord", ())
    check_password(strict, "Tomato lantern fjord", ())


async def test_it_is_argon2id_with_a_salt_of_its_own(settings: Settings) -> None:
    first, second = [await hashing.hash_password(settings, PASSWORD) for _ in range(2)]
    assert first.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert first != second


def test_by_default_it_costs_what_owasp_asks_for() -> None:
    assert (PLAIN.hash_memory_kib, PLAIN.hash_passes) == (19 * 1024, 2)


async def test_the_same_characters_composed_otherwise_are_the_same(settings: Settings) -> None:
    made = await hashing.hash_password(settings, "cafe\u0301 au lait, s'il vous plait")
    assert (await hashing.verify_password(settings, made, "caf\u00e9 au lait, s'il vous plait")).is_right


async def test_nobodys_password_is_never_right(settings: Settings) -> None:
    for password in ("", PASSWORD):
        assert not (await hashing.verify_password(settings, None, password)).is_right
    assert not (await hashing.verify_password(settings, "no hash", PASSWORD)).is_right


async def test_a_sign_in_hashes_anew_where_the_costs_have_changed(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    await enrol(await browsers.open(), await add(database, settings))
    browser = await browsers.open()
    resources = browsers.transport.app.state.resources  # type: ignore[attr-defined]  # of this application
    resources.settings.__dict__["hash_memory_kib"] = 16
    assert (await sign_in(browser)).status_code == 303
    async with reading(database) as session:
        (kept,) = await session.scalars(select(User.password_hash))
    assert kept is not None
    assert "m=16,t=1" in kept
    assert (await sign_in(await browsers.open())).status_code == 303


async def test_two_are_hashed_at_once_and_who_would_wait_long_is_sent_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, running, most, lock = threading.Event(), 0, 0, threading.Lock()

    def work(*_: object) -> hashing.Verdict:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(30)
        with lock:
            running -= 1
        return hashing.Verdict(is_right=False, is_outdated=False)

    monkeypatch.setattr(hashing, "_verdict", work)
    places = hashing.AT_ONCE + hashing.MOST_WAITING
    tasks = [asyncio.create_task(hashing.verify_password(settings, None, "x")) for _ in range(places)]
    await asyncio.sleep(0)
    with pytest.raises(SignInBusy):
        await hashing.verify_password(settings, None, "x")
    gate.set()
    await asyncio.gather(*tasks)
    assert most <= hashing.AT_ONCE
    await hashing.verify_password(settings, None, "x")


def test_no_list_of_others_is_carried_along() -> None:
    room = Path(hashing.__file__).parent
    assert {path.suffix for path in room.iterdir() if path.is_file()} == {".py"}
