"""The overview: each figure leads to a list that is as long as the figure says."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from sqlalchemy import update

from app.core import clock
from app.core.vocabulary import Role
from app.db.models import Assessment
from app.db.session import transaction
from app.eligibility import overview as room
from app.web.overview import Lists
from tests.api.conftest import LIVE, VOD, Doors, opened_doors
from tests.api.term import CLASS_GROUPS, CLOSED, ENROLLMENTS, L1, L2, get, push_term, settle
from tests.server import CloneServer

LISTS = {
    "/learners": ENROLLMENTS,
    "/class-groups": CLASS_GROUPS,
    "/findings": "/api/v1/findings",
    "/platforms": "/api/v1/data-quality/freshness",
}
"""What a list of pages shows, as the API answers it."""
THIS_YEAR = clock.today().replace(month=1, day=1).isoformat()
LINK = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>\s*([0-9,]+)\s*</a>')
ROW = re.compile(r'<li class="row"><a href="([^"]*)">.*?</i>\s*([0-9,]+)', re.DOTALL)


class Site(NamedTuple):
    doors: Doors
    reviewer: httpx.AsyncClient


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """P1 has closed a class group; that of P2 ends in a week, one learner is lost and one at risk."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        ends_on = (clock.today() + timedelta(days=7)).isoformat()
        await push_term(await doors.signed_in(VOD), ends_on=ends_on)
        await settle(app)
        async with transaction(doors.database) as session:
            for learner_id, outlook in ((L1, "at_risk"), (L2, "lost")):
                of_one = update(Assessment).where(
                    Assessment.platform == "P2", Assessment.learner_id == learner_id
                )
                await session.execute(of_one.values(outlook=outlook))
        yield Site(doors, await doors.person(Role.reviewer))


async def overview(client: httpx.AsyncClient, **filters: str) -> str:
    answer = await client.get("/overview", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<main")[2]


def figures(page: str) -> list[tuple[str, int]]:
    return [
        (html.unescape(href), int(number.replace(",", "")))
        for href, number in (*LINK.findall(page), *ROW.findall(page))
        if not href.startswith("/overview")
    ]


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"closed_from": THIS_YEAR},
        {"district": "4402"},
        {"programme": "standard"},
        {"platform": "P2"},
        {"ends_to": "2026-12-31"},
    ],
)
async def test_every_figure_is_the_length_of_its_list(site: Site, filters: dict[str, str]) -> None:
    found = figures(await overview(site.reviewer, **filters))
    assert len(found) > 20
    for href, number in found:
        parts = urlsplit(href)
        path, query = parts.path, dict(parse_qsl(parts.query))
        listed = (await get(site.reviewer, LISTS[path], **query))["items"]
        assert (href, len(listed)) == (href, number)
        assert path == "/platforms" or filters.keys() <= query.keys()


async def test_its_links_open_pages(site: Site) -> None:
    hrefs = {href for href, _ in figures(await overview(site.reviewer))}
    assert {urlsplit(href).path for href in hrefs} == set(LISTS)
    for href in hrefs:
        answer = await site.reviewer.get(href)
        assert (href, answer.status_code) == (href, 200)


async def test_a_class_group_in_danger_is_named(site: Site) -> None:
    page = await overview(site.reviewer)
    assert "/class-groups/P2/" in page
    assert "两周内结束且有人已无法达标的班级" in page
    assert "/class-groups/P2/" not in await overview(site.reviewer, platform="P1")


async def test_a_district_leads_to_its_enterprises(site: Site) -> None:
    assert "按企业" not in await overview(site.reviewer)
    page = await overview(site.reviewer, district="440204")
    assert ("按企业" in page, "示例制造有限公司" in page) == (True, True)


async def test_districts_go_by_their_names_and_are_chosen_by_them(site: Site) -> None:
    """An unknown code stands for itself."""
    page = await overview(site.reviewer, district="4402")
    assert '>广东省韶关市浈江区</a><span class="note">440204</span>' in page
    assert "行政区划：广东省韶关市</label>" in page
    assert '<option value="440203">广东省韶关市武江区</option>' in page
    assert "行政区划</label>" in await overview(site.reviewer, district="99")


