"""Signing in at the pages, from the enrolment link to the account."""

from app.core.config import Settings
from app.db.session import Database
from app.people.sessions import COOKIE
from tests.people.conftest import Browser, Browsers
from tests.people.journeys import (
    LOGIN,
    PASSWORD,
    add,
    as_if_no_code_had_been_used,
    enrol,
    sign_in,
)


async def test_from_the_link_to_the_account_and_in_again(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    first, link = await browsers.open(), await add(database, settings)
    totp = await enrol(first, link)
    me = (await first.ask("GET", "/api/v1/session")).json()
    assert (me["login"], me["role"], me["csrf_token"]) == (LOGIN, "reviewer", first.token)
    await as_if_no_code_had_been_used(database)
    second = await browsers.open()
    answer = await sign_in(second)
    assert (answer.status_code, answer.headers["location"]) == (303, "/second-factor")
    assert (await second.get("/account")).headers["location"] == "/second-factor"
    answer = await second.submit("/second-factor", code=totp.now())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = await second.get("/account")
    assert (page.status_code, LOGIN in page.text) == (200, True)


async def test_the_cookie_cannot_be_read_sent_in_clear_or_taken_elsewhere(
    browser: Browser, database: Database, settings: Settings
) -> None:
    link = await add(database, settings)
    answer = await browser.submit(f"/enrolment/{link.token}", password=PASSWORD)
    (cookie,) = answer.headers.get_list("set-cookie")
    name, _, rest = cookie.partition("=")
    assert name == COOKIE == "__Host-session"
    assert {part.strip() for part in rest.lower().split(";")[1:]} == {
        "path=/",
        "httponly",
        "secure",
        "samesite=lax",
    }
