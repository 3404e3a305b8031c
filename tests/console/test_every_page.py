"""Every page as each role sees it, in light and dark: what axe finds, and what the browser complains of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.console.every_page import VISITS, Visit
from tests.console.visitors import Visitors

AXE = Path(__file__).parents[2] / "assets/node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that a theme changes."""
GROWN_BY_A_LOOK = {"/audit", "/audit/person", "/audit/hours", "/my/accesses"}
GRAVE = {"serious", "critical"}
NARROW = {"width": 320, "height": 640}

pytestmark = pytest.mark.long


@pytest.mark.parametrize("visit", VISITS, ids=str)
async def test_axe_finds_nothing_serious(visit: Visit, visitors: Visitors) -> None:
    found: set[str] = set()
    for role in visit.roles:
        page = await visitors.come(role)
        answer = await page.goto(visit.address(visitors.site.ids_for(role)))
        assert answer is not None
        assert (role, answer.status in {200, 409}) == (role, True), answer.status
        await page.evaluate(AXE.read_text())
        found |= {f"light {role}: {each}" for each in await grave(page, RULES)}
        await page.emulate_media(color_scheme="dark")
        found |= {f"dark {role}: {each}" for each in await grave(page, OF_COLOURS)}
        await page.context.close()
    assert found == set(), "\n".join(sorted(found))


async def grave(page: Page, rules: Mapping[str, Any]) -> list[str]:
    violations: list[dict[str, Any]] = (await page.evaluate("rules => axe.run(rules)", rules))["violations"]
    return [
        f"{each['impact']} {each['id']} {[node['target'] for node in each['nodes'][:3]]}"
        for each in violations
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize("visit", VISITS, ids=str)
async def test_nothing_hangs_over_the_edge_of_a_phone(visit: Visit, visitors: Visitors) -> None:
    """Of the narrowest, as which a desk shows pages at 400 % (WCAG 2.2, 1.4.10)."""
    page = await visitors.come(visit.roles[0], viewport=NARROW)
    await page.goto(visit.address(visitors.site.ids))
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("visit", VISITS, ids=str)
async def test_the_same_is_read_without_scripts(visit: Visit, visitors: Visitors) -> None:
    """As many rows, figures and headings; nothing waits for a script."""
    said = []
    parts = (".figure", "dt") if visit.path in GROWN_BY_A_LOOK else ("tr", ".figure", "dt")
    for is_scripted in (True, False):
        page = await visitors.come(visit.roles[0], java_script_enabled=is_scripted)
        await page.goto(visit.address(visitors.site.ids))
        said.append([await page.locator(each).count() for each in ("h1", "h2", *parts)])
    assert said[0] == said[1]
    assert said[0][0] == 1
