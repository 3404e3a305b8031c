"""What an enterprise sees: what to do next, who misses what, who is eligible, its report."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.core import clock
from app.core.vocabulary import Feed, Role
from app.db.models import EligibilityReport
from app.db.session import reading
from app.web import enterprise
from tests.api.conftest import LIVE, OTHER_USCC, Doors, opened_doors
from tests.api.term import (
    C1,
    CLASS_GROUP,
    CLOSED,
    ID_NUMBERS,
    L1,
    L2,
    NAMES,
    USCC,
    attendance,
    enrollment,
    push,
    push_term,
    settle,
)
from tests.server import CloneServer
from tests.web.forms import submit

C2 = "C2026-002"
CLASS_GROUPS = "/enterprise/class-groups/P1"
RUNNING, FINAL = f"{CLASS_GROUPS}/{C2}", f"{CLASS_GROUPS}/{C1}"
THIS_YEAR = "from=2026-01-01&to=2026-12-31"


class Site(NamedTuple):
    app: FastAPI
    doors: Doors
    platform: httpx.AsyncClient
    agent: httpx.AsyncClient
    other: httpx.AsyncClient


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """C1 is closed and final. C2 ends in 9 days: L1 was there, L2 was not, and one lesson is to come."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await push_term(platform, **CLOSED)
        await push_running(platform)
        await settle(app)
        agent = await doors.person(Role.agent, uscc=USCC)
        yield Site(app, doors, platform, agent, await doors.person(Role.agent, uscc=OTHER_USCC))


async def push_running(platform: httpx.AsyncClient) -> None:
    of_c2: dict[str, object] = {"class_group_id": C2}
    now = clock.now()
    until = (clock.today() + timedelta(days=9)).isoformat()
    group = {**CLASS_GROUP, **of_c2} | {"name": "第二班", "exam_ids": [], "ends_on": until}
    await push(platform, Feed.class_groups, group)
    for number, begins in ((1, now - timedelta(days=3)), (2, now + timedelta(days=3))):
        times = {
            "starts_at": begins.isoformat(timespec="seconds"),
            "ends_at": (begins + timedelta(hours=10)).isoformat(timespec="seconds"),
        }
        lesson: dict[str, object] = {
            "lesson_id": f"S{number}",
            "title": "课",
            "kind": "live",
            "planned_minutes": 600,
        }
        await push(platform, Feed.lessons, {**of_c2, **lesson, **times})
        if number == 1:
            signed = dict(zip(("signed_in_at", "signed_out_at"), times.values(), strict=True))
            await push(platform, Feed.attendance, {**attendance(L1, 1), **of_c2, **signed})
    await push(platform, Feed.enrollments, *(enrollment(each, class_group_id=C2) for each in (L1, L2)))


async def shown(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), (
        answer.text
    )
    return answer.text


RUNNING_TOO = {
    **CLASS_GROUP,
    "class_group_id": "C3",
    "name": "第三班",
    "exam_ids": [],
    "ends_on": "2099-12-31",
}


