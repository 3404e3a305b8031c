"""Accounts over HTTP: administrators make and end them, and gain nothing by it."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.core.vocabulary import Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from tests.people.conftest import ORIGIN, Browser, Browsers
from tests.people.journeys import PASSWORD, sign_in

USERS = "/api/v1/users"
ZHANG = {"role": "reviewer", "login": "zhang.san", "display_name": "张某", "districts": ["440200"]}


@pytest.fixture
async def administrator(browsers: Browsers) -> Browser:
    return await browsers.signed_in(Role.administrator)


async def added(administrator: Browser, **changes: Any) -> dict[str, str]:  # noqa: ANN401
    answer = await administrator.ask("POST", USERS, json=ZHANG | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


async def test_an_administrator_adds_a_person_who_enrols_by_the_link(
    browsers: Browsers, administrator: Browser
) -> None:
    new = await added(administrator)
    browser = await browsers.open()
    assert new["link"].startswith(f"{ORIGIN}/enrolment/")
    answer = await browser.submit(new["link"].removeprefix(ORIGIN), password=PASSWORD)
    assert answer.headers["location"] == "/account/authenticator"
    found = (await administrator.ask("GET", f"{USERS}/{new['user_id']}")).json()
    assert (found["login"], found["districts"], found["has_password"]) == ("zhang.san", ["4402"], True)
    assert not found["has_second_factor"]


async def test_a_login_is_one_persons(administrator: Browser) -> None:
    await added(administrator)
    answer = await administrator.ask("POST", USERS, json=ZHANG | {"login": " ZHANG.SAN"})
    assert (answer.status_code, answer.json()["code"]) == (409, "login_taken")


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"login": "张三"}, ["/login"]),
        ({"login": "a"}, ["/login"]),
        ({"login": "u13912345678"}, []),
        ({"login": "u-13912345678"}, ["/login"]),
        ({"login": "u.110101199003074514"}, ["/login"]),
        ({"display_name": ""}, ["/display_name"]),
        ({"display_name": "张\u202e三"}, ["/display_name"]),
        ({"role": "learner", "districts": []}, ["/role"]),
        ({"role": "platform", "districts": []}, ["/role"]),
        ({"role": "operator", "districts": []}, ["/platform"]),
        ({"platform": "P1"}, ["/platform"]),
        ({"role": "agent", "districts": []}, ["/uscc"]),
        ({"role": "agent", "districts": [], "uscc": "91440200MA4UQ0A31J"}, ["/uscc"]),
        ({"role": "administrator"}, ["/districts"]),
        ({"districts": ["44020"]}, ["/districts"]),
    ],
    ids=str,
)
async def test_what_does_not_fit_together_is_told(
    administrator: Browser, changes: dict[str, Any], pointers: list[str]
) -> None:
    answer = await administrator.ask("POST", USERS, json=ZHANG | changes)
    assert [error["pointer"] for error in answer.json().get("errors", [])] == pointers
    assert answer.status_code == (422 if pointers else 201)
    if pointers:
        assert answer.json()["code"] == "unusable_user"


@pytest.mark.parametrize("act", ["role", "disable", "reset"])
async def test_administrators_do_not_change_their_own_account(administrator: Browser, act: str) -> None:
    assert administrator.user is not None
    path = f"{USERS}/{administrator.user.user_id}/{act}"
    method, body = ("PUT", {"json": {"role": "approver"}}) if act == "role" else ("POST", {})
    answer = await administrator.ask(method, path, **body)
    assert (answer.status_code, answer.json()["code"]) == (403, "own_account")
    me = (await administrator.ask("GET", "/api/v1/session")).json()
    assert me["role"] == "administrator"


@pytest.mark.parametrize("role", [role for role in Role if not role.is_program])
async def test_nobody_else_manages_accounts(browsers: Browsers, administrator: Browser, role: Role) -> None:
    new = await added(administrator)
    person = await browsers.signed_in(role)
    is_manager, is_reader = role is Role.administrator, role in {Role.administrator, Role.auditor}
    assert ((await person.ask("GET", USERS)).status_code == 200) is is_reader
    answer = await person.ask("POST", f"{USERS}/{new['user_id']}/disable")
    assert (answer.status_code == 204) is is_manager


async def test_a_role_is_changed_with_what_it_is_bound_to(administrator: Browser) -> None:
    new = await added(administrator)
    path = f"{USERS}/{new['user_id']}"
    body = {"role": "operator", "platform": "P1"}
    assert (await administrator.ask("PUT", f"{path}/role", json=body)).status_code == 204
    found = (await administrator.ask("GET", path)).json()
    assert (found["role"], found["platform"], found["districts"]) == ("operator", "P1", None)


async def test_a_reset_takes_every_factor_away_and_spends_older_links(
    browsers: Browsers, administrator: Browser
) -> None:
    new = await added(administrator)
    browser = await browsers.open()
    await browser.submit(new["link"].removeprefix(ORIGIN), password=PASSWORD)
    again = (await administrator.ask("POST", f"{USERS}/{new['user_id']}/reset")).json()
    assert (await sign_in(await browsers.open(), login="zhang.san")).status_code == 401
    assert (await browser.get("/account/authenticator")).headers["location"].startswith("/sign-in")
    later = (await administrator.ask("POST", f"{USERS}/{new['user_id']}/reset")).json()
    assert (await browser.client.get(again["link"])).status_code == 404
    assert (await browser.client.get(later["link"])).status_code == 200


async def test_a_disabled_person_cannot_use_a_link_that_is_still_about(
    browsers: Browsers, administrator: Browser
) -> None:
    new = await added(administrator)
    await administrator.ask("POST", f"{USERS}/{new['user_id']}/disable")
    assert (await (await browsers.open()).client.get(new["link"])).status_code == 404


async def test_sessions_of_anybody_are_listed_and_ended(browsers: Browsers, administrator: Browser) -> None:
    person = await browsers.signed_in(Role.clerk)
    assert person.user is not None
    path = f"{USERS}/{person.user.user_id}/sessions"
    (entry,) = (await administrator.ask("GET", path)).json()["items"]
    assert not entry["is_current"]
    assert (await administrator.ask("DELETE", path)).status_code == 204
    assert (await person.ask("GET", "/api/v1/session")).status_code == 401


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("POST", "/reset"), ("DELETE", "/sessions")])
async def test_who_is_not_there_is_not_found(administrator: Browser, method: str, rest: str) -> None:
    answer = await administrator.ask(method, f"{USERS}/user-0000000000000000{rest}")
    assert (answer.status_code, answer.json()["code"]) == (404, "user_unknown")


async def test_every_change_and_sign_in_stands_in_the_trail(
    browsers: Browsers, administrator: Browser, database: Database
) -> None:
    new = await added(administrator)
    browser = await browsers.open("192.0.2.44")
    await sign_in(browser, "wrong " * 3, login="zhang.san")
    await administrator.ask("POST", f"{USERS}/{new['user_id']}/disable")
    async with reading(database) as session:
        entries = list(await session.scalars(select(TrailEntry).order_by(TrailEntry.occurred_at)))
    assert administrator.user is not None
    told = [(entry.action, entry.actor_id, entry.kind, entry.subject.get("user_id")) for entry in entries]
    assert told == [
        ("users:add", administrator.user.user_id, "change", new["user_id"]),
        ("session:open", "unknown", "denied", new["user_id"]),
        ("users:disable", administrator.user.user_id, "change", new["user_id"]),
    ]
    assert entries[1].address == "192.0.2.44"


async def test_no_page_or_answer_shows_what_opens_an_account(
    administrator: Browser, browsers: Browsers
) -> None:
    new = await added(administrator)
    await (await browsers.open()).submit(new["link"].removeprefix(ORIGIN), password=PASSWORD)
    told = (await administrator.ask("GET", USERS)).text
    assert not re.search(r"argon2|hash|secret|sealed", told)
