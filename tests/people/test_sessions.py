"""Sessions: another one at each rise of privilege, idle and absolute ends, listed and ended, and at once."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import UserSession
from app.db.session import Database, reading, transaction
from app.people import service
from app.people.sessions import COOKIE
from tests.people.conftest import ORIGIN, Browser, Browsers
from tests.people.journeys import (
    OPERATOR,
    OTHER_PASSWORD,
    PASSWORD,
    add,
    as_if_no_code_had_been_used,
    enrol,
    error_in,
    move_sessions,
    sign_in,
)

ME = "/api/v1/session"


async def status(browser: Browser) -> int:
    return (await browser.ask("GET", ME)).status_code


async def test_each_rise_of_privilege_brings_another_cookie_and_ends_the_one_before(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    browser, link = await browsers.open(), await add(database, settings)
    totp = await enrol(browser, link)
    cookies = [browser.cookie]
    await as_if_no_code_had_been_used(database)
    await sign_in(browser)
    cookies.append(browser.cookie)
    await browser.submit("/second-factor", code=totp.now())
    cookies.append(browser.cookie)
    await as_if_no_code_had_been_used(database)
    await browser.submit("/verify", code=totp.now())
    cookies.append(browser.cookie)
    assert len(set(cookies)) == 4
    half_way = await browsers.open()
    for old in cookies[1:3]:
        half_way.client.cookies.set(COOKIE, old or "", domain="supervise.test", path="/")
        assert (await half_way.ask("GET", ME)).json()["code"] == "session_ended"
    assert await status(browser) == 200


async def test_a_cookie_that_somebody_planted_is_never_taken_up(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    await enrol(await browsers.open(), await add(database, settings))
    planted = "A" * 43
    browser = await browsers.open()
    browser.client.cookies.set(COOKIE, planted, domain="supervise.test", path="/")
    assert (await sign_in(browser)).status_code == 303
    assert planted not in [cookie.value for cookie in browser.client.cookies.jar if cookie.path == "/"][-1:]
    fresh = await browsers.open()
    fresh.client.cookies.set(COOKIE, planted, domain="supervise.test", path="/")
    assert await status(fresh) == 401


async def test_the_database_does_not_hold_what_opens_a_session(
    browsers: Browsers, database: Database
) -> None:
    browser = await browsers.signed_in(Role.clerk)
    async with reading(database) as session:
        (row,) = (
            await session.execute(text("SELECT to_jsonb(user_sessions)::text FROM user_sessions"))
        ).all()
    assert browser.cookie
    assert browser.cookie not in row[0]
    assert browser.cookie.encode().hex() not in row[0]


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ({"seen_at": timedelta(minutes=14)}, 200),
        ({"seen_at": timedelta(minutes=16)}, 401),
        ({"expires_at": timedelta(seconds=1)}, 401),
    ],
)
async def test_a_session_ends_when_idle_and_in_any_case(
    browsers: Browsers, database: Database, moments: dict[str, timedelta], expected: int
) -> None:
    browser = await browsers.signed_in(Role.clerk)
    await move_sessions(database, **{name: clock.now() - ago for name, ago in moments.items()})
    assert await status(browser) == expected


async def test_a_request_keeps_a_session_from_being_idle_but_not_from_its_end(
    browsers: Browsers, database: Database
) -> None:
    browser = await browsers.signed_in(Role.clerk)
    before = (await browser.ask("GET", ME)).json()
    await move_sessions(database, seen_at=clock.now() - timedelta(minutes=10))
    await browser.ask("GET", ME)
    after = (await browser.ask("GET", ME)).json()
    assert after["idle_ends_at"] >= before["idle_ends_at"]
    assert after["expires_at"] == before["expires_at"]


async def test_eight_hours_are_the_longest(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    await enrol(await browsers.open(), await add(database, settings))
    async with reading(database) as session:
        rows = list(await session.scalars(select(UserSession).where(UserSession.is_whole)))
    assert {row.expires_at - row.created_at for row in rows} == {timedelta(hours=8)}


async def test_a_fresh_proof_makes_no_session_longer(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    browser = await browsers.open()
    totp = await enrol(browser, await add(database, settings))
    end = clock.now() + timedelta(minutes=20)
    await move_sessions(database, expires_at=end)
    await as_if_no_code_had_been_used(database)
    await browser.submit("/verify", code=totp.now())
    assert (await browser.ask("GET", ME)).json()["expires_at"] == end.isoformat().replace("+00:00", "Z")


async def test_a_person_lists_and_ends_own_sessions_and_no_others(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    link = await add(database, settings)
    here, there = await browsers.open("192.0.2.1"), await browsers.open("192.0.2.2")
    totp = await enrol(here, link)
    await as_if_no_code_had_been_used(database)
    await sign_in(there)
    await there.submit("/second-factor", code=totp.now())
    stranger = await browsers.signed_in(Role.clerk)
    items = (await here.ask("GET", "/api/v1/sessions")).json()["items"]
    assert [(item["address"], item["is_current"]) for item in items] == [
        ("192.0.2.2", False),
        ("192.0.2.1", True),
    ]
    path = f"/api/v1/sessions/{items[0]['session_id']}"
    assert (await stranger.ask("DELETE", path)).json()["code"] == "session_unknown"
    assert await status(there) == 200
    assert (await here.ask("DELETE", path)).status_code == 204
    assert (await status(there), await status(here)) == (401, 200)


async def test_signing_out_ends_the_session_and_not_only_the_cookie(browsers: Browsers) -> None:
    browser = await browsers.signed_in(Role.clerk)
    cookie = browser.cookie or ""
    answer = await browser.submit("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    browser.client.cookies.set(COOKIE, cookie, domain="supervise.test", path="/")
    assert await status(browser) == 401


async def test_changing_the_password_ends_all_other_sessions(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    here, there, link = await browsers.open(), await browsers.open(), await add(database, settings)
    totp = await enrol(here, link)
    await as_if_no_code_had_been_used(database)
    await sign_in(there)
    await there.submit("/second-factor", code=totp.now())
    wrong = await here.submit("/account/password", current="guessed " * 3, password=OTHER_PASSWORD)
    assert wrong.status_code == 401
    changed = await here.submit("/account/password", current=PASSWORD, password=OTHER_PASSWORD)
    assert changed.status_code == 303
    assert (await status(here), await status(there)) == (200, 401)
    assert (await sign_in(await browsers.open(), PASSWORD)).status_code == 401
    assert (await sign_in(await browsers.open(), OTHER_PASSWORD)).status_code == 303


@pytest.mark.parametrize("act", ["disable", "reset", "role"])
async def test_what_an_administrator_does_to_an_account_ends_its_sessions(
    browsers: Browsers, act: str
) -> None:
    administrator, other = await browsers.signed_in(Role.administrator), await browsers.signed_in(Role.clerk)
    assert other.user is not None
    path = f"/api/v1/users/{other.user.user_id}/{act}"
    method, body = ("PUT", {"json": {"role": "approver"}}) if act == "role" else ("POST", {})
    answer: httpx.Response = await administrator.ask(method, path, **body)
    assert answer.status_code in {200, 204}, answer.text
    assert await status(other) == 401


async def test_a_disabled_person_does_not_sign_in(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    link = await add(database, settings)
    await enrol(await browsers.open(), link)
    async with transaction(database) as session:
        await service.disable_user(session, link.user_id, clock.now(), by=OPERATOR)
    assert (await sign_in(await browsers.open())).status_code == 401


async def test_a_password_that_expires_must_be_changed_before_anything_else(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    browser = await browsers.open()
    await enrol(browser, await add(database, settings))
    async with transaction(database) as session:
        await session.execute(text("UPDATE users SET password_set_at = now() - interval '91 days'"))
    assert await status(browser) == 200  # by default a password does not expire
    browser.client._transport.app.state.resources.settings.__dict__["password_max_age_days"] = 90  # type: ignore[attr-defined]  # of this test's application
    refused = await browser.ask("GET", ME)
    assert (refused.status_code, refused.json()["code"]) == (403, "password_expired")
    assert (await browser.get("/account")).headers["location"] == "/account/password"
    changed = await browser.submit("/account/password", current=PASSWORD, password=OTHER_PASSWORD)
    assert changed.status_code == 303
    assert await status(browser) == 200


async def test_a_sensitive_act_asks_for_a_fresh_proof(browsers: Browsers, database: Database) -> None:
    browser = await browsers.signed_in(Role.administrator)
    await move_sessions(database, verified_at=clock.now() - timedelta(minutes=11))
    wanted = {"role": "clerk", "login": "zhang.san", "display_name": "张某"}
    refused = await browser.ask("POST", "/api/v1/users", json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_proof_needed")
    page = await browser.get("/account/authenticator")
    assert page.headers["location"] == "/verify?next=%2Faccount%2Fauthenticator"
    assert "您要进行的操作需要刚刚完成的身份验证" in (await browser.get(page.headers["location"])).text


async def test_without_a_session_pages_lead_to_the_sign_in_and_the_api_says_so(browser: Browser) -> None:
    assert (await browser.get("/account")).headers["location"] == "/sign-in?next=%2Faccount"
    answer = await browser.client.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert error_in(await browser.get("/sign-in")) == ""


async def test_a_token_is_believed_and_the_cookie_beside_it_is_not_looked_at(browsers: Browsers) -> None:
    browser = await browsers.signed_in(Role.clerk)
    answer = await browser.client.get(ME, headers={"Authorization": "Bearer no", "Origin": ORIGIN})
    assert answer.json()["code"] == "token_invalid"
