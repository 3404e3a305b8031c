"""Class groups and each one's parts: the pages say what the API answers."""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text

from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import reading, transaction
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.kept_videos import VIDEO, take_in, video
from tests.api.term import (
    C1,
    CLASS_GROUP,
    CLASS_GROUPS,
    CLOSED,
    L1,
    L2,
    attendance,
    get,
    lesson,
    push,
    push_term,
    settle,
)
from tests.server import CloneServer
from tests.web.forms import submit, text_of

PAGE = f"/class-groups/P1/{C1}"
SHEETS = f"{CLASS_GROUPS}/P1/{C1}"
TABS = ("overview", "attendance", "hours", "learners", "videos", "history", "corrections")
QHD = {"class_group_id": "CQ", "programme": "qhd-online-2020", "name": "核查班"}
LEARNERS, LESSONS = 200, 60
MOST_BYTES = 150_000
"""That a page without charts may weigh; pages leave this server as they are."""

CROWD = f"""
    INSERT INTO lessons (platform, class_group_id, lesson_id, title, kind, planned_minutes, required,
                         starts_at, ends_at, revision, deleted, content_hash, batch_id, line)
    SELECT 'P1', 'CBIG', 'S' || n, '第' || n || '课', 'live', 60, true,
           timestamptz '2025-01-01' + n * interval '1 day',
           timestamptz '2025-01-01' + n * interval '1 day' + interval '1 hour',
           0, false, '', gen_random_uuid(), 1
    FROM generate_series(100, {LESSONS + 99}) AS n;
    INSERT INTO enrollments (platform, class_group_id, learner_id, name,
                             revision, deleted, content_hash, batch_id, line)
    SELECT 'P1', 'CBIG', 'L' || n, '张三丰', 0, false, '', gen_random_uuid(), 1
    FROM generate_series(1000, {LEARNERS + 999}) AS n;
    INSERT INTO attendance (platform, class_group_id, learner_id, lesson_id, status,
                            revision, deleted, content_hash, batch_id, line)
    SELECT 'P1', 'CBIG', learner_id, 'S' || n, CASE WHEN n % 7 = 0 THEN 'absent' ELSE 'present' END,
           0, false, '', gen_random_uuid(), 1
    FROM enrollments, generate_series(100, {LESSONS + 99}) AS n
    WHERE enrollments.platform = 'P1' AND enrollments.class_group_id = 'CBIG'
"""  # noqa: S608 (whole numbers of this file)


class Site(NamedTuple):
    app: FastAPI
    doors: Doors
    platform: httpx.AsyncClient
    clerk: httpx.AsyncClient

    async def entries(self) -> int:
        async with reading(self.doors.database) as session:
            return await session.scalar(select(func.count()).select_from(TrailEntry)) or 0


@pytest.fixture(scope="module")
async def closed_site(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """L1 is eligible; L2 is not, for a lesson and ten hours."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await push_term(platform, **CLOSED)
        await take_in(app, platform, video())
        await settle(app)
        yield Site(app, doors, platform, await doors.person(Role.clerk))


@pytest.fixture(scope="module")
async def running_site(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """The same while it runs: L2 cannot pass any more. Beside it one that is never assessed, of a crowd."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await push_term(platform, ends_on="2099-12-31")
        await push(platform, Feed.class_groups, CLASS_GROUP | {"class_group_id": "CBIG"})
        await push(platform, Feed.class_groups, CLASS_GROUP | QHD)
        await settle(app)
        async with transaction(doors.database) as session:
            for statement in CROWD.split(";"):
                await session.execute(text(statement))
        yield Site(app, doors, platform, await doors.person(Role.clerk))


async def shown(client: httpx.AsyncClient, path: str, **asked: str) -> str:
    answer = await client.get(path, params=asked or None)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), (
        answer.text
    )
    return text_of(answer)


