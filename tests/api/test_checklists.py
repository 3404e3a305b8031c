"""What no data can decide is asked of officials, and whatever they answered is kept."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.core.vocabulary import Feed, Role
from app.db.session import Database, reading
from tests.api.conftest import Doors
from tests.api.term import C1, get, push

CHECKLIST = f"/api/v1/compliance/class-groups/P1/{C1}/checklist"
ANSWERS = "/api/v1/checklist-answers"
ITEM = "PRJ_05-key-points"


def said(answer: str, **more: str) -> dict[str, str]:
    return {"platform": "P1", "class_group_id": C1, "code": ITEM, "answer": answer, **more}


@pytest.fixture(autouse=True)
async def class_group(platform: httpx.AsyncClient) -> None:
    """Under the policy of Qinhuangdao, beside another one of the same project."""
    stored = {
        "project_id": "J1",
        "name": "一班",
        "programme": "qhd-online-2020",
        "enterprise_uscc": "91440200MA4UQ0A31K",
        "organisation": "self",
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-30",
        "planned_headcount": 20,
    }
    await push(
        platform, Feed.class_groups, stored | {"class_group_id": C1}, stored | {"class_group_id": "C2"}
    )


@pytest.fixture
async def clerk(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.clerk)


async def entry(official: httpx.AsyncClient, code: str = ITEM, address: str = CHECKLIST) -> dict[str, Any]:
    items = (await get(official, address))["items"]
    (found,) = [item for item in items if item["code"] == code]
    return dict(found)


async def test_an_item_says_what_is_asked_and_by_which_words(clerk: httpx.AsyncClient) -> None:
    asked = await entry(clerk)
    assert asked["answered"] is None
    assert (asked["about"], asked["requirements"]) == ("project", ["24"])
    assert "培训要点" in asked["words"]


async def test_an_answer_is_told_with_who_gave_it(clerk: httpx.AsyncClient, doors: Doors) -> None:
    given = await clerk.post(ANSWERS, json=said("no", note="缺少第三课的培训要点"))
    assert given.status_code == 200, given.text
    assert await entry(clerk) == given.json()
    auditor = await doors.person(Role.auditor)
    answered = (await entry(auditor))["answered"]
    assert (answered["answer"], answered["note"]) == ("no", "缺少第三课的培训要点")
    assert answered["answered_by"].startswith("user-")


async def test_it_holds_for_every_class_group_of_what_it_is_about(clerk: httpx.AsyncClient) -> None:
    await clerk.post(ANSWERS, json=said("yes"))
    assert (await entry(clerk, address=CHECKLIST.replace(C1, "C2")))["answered"]["answer"] == "yes"


async def test_the_newest_counts_and_the_others_are_kept(
    clerk: httpx.AsyncClient, database: Database
) -> None:
    for answer in ("no", "not_applicable", "yes"):
        await clerk.post(ANSWERS, json=said(answer))
    assert (await entry(clerk))["answered"]["answer"] == "yes"
    async with reading(database) as session:
        assert await session.scalar(text("SELECT count(*) FROM checklist_answers")) == 3


async def test_a_note_is_kept_without_what_looks_like_an_id_number(clerk: httpx.AsyncClient) -> None:
    note = "学员 11010519491231002X 反映没有练习"
    given = (await clerk.post(ANSWERS, json=said("no", note=note))).json()
    assert "11010519491231002X" not in given["answered"]["note"]


@pytest.mark.parametrize("code", ["ATT_01", "nothing"])
async def test_what_is_no_item_cannot_be_answered(clerk: httpx.AsyncClient, code: str) -> None:
    refused = await clerk.post(ANSWERS, json=said("yes", code=code))
    assert (refused.status_code, refused.json()["code"]) == (404, "checklist_item_unknown")


async def test_an_official_of_another_district_finds_nothing(doors: Doors) -> None:
    elsewhere = await doors.person(Role.clerk, districts=("11",))
    assert (await elsewhere.get(CHECKLIST)).status_code == 404
    assert (await elsewhere.post(ANSWERS, json=said("yes"))).status_code == 404


async def test_an_auditor_reads_and_does_not_answer(doors: Doors) -> None:
    auditor = await doors.person(Role.auditor)
    assert (await auditor.post(ANSWERS, json=said("yes"))).status_code == 403
