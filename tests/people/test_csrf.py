"""Requests that other sites start: refused, whichever way they come."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.api.deps import action_of
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.session import Database
from app.main import create_app
from app.people import csrf
from tests.people.conftest import ORIGIN, Browser, Browsers
from tests.people.journeys import PASSWORD, add, enrol, sign_in

FOREIGN: list[dict[str, str]] = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://supervise.test"},
    {"Origin": "https://supervise.test.evil.example"},
    {"Origin": "https://supervise.test:8443"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "none"},
]


def unsafe_routes(app: FastAPI) -> list[tuple[str, str]]:
    return sorted(
        (method, (route.path or "").replace("{", "").replace("}", ""))
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if method not in csrf.SAFE_METHODS
        and (
            action_of(route.dependant) is not None
            or (route.path or "").startswith(("/a", "/v", "/s", "/pass"))
        )
    )


ROUTES = unsafe_routes(create_app(Settings(database_url="postgresql://unused")))


async def test_every_unsafe_route_refuses_what_other_sites_start(
    browsers: Browsers, subtests: pytest.Subtests
) -> None:
    people = {role: await browsers.signed_in(role) for role in (Role.administrator, Role.approver)}
    assert len(ROUTES) > 15
    for method, path in ROUTES:
        for browser in people.values():
            with subtests.test(route=f"{method} {path}"):
                answer = await browser.client.request(
                    method, path, headers={"Origin": "https://evil.example"}
                )
                assert answer.status_code == 403
                assert "cross_site_request" in answer.text or "不是来自本站" in answer.text


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_a_foreign_origin_does_nothing(browsers: Browsers, headers: dict[str, str]) -> None:
    browser = await browsers.signed_in(Role.clerk)
    token = {"X-CSRF-Token": browser.token}
    refused = await browser.client.delete("/api/v1/sessions/x", headers=headers | token)
    assert (refused.status_code, refused.json()["code"]) == (403, "cross_site_request")
    form = await browser.client.post("/sign-out", data={"csrf_token": browser.token}, headers=headers)
    assert form.status_code == 403
    assert (await browser.ask("GET", "/api/v1/session")).status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "x"])
async def test_a_missing_or_wrong_token_does_nothing(browsers: Browsers, token: str) -> None:
    browser, other = await browsers.signed_in(Role.clerk), await browsers.signed_in(Role.clerk)
    for wrong in (token, other.token):
        headers = {"Origin": ORIGIN, "X-CSRF-Token": wrong}
        refused = await browser.client.delete("/api/v1/sessions/x", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf_token_wrong")
        form = await browser.client.post("/sign-out", data={"csrf_token": wrong}, headers={"Origin": ORIGIN})
        assert form.status_code == 403
    assert (await browser.ask("GET", "/api/v1/session")).status_code == 200


async def test_the_token_ends_with_its_session(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    browser = await browsers.open()
    await enrol(browser, await add(database, settings))
    old = browser.token
    await browser.submit("/account/password", current=PASSWORD, password="violet hippos play chess")
    assert browser.token != old
    refused = await browser.client.post("/sign-out", data={"csrf_token": old}, headers={"Origin": ORIGIN})
    assert refused.status_code == 403


async def test_nobody_is_signed_in_from_another_site(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    await enrol(await browsers.open(), await add(database, settings))
    browser = await browsers.open()
    form = {"login": "li.ming", "password": PASSWORD}
    for headers in FOREIGN:
        answer = await browser.client.post("/sign-in", data=form, headers=headers)
        assert (answer.status_code, browser.cookie) == (403, None)
    assert (await sign_in(browser)).status_code == 303


async def test_reading_needs_no_proof(browsers: Browsers) -> None:
    browser = await browsers.signed_in(Role.clerk)
    assert (await browser.client.get("/api/v1/session")).status_code == 200


EVIL = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example\t",
    "https:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/\n/evil.example",
    "",
    "///evil.example",
]


@pytest.mark.parametrize("wanted", EVIL)
async def test_a_sign_in_leads_to_a_page_of_ours_only(
    browsers: Browsers, database: Database, settings: Settings, wanted: str
) -> None:
    await enrol(await browsers.open(), await add(database, settings))
    browser = await browsers.open()
    answer = await browser.client.post(
        "/sign-in",
        params={"next": wanted},
        data={"login": "li.ming", "password": PASSWORD},
        headers={"Origin": ORIGIN},
    )
    assert httpx.URL(ORIGIN).join(answer.headers["location"]).host == "supervise.test"
    assert "evil" not in answer.headers["location"] or answer.headers["location"].startswith("/second-factor")


@pytest.mark.parametrize("wanted", EVIL)
def test_only_a_path_of_ours_is_followed(wanted: str) -> None:
    assert csrf.path_within(wanted, "/account") in {"/account", "/%09/evil.example"}


async def test_where_one_wanted_to_go_is_kept_through_both_steps(browsers: Browsers) -> None:
    browser = await browsers.signed_in(Role.clerk)
    page = await (await browsers.open()).get("/sign-in", params={"next": "/account/password"})
    assert 'action="/sign-in?next=%2Faccount%2Fpassword"' in page.text
    answer = await browser.get("/second-factor", params={"next": "/account/password"})
    assert answer.headers["location"] == "/account/password"


@pytest.mark.parametrize("path", ["/sign-in", "/account", "/second-factor", "/enrolment/x", "/learner/x"])
async def test_pages_say_what_they_may_load_and_who_may_frame_them(browser: Browser, path: str) -> None:
    headers: Any = (await browser.get(path)).headers
    policy = {part.strip() for part in headers["content-security-policy"].split(";")}
    assert {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    } <= policy
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["cache-control"], headers["x-frame-options"]) == ("no-store", "DENY")
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
