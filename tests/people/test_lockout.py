"""Lockout: guesses wait longer and longer, and nobody learns from it who has an account."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from app.core import clock
from app.core.config import Settings
from app.db.models import SignInAttempts
from app.db.session import Database, transaction
from app.people import lockout
from tests.people.conftest import Browsers
from tests.people.journeys import (
    LOGIN,
    PASSWORD,
    add,
    as_if_no_code_had_been_used,
    count,
    enrol,
    error_in,
    sign_in,
)

LONG_AGO = timedelta(hours=2)


@pytest.fixture
async def enrolled(browsers: Browsers, database: Database, settings: Settings) -> None:
    await enrol(await browsers.open(), await add(database, settings))


async def guess(
    browsers: Browsers, times: int, login: str = LOGIN, address: str = "192.0.2.7"
) -> httpx.Response:
    browser = await browsers.open(address)
    answers = [await sign_in(browser, "wrong " * 3, login) for _ in range(times)]
    return answers[-1]


def told(answer: httpx.Response) -> tuple[int, str, str]:
    """All that an answer gives away but its own random numbers."""
    names = sorted(answer.headers.keys() - {"x-request-id"})
    return answer.status_code, answer.text, ",".join(names)


@pytest.mark.usefixtures("enrolled")
async def test_unknown_wrong_and_locked_are_answered_alike(browsers: Browsers, settings: Settings) -> None:
    wrong = await guess(browsers, 1)
    unknown = await guess(browsers, 1, login="nobody")
    await guess(browsers, settings.lockout_after)
    locked = await guess(browsers, 1)
    locked_and_right = await sign_in(await browsers.open())
    assert wrong.status_code == 401
    assert told(wrong) == told(unknown) == told(locked) == told(locked_and_right)


@pytest.mark.usefixtures("enrolled")
async def test_an_unknown_login_leaves_as_many_traces_as_a_known_one(
    browsers: Browsers, database: Database
) -> None:
    await guess(browsers, 7)
    known = await count(database, "sign_in_attempts")
    await guess(browsers, 7, login="nobody")
    assert await count(database, "sign_in_attempts") == known + 1


@pytest.mark.usefixtures("enrolled")
async def test_after_the_wait_the_right_password_opens_again(browsers: Browsers, database: Database) -> None:
    await guess(browsers, 6)
    assert (await sign_in(await browsers.open())).status_code == 401
    async with transaction(database) as session:
        await session.execute(update(SignInAttempts).values(locked_until=clock.now()))
    assert (await sign_in(await browsers.open())).status_code == 303


@pytest.mark.usefixtures("enrolled")
async def test_a_success_clears_the_account_but_of_the_address_only_its_own_attempt(
    browsers: Browsers, database: Database
) -> None:
    await guess(browsers, 3, address="192.0.2.9")
    assert (await sign_in(await browsers.open("192.0.2.9"))).status_code == 303
    async with transaction(database) as session:
        rows = {row.subject_hash: row for row in await session.scalars(select(SignInAttempts))}
    assert rows[lockout.of_login(LOGIN)].failures == 0
    assert rows[lockout.of_address("192.0.2.9")].failures == 3


@pytest.mark.usefixtures("enrolled")
async def test_an_address_that_tries_many_accounts_must_wait(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    async with transaction(database) as session:
        await lockout.count_attempt(session, settings, lockout.of_login("xu.li"), "192.0.2.8", clock.now())
        await session.execute(
            update(SignInAttempts)
            .where(SignInAttempts.subject_hash == lockout.of_address("192.0.2.8"))
            .values(failures=settings.lockout_after_of_an_address - 1)
        )
    await guess(browsers, 1, login="somebody", address="192.0.2.8")
    assert (await sign_in(await browsers.open("192.0.2.8"))).status_code == 401
    assert (await sign_in(await browsers.open("192.0.2.1"))).status_code == 303


async def attempts(database: Database, settings: Settings, times: int, **when: timedelta) -> list[bool]:
    at = clock.now() - when.get("ago", timedelta(0))
    results = []
    for _ in range(times):
        async with transaction(database) as session:
            results.append(
                await lockout.count_attempt(session, settings, lockout.of_login("xu.li"), None, at)
            )
    return results


async def test_as_many_attempts_as_set_and_then_none(database: Database, settings: Settings) -> None:
    assert await attempts(database, settings, 7) == [True] * 5 + [False] * 2


async def test_of_many_at_once_no_more_get_through(database: Database, settings: Settings) -> None:
    rounds = await asyncio.gather(*(attempts(database, settings, 1) for _ in range(10)))
    assert sum(one for (one,) in rounds) == settings.lockout_after


async def test_each_further_failure_doubles_the_wait_up_to_the_longest(
    database: Database, settings: Settings
) -> None:
    at, waits = clock.now(), []
    for _ in range(12):
        async with transaction(database) as session:
            assert await lockout.count_attempt(session, settings, lockout.of_login("xu.li"), None, at)
            locked_until = await session.scalar(select(SignInAttempts.locked_until))
        if locked_until is not None:
            waits.append((locked_until - at).total_seconds())
            at = locked_until
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


async def test_what_comes_during_a_wait_makes_it_no_longer(database: Database, settings: Settings) -> None:
    await attempts(database, settings, 5)
    async with transaction(database) as session:
        before = await session.scalar(select(SignInAttempts.locked_until))
    await attempts(database, settings, 3)
    async with transaction(database) as session:
        assert await session.scalar(select(SignInAttempts.locked_until)) == before


async def test_failures_of_long_ago_are_forgotten(database: Database, settings: Settings) -> None:
    await attempts(database, settings, 4, ago=LONG_AGO)
    assert await attempts(database, settings, 5) == [True] * 5


def test_what_people_type_in_the_wrong_place_is_not_kept_as_a_hash_that_tells_it() -> None:
    assert (
        lockout.of_login("110101199003074514") == lockout.of_login("13912345678") == lockout.of_login("王某")
    )
    assert lockout.of_login("li.ming") != lockout.of_login("wang.wu")


async def test_codes_are_guessed_no_faster_than_passwords(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    totp = await enrol(await browsers.open(), await add(database, settings))
    await as_if_no_code_had_been_used(database)
    browser = await browsers.open()
    await sign_in(browser, PASSWORD)
    good = totp.now()
    bad = "000000" if good != "000000" else "111111"
    answers = [await browser.submit("/second-factor", code=bad) for _ in range(settings.lockout_after)]
    assert {answer.status_code for answer in answers} == {401}
    assert "验证码" in error_in(answers[0])
    assert (await browser.submit("/second-factor", code=totp.now())).status_code == 401