async def test_a_period_that_nothing_can_end_in_has_no_link_to_a_reversed_one(site: Site) -> None:
    page = await overview(site.reviewer, ends_to="2020-01-01")
    assert "ends_from" not in "".join(href for href, _ in figures(page))
    assert all(number == 0 for href, number in figures(page) if "platforms" not in href)


@pytest.mark.parametrize(
    ("filters", "first"),
    [
        ({"closed_from": "2000-01-01"}, "the chart's"),
        ({"closed_from": clock.today().isoformat()}, clock.today().isoformat()),
        ({"closed_to": "2000-12-31"}, None),
    ],
)
async def test_the_chart_leads_to_what_it_counts(
    site: Site, filters: dict[str, str], first: str | None
) -> None:
    monday = (await get(site.reviewer, "/api/v1/overview"))["weeks"][0]["monday"]
    page = await overview(site.reviewer, **filters)
    wanted = monday if first == "the chart's" else first
    assert re.findall("([0-9-]{10}) 以来结班的班级", page) == ([] if wanted is None else [wanted])
    hrefs = [html.unescape(each) for each in re.findall('href="(/[^"]*closed_[^"]*)"', page)]
    for href in hrefs:
        assert (href, (await site.reviewer.get(href)).status_code) == (href, 200)
    assert wanted is None or any("closed=true" in href and f"closed_from={wanted}" in href for href in hrefs)


async def test_money_is_shown_to_who_may_know_it(site: Site) -> None:
    assert "所选班级没有判定金额" in await overview(site.reviewer)
    operator = await site.doors.person(Role.operator, platform="P1")
    page = await overview(operator)
    assert ("已判定补贴" in page, "判定金额" in page) == (False, False)


async def test_where_no_policy_names_an_amount_it_is_said(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_names_an_amount", lambda _: False)
    assert "政策没有设定补贴标准" in await overview(site.reviewer)


@pytest.mark.parametrize("group", ["440200", "440000", "44", "", None])
def test_a_row_that_no_filter_is_about_leads_nowhere(group: str | None) -> None:
    assert Lists.of_row("district", group) is None
    assert Lists.of_row("district", "440204") == {"district": "440204"}


async def test_filters_that_came_with_a_link_are_kept_shown_and_taken_away(site: Site) -> None:
    """In the form without a field of theirs, so that the next choice keeps them."""
    for path in ("/overview", "/findings"):
        page = (await site.reviewer.get(f"{path}?district=44&closed_from=2026-10-01")).text
        form = page.partition("data-filters")[2].partition("</form>")[0]
        assert '<input type="hidden" name="closed_from" value="2026-10-01">' in form
        assert f'<a class="chip" href="{path}?district=44"' in form
        assert "结班日起 2026-10-01 ×" in form
        assert (form.count('name="district"'), "区划 44 ×" in form) == (1, False)
    page = (await site.reviewer.get("/batches?tab=causes&platform=P1")).text
    assert page.partition("data-filters")[2].partition("</form>")[0].count('name="tab"') == 1
    page = (await site.reviewer.get("/learners?programme=unheard")).text
    assert '<option value="unheard" selected>unheard</option>' in page


async def test_it_ends_where_the_districts_of_an_official_do(site: Site) -> None:
    elsewhere = await site.doors.person(Role.clerk, districts=("11",))
    page = await overview(elsewhere)
    assert all(number == 0 for href, number in figures(page) if "platforms" not in href)
    assert "/class-groups/P2/" not in page


async def test_each_figure_says_how_it_is_defined(site: Site) -> None:
    page = await overview(site.reviewer)
    cards = page.partition('<section class="figures"')[2].partition("</section>")[0]
    assert cards.count('class="definition"') == cards.count('class="value"') == 6
