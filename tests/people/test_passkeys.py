"""Passkeys: registered and shown with the person verified, each challenge once, each counter forward only."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import PasskeyChallenge, User
from app.db.session import Database, transaction
from app.people import service
from tests.people.authenticator import Authenticator
from tests.people.conftest import Browser, Browsers
from tests.people.journeys import OPERATOR, add, count, enrol, move_sessions, sign_in

ME = "/api/v1/session"


async def options(browser: Browser, act: str) -> dict[str, Any]:
    answer = await browser.ask("POST", f"/passkeys/{act}-options", json={})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def register(browser: Browser, key: Authenticator) -> httpx.Response:
    answer = key.register(await options(browser, "registration"))
    return await browser.ask("POST", "/passkeys/registration", json=answer)


async def show(browser: Browser, key: Authenticator, act: str = "sign-in") -> httpx.Response:
    answer = key.authenticate(await options(browser, act))
    return await browser.ask("POST", f"/passkeys/{act}", json=answer)


@pytest.fixture
async def owner(browsers: Browsers) -> Browser:
    return await browsers.signed_in(Role.approver)


@pytest.fixture
async def key(owner: Browser) -> Authenticator:
    """Of the owner."""
    key = Authenticator()
    assert (await register(owner, key)).status_code == 200
    return key


async def test_a_passkey_signs_in_without_a_name_or_password(
    browsers: Browsers, owner: Browser, key: Authenticator
) -> None:
    browser = await browsers.open()
    assert (await show(browser, key)).status_code == 200
    me = (await browser.ask("GET", ME)).json()
    assert owner.user is not None
    assert (me["user_id"], me["role"]) == (owner.user.user_id, "approver")


async def test_it_enrols_as_the_only_second_factor(browsers: Browsers) -> None:
    browser = await browsers.signed_in(Role.clerk, is_whole=False)
    before = browser.cookie
    assert (await register(browser, Authenticator())).status_code == 200
    assert browser.cookie != before
    assert (await browser.ask("GET", ME)).status_code == 200


async def test_it_is_the_second_step_after_a_password(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    first, key = await browsers.open(), Authenticator()
    await enrol(first, await add(database, settings))
    await register(first, key)
    browser = await browsers.open()
    await sign_in(browser)
    assert (await browser.ask("GET", ME)).status_code == 401
    assert (await show(browser, key, "verify")).status_code == 200
    assert (await browser.ask("GET", ME)).status_code == 200


async def test_it_gives_a_fresh_proof(database: Database, owner: Browser, key: Authenticator) -> None:
    await move_sessions(database, verified_at=clock.now() - timedelta(hours=1))
    assert (await owner.get("/account/passkeys")).headers["location"].startswith("/verify")
    assert (await show(owner, key, "verify")).status_code == 200
    assert (await owner.get("/account/passkeys")).status_code == 200


async def test_a_passkey_of_somebody_else_proves_nothing(browsers: Browsers, key: Authenticator) -> None:
    other = await browsers.signed_in(Role.clerk)
    assert (await show(other, key, "verify")).json()["code"] == "passkey_refused"


async def test_an_answer_counts_once_also_at_the_same_moment(browsers: Browsers, key: Authenticator) -> None:
    people = [await browsers.open() for _ in range(3)]
    answer = key.authenticate(await options(people[0], "sign-in"))
    answers = await asyncio.gather(*(each.ask("POST", "/passkeys/sign-in", json=answer) for each in people))
    assert sorted(each.status_code for each in answers) == [200, 401, 401]
    again = await people[0].ask("POST", "/passkeys/sign-in", json=answer)
    assert again.status_code in {401, 403}


async def test_a_challenge_of_another_session_or_of_long_ago_is_not_answered(
    browsers: Browsers, database: Database, owner: Browser, key: Authenticator
) -> None:
    stranger = await browsers.open()
    for_a_proof = key.authenticate(await options(owner, "verify"))
    assert (await stranger.ask("POST", "/passkeys/sign-in", json=for_a_proof)).status_code == 401
    late = key.authenticate(await options(stranger, "sign-in"))
    async with transaction(database) as session:
        await session.execute(update(PasskeyChallenge).values(expires_at=clock.now()))
    assert (await stranger.ask("POST", "/passkeys/sign-in", json=late)).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://supervise.test.evil.example"},
        {"rp_id": "evil.example"},
        {"verifies_its_user": False},
    ],
    ids=str,
)
async def test_what_was_signed_elsewhere_or_by_an_unverified_person_is_refused(
    browsers: Browsers, owner: Browser, key: Authenticator, wrong: dict[str, Any]
) -> None:
    for name, value in wrong.items():
        setattr(key, name, value)
    assert (await show(await browsers.open(), key)).json()["code"] == "passkey_refused"
    other = Authenticator(**wrong)
    assert (await register(owner, other)).json()["code"] == "passkey_refused"


async def test_another_key_does_not_sign_for_the_credential(browsers: Browsers, key: Authenticator) -> None:
    forger = Authenticator(credential_id=key.credential_id, count=key.count)
    assert (await show(await browsers.open(), forger)).status_code == 401


async def test_a_copy_that_lags_behind_is_refused(browsers: Browsers, key: Authenticator) -> None:
    assert (await show(await browsers.open(), key)).status_code == 200
    key.count -= 1
    assert (await show(await browsers.open(), key)).status_code == 401
    assert (await show(await browsers.open(), key)).status_code == 200


async def test_an_authenticator_without_a_counter_may_come_again(browsers: Browsers, owner: Browser) -> None:
    key = Authenticator(has_counter=False)
    await register(owner, key)
    assert [(await show(await browsers.open(), key)).status_code for _ in range(2)] == [200, 200]


async def test_a_credential_has_one_owner(browsers: Browsers, key: Authenticator) -> None:
    other = await browsers.signed_in(Role.clerk)
    assert (await register(other, key)).status_code == 401


async def test_a_disabled_person_and_an_unknown_passkey_are_refused_alike(
    browsers: Browsers, database: Database, owner: Browser, key: Authenticator
) -> None:
    assert owner.user is not None
    async with transaction(database) as session:
        await service.disable_user(session, owner.user.user_id, clock.now(), by=OPERATOR)
    disabled = await show(await browsers.open(), key)
    unknown = await show(await browsers.open(), Authenticator())
    assert disabled.status_code == unknown.status_code == 401
    assert disabled.json() == unknown.json()


async def test_no_list_of_keys_tells_who_has_one(browsers: Browsers, key: Authenticator) -> None:
    assert key.count
    assert (await options(await browsers.open(), "sign-in"))["allowCredentials"] == []


async def test_the_last_second_factor_is_kept_and_others_are_removed(
    browsers: Browsers, owner: Browser, key: Authenticator, database: Database
) -> None:
    page = await owner.get("/account")
    path = page.text.split('action="/account/passkeys/')[1].split('"')[0]
    assert "从此不能再用它登录或验证" in page.text
    assert (await owner.submit(f"/account/passkeys/{path}")).status_code == 409
    await register(owner, Authenticator())
    assert (await owner.submit(f"/account/passkeys/{path}")).status_code == 303
    assert (await show(await browsers.open(), key)).status_code == 401
    assert await count(database, "passkeys") == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"id": 1},
        {"id": "x", "rawId": "x", "type": "public-key", "response": {}},
        {"id": "x", "response": {"clientDataJSON": "e30"}},
        {"id": None, "response": None},
    ],
    ids=str,
)
async def test_what_is_no_answer_is_refused(browsers: Browsers, said: dict[str, Any]) -> None:
    browser = await browsers.open()
    answer = await browser.ask("POST", "/passkeys/sign-in", json=said)
    assert (answer.status_code, answer.json()["code"]) == (401, "passkey_refused")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 50_000, b"\xff"])
async def test_what_is_no_json_object_is_refused(browsers: Browsers, body: bytes) -> None:
    browser = await browsers.open()
    headers = {"Content-Type": "application/json"}
    assert (await browser.ask("POST", "/passkeys/sign-in", content=body, headers=headers)).status_code == 400


def test_the_key_itself_is_nowhere_in_the_database() -> None:
    """What is kept of it is public: an identifier, a public key, a counter."""
    kept = {"credential_id", "passkey_id", "user_id", "public_key", "sign_count", "created_at", "used_at"}
    assert set(User.metadata.tables["passkeys"].columns.keys()) == kept
