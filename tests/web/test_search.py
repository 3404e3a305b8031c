"""Search from anywhere: words go into the address, an ID number never does."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import select

from app.core.vocabulary import Role
from app.db.models import TrailEntry
from app.db.session import reading
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.term import C1, CLASS_GROUP, CLOSED, ID_NUMBERS, L1, L2, NAMES, USCC, push_term, settle
from tests.server import CloneServer
from tests.web.forms import submit

NUMBER = ID_NUMBERS[L1]


class Site(NamedTuple):
    doors: Doors
    clerk: httpx.AsyncClient
    agent: httpx.AsyncClient

    async def newest_entry(self) -> TrailEntry | None:
        async with reading(self.doors.database) as session:
            statement = select(TrailEntry).order_by(TrailEntry.entry_id.desc()).limit(1)
            return (await session.scalars(statement)).one_or_none()


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        await settle(app)
        yield Site(doors, await doors.person(Role.clerk), await doors.person(Role.agent, uscc=USCC))


@pytest.mark.parametrize(
    ("words", "link"),
    [
        (L1, f'href="/learners/P1/{C1}/{L1}"'),
        (C1, f'href="/class-groups/P1/{C1}"'),
        (str(CLASS_GROUP["name"])[1:4], f'href="/class-groups/P1/{C1}"'),
        (USCC[:9], f'href="/class-groups?enterprise={USCC}"'),
    ],
)
async def test_words_lead_to_an_address_with_what_is_found(words: str, link: str, site: Site) -> None:
    answer = await submit(site.clerk, "/search", q=f" {words} ")
    assert answer.status_code == 303
    page = await site.clerk.get(answer.headers["location"])
    assert (page.status_code, link in page.text) == (200, True)
    assert f'value="{words}"' in page.text, "the field keeps what was looked for"


async def test_an_enterprise_is_led_to_its_own_pages(site: Site) -> None:
    page = (await site.agent.get("/search", params={"q": L1})).text
    assert f'href="/enterprise/class-groups/P1/{C1}/learners/{L1}"' in page
    assert f'href="/learners/P1/{C1}/{L1}"' not in page


async def test_the_field_on_every_page_sends_no_address(site: Site) -> None:
    page = (await site.clerk.get("/search")).text
    assert '<form class="find" action="/search" method="post"' in page


@pytest.mark.parametrize("typed", [NUMBER, f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"])
async def test_an_id_number_is_answered_where_it_is_typed(typed: str, site: Site) -> None:
    answer = await submit(site.clerk, "/search", q=typed)
    assert answer.status_code == 200
    assert f'href="/learners/P1/{C1}/{L1}"' in answer.text
    assert f'href="/learners/P1/{C1}/{L2}"' not in answer.text
    assert NUMBER not in answer.text
    assert typed not in answer.text
    entry = await site.newest_entry()
    assert entry is not None
    assert entry.action == "persons:search"
    assert NUMBER not in str(entry.subject)


async def test_a_mistyped_id_number_is_called_one_and_not_repeated(site: Site) -> None:
    mistyped = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    answer = await submit(site.clerk, "/search", q=mistyped)
    assert (answer.status_code, mistyped in answer.text) == (422, False)
    assert "校验码" in answer.text


async def test_an_id_number_in_an_address_is_taken_out_of_it(site: Site) -> None:
    answer = await site.clerk.get("/search", params={"q": NUMBER})
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?notice=id_number")
    page = await site.clerk.get(answer.headers["location"])
    assert "身份证号码不得写入地址" in page.text


@pytest.mark.parametrize("role", [Role.agent, Role.operator, Role.auditor])
async def test_who_may_not_search_persons_finds_none(role: Role, site: Site) -> None:
    client = await site.doors.person(role, uscc=USCC)
    answer = await submit(client, "/search", q=NUMBER)
    assert (answer.status_code, NUMBER in answer.text, L1 in answer.text) == (403, False, False)


async def test_names_are_not_searched_and_the_page_says_why(site: Site) -> None:
    page = (await site.clerk.get("/search", params={"q": NAMES[L1]})).text
    assert "没有找到" in page
    assert "不能按姓名查找" in (await site.clerk.get("/search")).text
