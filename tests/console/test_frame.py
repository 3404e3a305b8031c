"""What all pages share: they are walked by keyboard, changed without a reload, and read without scripts."""

import re

import pytest
from playwright.async_api import Page, expect

from app.core.vocabulary import Role
from tests.console.visitors import PHONE, Visitors

LIST = "/class-groups"
MARK = "window.mark = 'still here'"
IS_VISIBLE = """() => {
  const stop = document.activeElement;
  const style = getComputedStyle(stop);
  const isInside = stop.matches(":focus-within:not(:focus)");
  return isInside || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
}"""
"""That what has the focus has a ring around it; the browser itself draws that of a part of a field."""

STOP = """document.activeElement === document.body
  ? null : document.activeElement.outerHTML.slice(0, 200)"""
"""What has the focus; None behind the last stop."""


async def is_kept(page: Page) -> bool:
    """No full reload has come since the mark was set."""
    return bool(await page.evaluate("window.mark === 'still here'"))


class TestByKeyboard:
    async def test_the_first_stop_leads_past_the_navigation(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(LIST)
        await page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        await expect(skip).to_be_focused()
        await expect(skip).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await expect(page.locator("#main")).to_be_focused()

    async def test_every_stop_is_seen(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(LIST)
        seen = set()
        await page.keyboard.press("Tab")
        while (where := await page.evaluate(STOP)) is not None:
            assert await page.evaluate(IS_VISIBLE), where
            seen.add(where)
            await page.keyboard.press("Tab")
        assert len(seen) > 30

    async def test_a_place_is_reached_and_left_again(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(LIST)
        await page.evaluate(MARK)
        link = page.locator("nav.side a[href='/learners']")
        await link.press("Enter")
        await page.wait_for_url("**/learners")
        await expect(page.locator("nav.side [aria-current=page]")).to_have_attribute("href", "/learners")
        await expect(page.locator("#main")).to_be_focused()
        assert await is_kept(page)
        await page.go_back()
        await page.wait_for_url(f"**{LIST}")
        await expect(page.locator("nav.side [aria-current=page]")).to_have_attribute("href", LIST)

    async def test_slash_searches_and_escape_closes(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(LIST)
        chooser = page.locator(".choose-columns summary")
        await chooser.press("Enter")
        await expect(page.locator(".choose-columns[open]")).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(page.locator(".choose-columns[open]")).to_have_count(0)
        await page.keyboard.press("/")
        await expect(page.locator("#q")).to_be_focused()


class TestFilters:
    async def test_live_in_the_address_without_a_reload(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(LIST)
        rows = page.locator("tbody tr")
        everything = await rows.count()
        await page.evaluate(MARK)
        await page.locator("#f-platform").select_option("yunqiao-vod")
        await page.wait_for_url(re.compile(r"/class-groups\?platform=yunqiao-vod$"))
        await expect(rows).not_to_have_count(everything)
        assert await rows.count() > 0
        await expect(page.locator("#f-platform")).to_have_value("yunqiao-vod")
        await page.go_back()
        await expect(rows).to_have_count(everything)
        await expect(page.locator("#f-platform")).to_have_value("")
        assert await is_kept(page)

    async def test_can_be_chosen_and_typed_by_keyboard(self, visitors: Visitors) -> None:
        """Arrow keys pass other choices by; a day changes with every digit."""
        page = await visitors.come(Role.clerk)
        await page.goto(LIST)
        field = page.locator("#f-platform")
        await field.focus()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await page.wait_for_url(re.compile("platform=yunqiao-vod"))
        await expect(page.locator("#f-platform")).to_be_focused()
        await page.locator("#f-closed_from").focus()
        await page.keyboard.type("01022026")
        assert "closed_from" not in page.url
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("closed_from=2026-01-02"))

    async def test_keep_id_numbers_out_of_the_address(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto("/learners")
        await page.locator("#f-learner_id").fill("11010519491231002X")
        await page.locator("#f-learner_id").press("Enter")
        assert await page.locator("#f-learner_id").evaluate("field => !field.validity.valid")
        assert "1101" not in page.url

    async def test_are_reached_by_their_address(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(f"{LIST}?platform=nobody")
        await expect(page.locator(".empty")).to_be_visible()
        await page.locator("form.filters a.button").press("Enter")
        await expect(page.locator("tbody tr").first).to_be_visible()

    async def test_columns_that_are_put_away_stay_away(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(LIST)
        heads = page.locator("thead th:visible")
        everything = await heads.count()
        await page.locator(".choose-columns summary").press("Enter")
        await page.locator(".choose-columns input").first.press(" ")
        await expect(heads).to_have_count(everything - 1)
        await page.reload()
        await expect(heads).to_have_count(everything - 1)


class TestPreferences:
    async def test_a_language_is_kept(self, visitors: Visitors) -> None:
        page = await visitors.come(Role.clerk)
        await page.goto(f"{LIST}?platform=qingshan-live")
        await page.locator(".preferences [name=language]").press("Enter")
        await expect(page.locator("h1")).to_have_text("Class groups")
        await page.wait_for_url(f"**{LIST}?platform=qingshan-live")
        await page.goto("/account")
        await expect(page.locator("html")).to_have_attribute("lang", "en")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    async def test_a_theme_is_kept_and_follows_the_system_at_first(
        self, visitors: Visitors, scheme: str
    ) -> None:
        page = await visitors.come(Role.clerk, color_scheme=scheme)
        await page.goto(LIST)
        assert await is_dark(page) == (scheme == "dark")
        await page.locator(".preferences [name=theme]").press("Enter")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert await is_dark(page)
        await page.locator(".preferences [name=theme]").press("Enter")
        await expect(page.locator("html")).to_have_attribute("data-theme", "light")
        assert not await is_dark(page)


async def is_dark(page: Page) -> bool:
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    return max(int(part) for part in re.findall(r"\d+", colour)[:3]) < 80


async def test_lists_are_read_and_filtered_without_scripts(visitors: Visitors) -> None:
    page = await visitors.come(Role.clerk, java_script_enabled=False)
    await page.goto(LIST)
    everything = await page.locator("tbody tr").count()
    await page.locator("#f-platform").select_option("yunqiao-vod")
    await page.locator("form.filters button[type=submit]").press("Enter")
    await page.wait_for_url(re.compile(r"/class-groups\?platform=yunqiao-vod$"))
    assert 0 < await page.locator("tbody tr").count() < everything


async def test_where_no_answer_comes_the_page_says_so(visitors: Visitors) -> None:
    page = await visitors.come(Role.clerk)
    await page.goto(LIST)
    await page.route("**/learners", lambda route: route.abort("aborted"))
    await page.locator("nav.side a[href='/learners']").press("Enter")
    await expect(page.locator("main [role=alert]")).to_contain_text("没有收到回答")
    await expect(page.locator("h1")).to_have_text("班级")
    await page.unroute("**/learners")
    await page.locator("nav.side a[href='/learners']").press("Enter")
    await expect(page.locator("h1")).to_have_text("学员")
    await expect(page.locator("main [role=alert]")).to_have_count(0)
    complaints = visitors.watch.complaints
    assert complaints
    assert all("htmx:error: Failed to fetch" in each for each in complaints), complaints
    complaints.clear()


async def test_at_400_percent_the_head_leaves_room_for_what_is_read(visitors: Visitors) -> None:
    """A desk of 1280 × 1024 is as large as 320 × 256 then (WCAG 2.2, 1.4.10 and 2.4.11)."""
    page = await visitors.come(Role.clerk, viewport={"width": 320, "height": 256})
    await page.goto(LIST)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.evaluate("scrollTo(0, 2000)")
    await expect(page.locator("header.top")).not_to_be_in_viewport()


async def test_on_a_phone_nothing_hangs_over_the_edge(visitors: Visitors) -> None:
    page = await visitors.come(Role.clerk, viewport=PHONE)
    await page.goto(LIST)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await expect(page.locator("nav.side")).to_be_hidden()
    await page.locator("[data-menu] summary").press("Enter")
    await expect(page.locator("nav.side")).to_be_visible()
