"""Signing in as a person does, with a code and with a passkey that the browser itself makes."""

from typing import Any

import pyotp
from playwright.async_api import Page, expect

from app.core.vocabulary import Role
from tests.console.site import Site
from tests.console.visitors import Visitors
from tests.people.journeys import PASSWORD, add, as_if_no_code_had_been_used

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def enrol(page: Page, site: Site, login: str) -> pyotp.TOTP:
    """From the link to the first page, by keyboard alone."""
    link = await add(site.database, site.app.state.resources.settings, Role.reviewer, login)
    await page.goto(f"/enrolment/{link.token}")
    await page.locator("#password").focus()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/account/authenticator")
    totp = pyotp.TOTP((await page.locator("code").first.inner_text()).strip())
    await page.locator("#code").focus()
    await page.keyboard.type(totp.now())
    await page.keyboard.press("Enter")
    await expect(page.locator("code")).to_have_count(10)
    return totp


async def sign_out(page: Page) -> None:
    await page.goto("/account")
    await page.locator("form[action='/sign-out'] button").press("Enter")
    await page.wait_for_url("**/sign-in")


async def give_password(page: Page, login: str) -> None:
    """The field for the login has the focus from the start."""
    await expect(page.locator("#login")).to_be_focused()
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/second-factor*")


async def test_with_a_code_and_back_to_the_page_that_was_asked_for(visitors: Visitors, site: Site) -> None:
    page = await visitors.come()
    totp = await enrol(page, site, "by.code")
    await sign_out(page)
    await page.goto("/class-groups?programme=standard")
    await give_password(page, "by.code")
    await as_if_no_code_had_been_used(site.database)
    await expect(page.locator("#code")).to_be_focused()
    await page.keyboard.type(totp.now())
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/class-groups?programme=standard")


async def test_with_a_passkey(visitors: Visitors, site: Site) -> None:
    page = await visitors.come()
    await enrol(page, site, "by.passkey")
    await add_authenticator(page)
    await page.goto("/account")
    await page.locator("a[href='/account/passkeys']").press("Enter")
    await page.wait_for_url("**/account/passkeys")
    await page.locator("[data-passkey=register]").press("Enter")
    await page.wait_for_url("**/account")
    await sign_out(page)
    await page.locator("[data-passkey=sign-in]").press("Enter")
    await page.wait_for_url("**/overview")


async def test_a_passkey_proves_who_one_is_on_a_page_that_was_come_back_to(
    visitors: Visitors, site: Site
) -> None:
    """Both times without a reload: the page brings the same script again."""
    page = await visitors.come()
    await enrol(page, site, "comes.back")
    await add_authenticator(page)
    await page.goto("/account/passkeys")
    await page.locator("[data-passkey=register]").press("Enter")
    await page.wait_for_url("**/account")
    await page.goto("/desk")
    for _ in range(2):
        await page.evaluate(
            "htmx.ajax('GET', '/verify?next=/overview', { target: 'body', swap: 'outerHTML' })"
        )
        await expect(page.locator("main [autofocus]")).to_be_focused()
    await page.locator("[data-passkey=verify]").press("Enter")
    await page.wait_for_url("**/overview")


async def add_authenticator(page: Page) -> None:
    session = await page.context.new_cdp_session(page)
    options: Any = {"options": AUTHENTICATOR}
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", options)


async def test_after_a_sign_out_the_way_back_shows_nothing(visitors: Visitors, site: Site) -> None:
    """Neither of pages that were loaded nor of those that were exchanged without a reload."""
    page = await visitors.come()
    await enrol(page, site, "goes.back")
    await page.goto("/class-groups")
    await page.locator("nav.side a[href='/learners']").press("Enter")
    await page.wait_for_url("**/learners")
    await sign_out(page)
    for came_from in ("account", "learners", "class-groups"):
        await page.go_back()
        await page.wait_for_url(f"**/sign-in?next=%2F{came_from}")
        await expect(page.locator("table")).to_have_count(0)


async def test_a_wrong_password_says_what_to_do(visitors: Visitors) -> None:
    visitors.watch.expected_statuses.add(401)
    page = await visitors.come()
    await page.goto("/sign-in")
    await page.keyboard.type("nobody")
    await page.keyboard.press("Tab")
    await page.keyboard.type("not the password")
    await page.keyboard.press("Enter")
    await expect(page.locator("[role=alert]").first).to_be_visible()