class TestTheList:
    async def test_running_ones_are_a_click_away(self, running_site: Site) -> None:
        page = await running_site.clerk.get("/class-groups", params={"closed": "false"})
        assert re.search(
            r'class="chip" href="/class-groups\?closed=false" aria-current="true">在班<', page.text
        )
        assert 'class="chip" href="/class-groups?closed=true">已结班<' in page.text

    async def test_says_who_can_still_pass_and_leads_to_them(self, running_site: Site) -> None:
        answer = await running_site.clerk.get("/class-groups", params={"outlook": "lost"})
        assert "已无法达标 1" in text_of(answer)
        assert f'href="{PAGE}?tab=learners&amp;outlook=lost"' in answer.text
        assert "CBIG" not in answer.text

    async def test_tells_running_ones_from_closed_ones(self, closed_site: Site, running_site: Site) -> None:
        for site, closed, number in (
            (closed_site, "true", 1),
            (closed_site, "false", 0),
            (running_site, "true", 0),
            (running_site, "false", 3),
        ):
            answer = await site.clerk.get("/class-groups", params={"closed": closed})
            items = (await get(site.clerk, CLASS_GROUPS, closed=closed))["items"]
            assert len(items) == len(re.findall(r'<th scope="row">', answer.text)) == number

    async def test_offers_programmes_by_their_names(self, closed_site: Site) -> None:
        page = (await closed_site.clerk.get("/class-groups", params={"programme": "standard"})).text
        assert re.search(r'<option value="standard" selected>[^<]*标准', page)


class TestTheOverview:
    async def test_says_first_how_the_class_group_came_out(self, closed_site: Site) -> None:
        page = await shown(closed_site.clerk, PAGE)
        assert "已结班：1 人符合补贴资格，1 人不符合。" in page
        assert "83.33 %" in page
        assert "不低于80%" in page

    async def test_says_who_will_fail_by_which_rule_and_by_how_much(self, running_site: Site) -> None:
        page = await shown(running_site.clerk, PAGE)
        assert "在班：1 人已无法达标，1 人正常。" in page
        assert "还差 13.34 学时（10 小时 0 分钟）" in page
        assert "26.66 / 40" in page

    async def test_tells_money_to_officials_alone(self, closed_site: Site) -> None:
        operator = await closed_site.doors.person(Role.operator)
        detail = await get(closed_site.clerk, SHEETS)
        is_told = detail["subsidy_fen"] is not None
        assert ("补贴金额合计" in await shown(closed_site.clerk, PAGE)) == is_told
        assert "补贴金额合计" not in await shown(operator, PAGE)

    async def test_keeps_checklist_and_holds_from_platforms(self, closed_site: Site) -> None:
        operator = await closed_site.doors.person(Role.operator)
        assert "人工核查事项" in await shown(closed_site.clerk, PAGE)
        page = await shown(operator, PAGE)
        assert "人工核查事项" not in page
        assert "冻结" not in page


async def test_an_item_of_the_checklist_is_answered_where_it_stands(running_site: Site) -> None:
    path = "/class-groups/P1/CQ"
    item = {"platform": "P1", "class_group_id": "CQ", "code": "PRJ_05-key-points"}
    assert "待答复" in await shown(running_site.clerk, path)
    gone = await submit(running_site.clerk, "/class-groups/checklist", **item, answer="no", note="缺第三课")
    assert (gone.status_code, gone.headers["location"]) == (303, f"{path}#checklist")
    assert "缺第三课" in await shown(running_site.clerk, path)
    refused = await submit(running_site.clerk, "/class-groups/checklist", **item, answer="maybe")
    assert (refused.status_code, refused.headers["content-type"]) == (422, "text/html; charset=utf-8")
    auditor = await running_site.doors.person(Role.auditor)
    assert (await submit(auditor, "/class-groups/checklist", **item, answer="yes")).status_code == 403


class TestAttendance:
    async def test_has_a_cell_for_each_lesson_that_says_what_was_reported(self, closed_site: Site) -> None:
        page = (await closed_site.clerk.get(PAGE, params={"tab": "attendance"})).text
        rows = dict(re.findall(r'<th scope=row><a href="/learners/P1/[^/]+/(\w+)">(.*)', page))
        told = {
            item["learner_id"]: item
            for item in (await get(closed_site.clerk, f"{SHEETS}/attendance"))["items"]
        }
        assert rows.keys() == told.keys() == {L1, L2}
        assert rows[L1].endswith("100 %<td>到<td>到<td>到")
        assert rows[L2].endswith("66.67 %<td>到<td>到<td class=l1>—")
        assert "50 %" in text_of(await closed_site.clerk.get(PAGE, params={"tab": "attendance"}))

    async def test_is_small_and_asks_little_however_large_the_class_group(self, running_site: Site) -> None:
        page = await running_site.clerk.get("/class-groups/P1/CBIG", params={"tab": "attendance"})
        cells = re.findall(r"<td>到(?!课)|<td class=l0>缺", page.text)
        assert len(cells) == LEARNERS * LESSONS
        assert len(page.content) < MOST_BYTES, len(page.content)


