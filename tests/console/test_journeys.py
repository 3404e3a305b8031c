"""What each role comes for, by keyboard alone, as far as the answer."""

import re

from playwright.async_api import Locator, Page, expect

from app.core.vocabulary import Role
from tests.console.visitors import PHONE, Visitors


async def go(page: Page, link: Locator, address: str) -> None:
    """By Enter on the link."""
    await link.press("Enter")
    await page.wait_for_url(re.compile(address))
    await expect(page.locator("h1")).to_be_visible()


async def test_an_official_finds_why_a_learner_is_not_eligible(visitors: Visitors) -> None:
    page = await visitors.come(Role.reviewer)
    await page.goto("/")
    await page.wait_for_url("**/overview")
    await expect(page.locator("figure.drawn").first).to_be_visible()
    await page.evaluate("window.mark = 'still here'")
    await go(page, page.locator("main a[href*='eligibility=ineligible']").first, "/learners")
    await go(page, page.locator("tbody th a").first, "/learners/.+/.+/.+")
    await expect(page.locator("main")).to_contain_text("还能做什么")
    await expect(page.locator("main blockquote").first).to_be_visible()
    assert await page.evaluate("window.mark") == "still here"


async def test_an_official_decides_what_waits(visitors: Visitors) -> None:
    page = await visitors.come(Role.approver)
    await page.goto("/desk")
    rejecting = page.locator("form[action='/desk/reject']").first
    waiting = await page.locator("form[action='/desk/reject']").count()
    await page.locator("details:has(form[action='/desk/reject']) > summary").first.press("Enter")
    await expect(rejecting).to_contain_text("什么也不会改变")
    await rejecting.locator("textarea").fill("证明未加盖公章，请补齐后另行提请")
    await rejecting.locator("button").press("Enter")
    await expect(page.locator("form[action='/desk/reject']")).to_have_count(waiting - 1)


async def test_a_clerk_takes_up_findings(visitors: Visitors) -> None:
    page = await visitors.come(Role.clerk)
    await page.goto("/findings?state=open")
    await page.locator("tbody input[name=finding_id]").first.press(" ")
    taking = page.locator("details:has(button[formaction='/findings/comments'])")
    await taking.locator("summary").press("Enter")
    await taking.locator("textarea").focus()
    await page.keyboard.type("已电话联系平台补报。")
    await page.locator("button[formaction='/findings/comments']").press("Enter")
    await expect(page.locator("tbody tr").first.locator("td").last).to_contain_text("1 条备注")


async def test_an_agent_sees_whom_to_help_and_takes_the_report_along(visitors: Visitors) -> None:
    page = await visitors.come(Role.agent)
    await page.goto("/")
    await page.wait_for_url("**/enterprise")
    await go(
        page, page.locator("main a[href^='/enterprise/class-groups/']").first, "/enterprise/class-groups/"
    )
    await page.goto("/report")
    await page.locator("main form button[type=submit]").press("Enter")
    await page.wait_for_url("**/report/*")
    async with page.expect_download() as download:
        await page.locator("a[href*='format=csv']").press("Enter")
    assert (await (await download.value).path()).stat().st_size > 100


async def test_an_operator_mends_what_was_rejected(visitors: Visitors) -> None:
    page = await visitors.come(Role.operator)
    await page.goto("/")
    await page.wait_for_url("**/feeds")
    await go(page, page.locator("main a[href*='/batches?rejected=true']").first, "/batches")
    await go(page, page.locator("tbody a[href^='/batches/']").first, "/batches/.+")
    await expect(page.locator("main table").first).to_be_visible()


async def test_a_learner_reads_the_own_record_on_a_phone(visitors: Visitors) -> None:
    page = await visitors.come(Role.learner, viewport=PHONE)
    await page.goto("/")
    await page.wait_for_url("**/my/record")
    await go(page, page.locator("main a[href^='/my/record/']").first, "/my/record/.+")
    await expect(page.locator("main")).to_contain_text("课")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.goto("/my/accesses")
    await expect(page.locator("h1")).to_be_visible()


async def test_an_auditor_asks_who_looked(visitors: Visitors) -> None:
    page = await visitors.come(Role.auditor)
    await page.goto("/audit")
    await expect(page.locator("tbody tr").first).to_be_visible()
    await go(page, page.locator("a[href^='/audit/person']").first, "/audit/person")


async def test_an_administrator_lets_somebody_in(visitors: Visitors) -> None:
    page = await visitors.come(Role.administrator)
    await page.goto("/users")
    adding = page.locator("details:has(form[action='/users'])")
    await adding.locator("> summary").first.press("Enter")
    await adding.locator("[name=display_name]").fill("赵某")
    await adding.locator("[name=login]").fill("zhao.clerk")
    await adding.locator("[name=role]").select_option("clerk")
    await adding.locator("button[type=submit]").press("Enter")
    await expect(page.locator("main")).to_contain_text("/enrolment/")


async def test_anybody_asks_whether_a_paper_is_genuine(visitors: Visitors) -> None:
    page = await visitors.come()
    await page.goto("/check")
    await page.locator("#check-text").focus()
    await page.keyboard.type(visitors.site.ids["decision_id"])
    await page.locator("form[data-check-form] button").press("Enter")
    await expect(page.locator("#verdict")).to_contain_text("真实")


async def test_a_decision_sheet_is_read_without_scripts(visitors: Visitors) -> None:
    ids = visitors.site.ids
    page = await visitors.come(Role.reviewer, java_script_enabled=False)
    await page.goto(f"/learners/{ids['platform']}/{ids['class_group_id']}/{ids['learner_id']}")
    await expect(page.locator("main")).to_contain_text("不符合补贴资格")
    assert await page.locator("tbody tr").count() > 25
    await page.locator("tbody details summary").first.press("Enter")
    await expect(page.locator("tbody details p").first).to_be_visible()