class TestTheStart:
    async def test_says_what_is_running_until_when_and_what_is_final(self, site: Site) -> None:
        page = await shown(site.agent, "/enterprise")
        assert f'href="{RUNNING}">第二班' in page
        assert "还有 9 天" in page
        assert f'href="{FINAL}"' in page
        assert "符合补贴资格 1" in page
        assert not any(name in page for name in NAMES.values()), "it tells of nobody by name"

    async def test_is_empty_for_another_enterprise(self, site: Site) -> None:
        page = await shown(site.other, "/enterprise")
        assert "没有待办" in page
        assert "目前没有在班班级。" in page
        assert "在班学员目前都正常" not in page
        assert C1 not in page
        assert C2 not in page

    async def test_begins_with_what_to_do_next_and_until_when(self, site: Site) -> None:
        """Nobody of C2 can pass by what has arrived: what is missing can be looked for until it ends."""
        page = await shown(site.agent, "/enterprise")
        (first,) = re.findall(r'<ol class="todo">\s*<li>(.*?)</li>', page, re.DOTALL)
        assert "还有 9 天" in first
        assert "核对 2 名已无法达标的学员" in first
        assert f'href="{RUNNING}">第二班' in first
        assert page.index("现在要做") < page.index("在班班级（1 个）") < page.index("已结班班级（1 个）")
        assert "接下来结束" in page

    async def test_says_where_its_lists_end_and_counts_all(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "查看全部在班班级" not in await shown(site.agent, "/enterprise")
        await push(site.platform, Feed.class_groups, RUNNING_TOO)
        await settle(site.app)
        monkeypatch.setattr(enterprise, "MORE", 1)
        page = await shown(site.agent, "/enterprise")
        assert "在班班级（2 个）" in page
        assert "以上是最先结束的 1 个，共 2 个。" in page
        assert "第三班" not in page
        (whole,) = re.findall(r'href="([^"]+)">查看全部在班班级', page)
        listed = await shown(site.agent, whole)
        assert "第二班" in listed
        assert "第三班" in listed
        assert C1 not in listed

    async def test_lists_all_class_groups_page_by_page(self, site: Site) -> None:
        page = await shown(site.agent, "/enterprise/class-groups?limit=1")
        seen = [C1 in page]
        while following := re.findall(r'href="([^"]+)" rel="next"', page):
            page = await shown(site.agent, following[0].replace("&amp;", "&"))
            seen.append("第二班" in page or "第三班" in page)
        assert seen == [True, True, True]
        assert "没有符合条件的班级" in await shown(site.other, "/enterprise/class-groups")

    async def test_leads_officials_to_their_lists(self, site: Site) -> None:
        answer = await (await site.doors.person(Role.clerk)).get("/enterprise")
        assert answer.headers["location"] == "/class-groups"


class TestAClassGroup:
    async def test_that_runs_tells_who_misses_what_the_most_urgent_first(self, site: Site) -> None:
        page = await shown(site.agent, RUNNING)
        rows = re.findall(r'<th scope="row">([^<]+)<', page)
        assert sorted(rows) == sorted(NAMES.values()), "to their enterprise names are clear"
        assert rows[0] == NAMES[L2]
        assert "到课率不低于80%" in page
        assert "还差 1 个课次" in page
        assert ID_NUMBERS[L2][-4:] in page
        assert ID_NUMBERS[L2] not in page
        assert f'href="{RUNNING}/learners/{L2}"' in page

    async def test_that_is_final_tells_who_is_eligible_and_why_not(self, site: Site) -> None:
        page = await shown(site.agent, FINAL)
        assert "1 人符合，1 人不符合" in page
        assert "还差 13.34 学时（10 小时 0 分钟）" in page

    @pytest.mark.parametrize("path", [RUNNING, FINAL, f"{FINAL}/learners/{L1}", f"{CLASS_GROUPS}/C9"])
    async def test_is_not_there_for_another_enterprise(self, path: str, site: Site) -> None:
        answer = await site.other.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


class TestALearner:
    async def test_is_told_how_to_mend_while_there_is_time(self, site: Site) -> None:
        page = await shown(site.agent, f"{RUNNING}/learners/{L2}")
        assert "补救：" in page
        assert "补救：" not in await shown(site.agent, f"{FINAL}/learners/{L2}")
        assert f'<p class="verdict open">{NAMES[L2]}' in page or f'<p class="verdict bad">{NAMES[L2]}' in page
        assert "还能做什么" in page

    async def test_has_a_sheet_to_print_once_it_is_final(self, site: Site) -> None:
        page = await shown(site.agent, f"{FINAL}/learners/{L2}")
        address = f"/api/v1/eligibility/class-groups/P1/{C1}/learners/{L2}/sheet?format=html"
        assert f'href="{address}"' in page
        assert (await site.agent.get(address)).status_code == 200
        assert address not in await shown(site.agent, f"{RUNNING}/learners/{L2}")

    async def test_gets_a_link_that_opens_the_own_record(self, site: Site) -> None:
        wanted = {"platform": "P1", "class_group_id": C1, "learner_id": L1}
        answer = await submit(site.agent, "/enterprise/learner-links", **wanted)
        (link,) = re.findall(r"<code>https?://[^/]+(/learner/[^<]+)</code>", answer.text)
        assert (await (await site.doors.stranger()).get(link)).status_code == 200
        foreign = await submit(site.other, "/enterprise/learner-links", **wanted)
        assert foreign.status_code == 404

    async def test_is_revealed_to_the_own_enterprise_alone(self, site: Site) -> None:
        wanted = {"platform": "P1", "class_group_id": C1, "learner_id": L1, "fields": "id_number"}
        why = {"purpose": "verification", "reason": "核对申领材料"}
        answer = await submit(site.agent, "/learners/reveal", **wanted, **why)
        assert ID_NUMBERS[L1] in answer.text
        assert f'href="{FINAL}/learners/{L1}"' in answer.text
        assert (await submit(site.other, "/learners/reveal", **wanted, **why)).status_code == 404


class TestTheReport:
    async def test_is_asked_for_by_a_form_and_issued_for_the_own_enterprise_only(self, site: Site) -> None:
        before = await reports(site)
        await shown(site.agent, "/report")
        assert await reports(site) == before, "nothing is issued before it is asked for"
        form = {"from": "2026-01-01", "to": "2026-12-31", "uscc": OTHER_USCC}
        answer = await submit(site.agent, "/report", **form)
        assert answer.headers["location"] == f"/report/{USCC}?{THIS_YEAR}"

    async def test_tells_who_is_eligible_and_what_is_open(self, site: Site) -> None:
        before = await reports(site)
        page = await shown(site.agent, f"/report/{USCC}?{THIS_YEAR}")
        assert await reports(site) == before + 1
        (number,) = re.findall(r"<code>([0-9a-f-]{36})</code>", page)
        assert number in await shown(site.agent, f"/report/{USCC}?{THIS_YEAR}")
        table = await site.agent.get(f"/report/{USCC}?{THIS_YEAR}&format=csv")
        assert number in table.text
        assert await reports(site) == before + 1, "read again and taken along it is the same one"
        assert NAMES[L1] in page
        assert "学时不少于40" in page
        assert "第二班" in page
        assert "班级尚未结班" in page

    @pytest.mark.parametrize(
        ("form", "media_type"), [("xlsx", "spreadsheetml"), ("csv", "text/csv"), ("pdf", "application/pdf")]
    )
    async def test_is_taken_along(self, form: str, media_type: str, site: Site) -> None:
        page = await shown(site.agent, f"/report/{USCC}?{THIS_YEAR}")
        address = f"/report/{USCC}?{THIS_YEAR}&format={form}"
        assert f'href="{address.replace("&", "&amp;")}" hx-boost="false"' in page
        assert media_type in (await site.agent.get(address)).headers["content-type"]

    async def test_masks_names_for_officials_and_is_not_there_for_others(self, site: Site) -> None:
        clerk = await site.doors.person(Role.clerk)
        page = await shown(clerk, f"/report/{USCC}?{THIS_YEAR}")
        assert "张**" in page
        assert NAMES[L1] not in page
        assert (await site.other.get(f"/report/{USCC}")).status_code == 404


async def reports(site: Site) -> int:
    async with reading(site.doors.database) as session:
        return await session.scalar(select(func.count()).select_from(EligibilityReport)) or 0


async def test_what_is_not_final_says_what_it_waits_for(site: Site) -> None:
    """The last test of the module: it changes the term."""
    await push(site.platform, Feed.attendance, attendance(L2, 3))
    answer = await site.agent.get(FINAL)
    assert answer.status_code == 409
    assert "已收到的记录尚未全部评定" in answer.text
    assert NAMES[L1] not in answer.text
    assert (await site.agent.get(f"{FINAL}/learners/{L1}")).status_code == 409