async def test_hours_stand_against_the_line_with_who_is_below(closed_site: Site) -> None:
    page = await shown(closed_site.clerk, PAGE, tab="hours")
    assert "要求 40 学时" in page
    assert "26.66 / 40 13.34 学时（10 小时 0 分钟）" in page
    assert "张**" not in page


async def test_learners_are_filtered_and_exported_as_they_are_filtered(
    closed_site: Site, running_site: Site
) -> None:
    answer = await closed_site.clerk.get(PAGE, params={"tab": "learners", "eligibility": "ineligible"})
    assert re.findall(rf"/learners/P1/{C1}/(\w+)", answer.text) == [L2]
    (link,) = re.findall(r'href="(/api/v1/compliance/enrollments[^"]+format=csv)"', answer.text)
    before = await closed_site.entries()
    file = await closed_site.clerk.get(link.replace("&amp;", "&"))
    assert L2 in file.text
    assert L1 not in file.text
    assert await closed_site.entries() == before + 1
    lost = await running_site.clerk.get(PAGE, params={"tab": "learners", "outlook": "lost"})
    assert re.findall(rf"/learners/P1/{C1}/(\w+)", lost.text) == [L2]


async def test_videos_are_shown_with_how_they_stand(closed_site: Site) -> None:
    page = await shown(closed_site.clerk, PAGE, tab="videos")
    assert VIDEO in page
    assert "主机未登记" in page
    assert "未上报授课记录" in page


async def test_history_leads_to_the_entries_of_the_ledger(closed_site: Site) -> None:
    page = (await closed_site.clerk.get(PAGE, params={"tab": "history"})).text
    indexes = [item["ledger_index"] for item in (await get(closed_site.clerk, f"{SHEETS}/history"))["items"]]
    assert [int(each) for each in re.findall(r'href="/ledger/entries/(\d+)"', page)] == indexes
    assert len(indexes) > 6


async def test_what_was_corrected_is_told_field_by_field(running_site: Site) -> None:
    late = {**attendance(L2, 1), "status": "late", "revision": 1}
    await push(running_site.platform, Feed.lessons, {**lesson(1), "title": "第一课", "revision": 1})
    await push(running_site.platform, Feed.attendance, late)
    page = await running_site.clerk.get(PAGE, params={"tab": "corrections"})
    assert "课次编号 S1" in text_of(page)
    item, _ = (await get(running_site.clerk, f"{SHEETS}/corrections"))["items"]
    where = f"batch_id={item['batch_id']}&amp;line={item['line']}"
    assert f'href="{PAGE}?tab=corrections&amp;{where}"' in page.text
    before = await running_site.entries()
    named = {"batch_id": item["batch_id"], "line": str(item["line"])}
    told = await shown(running_site.clerk, PAGE, tab="corrections", **named)
    assert "考勤状态 status 出勤 迟到" in told
    assert "首次上报" in told
    assert await running_site.entries() == before + 1


@pytest.mark.parametrize("tab", TABS)
class TestEveryPart:
    async def test_speaks_english(self, closed_site: Site, tab: str) -> None:
        answer = await closed_site.clerk.get(PAGE, params={"tab": tab}, headers={"Accept-Language": "en"})
        chinese = [word for word in ("学员", "课次", "班级 ", "到课率") if word in text_of(answer)]
        assert chinese == []

    async def test_leaves_nothing_in_the_trail(self, closed_site: Site, tab: str) -> None:
        before = await closed_site.entries()
        await shown(closed_site.clerk, PAGE, tab=tab)
        assert await closed_site.entries() == before

    async def test_is_not_there_for_another_platform_or_district(self, closed_site: Site, tab: str) -> None:
        strangers = [
            await closed_site.doors.person(Role.operator, platform="P2"),
            await closed_site.doors.person(Role.clerk, districts=("110105",)),
        ]
        for stranger in strangers:
            assert (await stranger.get(PAGE, params={"tab": tab})).status_code == 404


async def test_a_part_that_does_not_exist_is_a_page_that_says_so(closed_site: Site) -> None:
    answer = await closed_site.clerk.get(PAGE, params={"tab": "nothing"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
