"""The work queue says what the API answers; an act on several findings does what it says and nothing else."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import text

from app.core.vocabulary import Role
from app.db.session import reading, transaction
from app.web.findings import WaiverForm, WorkIncomplete, body_of
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.term import C1, CLOSED, L2, get, push_term, settle
from tests.server import CloneServer
from tests.web.forms import submit, text_of

API, PAGE = "/api/v1/findings", "/findings"
HERE, ELSEWHERE = ("4402",), ("11",)
REASON = "3月4日该地停电，供电公司已出具证明"
LACKING_WORDS = {"comments": "请写明备注内容", "waivers": "请写明豁免理由"}
WORK = (
    "SELECT count(*) FROM finding_assignments",
    "SELECT count(*) FROM finding_comments",
    "SELECT count(*) FROM proposals",
)


class Office(NamedTuple):
    doors: Doors
    clerk: httpx.AsyncClient
    reviewer: httpx.AsyncClient
    ids: list[str]

    async def work(self) -> list[int]:
        """How many assignments, comments and proposals there are."""
        async with reading(self.doors.database) as session:
            return [await session.scalar(text(statement)) or 0 for statement in WORK]

    @asynccontextmanager
    async def settled(self, finding_id: str) -> AsyncIterator[None]:
        """One that is resolved for a while."""
        await self._set(finding_id, "resolved")
        yield
        await self._set(finding_id, "open")

    async def reject_all(self) -> None:
        """Whatever was proposed."""
        rejected = "state = 'rejected', decider_id = 'somebody', decided_at = now() WHERE state = 'proposed'"
        async with transaction(self.doors.database) as session:
            await session.execute(text(f"UPDATE proposals SET {rejected}"))  # noqa: S608 (a constant)

    async def _set(self, finding_id: str, state: str) -> None:
        async with transaction(self.doors.database) as session:
            statement = text("UPDATE findings SET state = :state WHERE finding_id = :id")
            await session.execute(statement, {"state": state, "id": finding_id})


@pytest.fixture(scope="module")
async def office(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """Of one term with two findings, both on one learner."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        await settle(app)
        clerk = await doors.person(Role.clerk, districts=HERE)
        reviewer = await doors.person(Role.reviewer, districts=HERE)
        ids = [item["finding_id"] for item in (await get(clerk, API))["items"]]
        yield Office(doors, clerk, reviewer, ids)


async def listed(person: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await get(person, API, **wanted))["items"]
    return items


@pytest.mark.parametrize("wanted", [{}, {"state": "open", "rule": "attendance-rate"}, {"state": "resolved"}])
async def test_the_queue_shows_what_the_api_answers(office: Office, wanted: dict[str, str]) -> None:
    page = await office.clerk.get(PAGE, params=wanted)
    assert page.status_code == 200
    told = await get(office.clerk, API, **wanted)
    for item in told["items"]:
        assert f'href="/findings/{item["finding_id"]}"' in page.text
        assert item["told"]["zh"] in text_of(page)
        assert f'href="/learners/P1/{C1}/{L2}"' in page.text
    shown = [each for each in office.ids if each in page.text]
    assert shown == [item["finding_id"] for item in told["items"]]


async def test_what_nobody_takes_care_of_is_open_and_listed_behind_its_number(office: Office) -> None:
    async with office.settled(office.ids[0]):
        page = await office.clerk.get(PAGE)
        href = f"{PAGE}?assigned=nobody&state=open"
        assert f'<a href="{href}">1</a>' in html.unescape(page.text)
        assert [each for each in office.ids if each in (await office.clerk.get(href)).text] == office.ids[1:]
        assert "assigned=nobody" not in (await office.clerk.get(f"{PAGE}?state=resolved")).text


async def test_ticks_are_assigned_to_who_pressed_the_button_and_the_rest_is_left(office: Office) -> None:
    before = await office.work()
    done = await submit(office.clerk, f"{PAGE}/assignments", finding_id=office.ids[:1], to="me", back=PAGE)
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?done=mine.1")
    answer = await office.clerk.get(done.headers["location"])
    assert "已由您办理：1 条预警。" in text_of(answer)
    assert "done=" not in answer.text.replace(f"{PAGE}?done=mine.1", "")
    mine = [item["finding_id"] for item in await listed(office.clerk, assigned="me")]
    assert mine == office.ids[:1]
    assert await listed(office.reviewer, assigned="me") == []
    assert await office.work() == [before[0] + 1, *before[1:]]


async def test_several_go_to_a_colleague_and_back_to_nobody(office: Office) -> None:
    colleague = (await get(office.reviewer, "/api/v1/session"))["user_id"]
    sent = {"finding_id": office.ids, "to": "colleague", "colleague": colleague}
    assert (await submit(office.clerk, f"{PAGE}/assignments", **sent)).status_code == 303
    assert len(await listed(office.reviewer, assigned="me")) == len(office.ids)
    await submit(office.clerk, f"{PAGE}/assignments", finding_id=office.ids, to="nobody")
    assert await listed(office.clerk, assigned="somebody") == []


async def test_a_comment_is_read_in_the_history_and_a_phone_number_is_refused(office: Office) -> None:
    finding_id = office.ids[0]
    words = "已致电平台 <核实>，等待补报。"
    await submit(office.clerk, f"{PAGE}/comments", finding_id=[finding_id], text=words)
    assert words in text_of(await office.reviewer.get(f"{PAGE}/{finding_id}"))
    before = await office.work()
    refused = await submit(office.clerk, f"{PAGE}/comments", finding_id=[finding_id], text="回电 13800138000")
    assert refused.status_code == 422
    assert "形似身份证号码或电话号码" in text_of(refused)
    assert await office.work() == before


@pytest.mark.parametrize("act", ["assignments", "comments", "waivers"])
async def test_nothing_ticked_or_said_is_a_page_that_says_so(office: Office, act: str) -> None:
    before = await office.work()
    sent: list[dict[str, Any]] = [{"to": "me", "text": "x", "reason": "x"}]
    sent += [] if act == "assignments" else [{"finding_id": office.ids, "text": " ", "reason": " "}]
    for fields in sent:
        refused = await submit(office.reviewer, f"{PAGE}/{act}", **fields)
        assert refused.status_code == 422
        told = text_of(refused)
        assert "什么也没有改变。" in told
        assert ("请勾选 1–200 条预警" in told) is ("finding_id" not in fields)
        assert (LACKING_WORDS.get(act, "-") in told) is (fields["text"] == " ")
    assert await office.work() == before


async def test_a_page_says_what_its_form_has_done(office: Office) -> None:
    path = f"{PAGE}/{office.ids[0]}"
    done = await submit(
        office.reviewer, f"{PAGE}/comments", finding_id=office.ids[:1], text="等待补报", back=path
    )
    assert done.headers["location"] == f"{path}?done=commented.1"
    page = await office.reviewer.get(f"{path}?done=commented.1")
    assert "已添加备注：1 条预警" in text_of(page)
    back = f"{path}?done=commented.1"
    done = await submit(
        office.reviewer, f"{PAGE}/assignments", finding_id=office.ids[:1], to="nobody", back=back
    )
    assert done.headers["location"] == f"{path}?done=unassigned.1"
    assert (await office.reviewer.get(f"{path}?done=eaten.1")).status_code == 422


async def test_a_waiver_is_not_sent_without_its_reason_and_the_other_acts_are(office: Office) -> None:
    page = (await office.reviewer.get(PAGE)).text
    assert re.search(r'<textarea id="reason"[^>]* required>', page)
    buttons = re.findall(r"<button[^>]*(?:name=\"to\"|comments)[^>]*>", page)
    assert len(buttons) == 4
    assert all("formnovalidate" in button for button in buttons)


async def test_waivers_are_proposed_for_what_is_ticked_and_change_nothing_yet(office: Office) -> None:
    before = await office.work()
    done = await submit(office.reviewer, f"{PAGE}/waivers", finding_id=office.ids, reason=REASON)
    assert done.status_code == 303
    answer = await office.reviewer.get(done.headers["location"])
    assert "已提请豁免：2 条预警" in text_of(answer)
    assert '<a href="/desk">查看提请</a>' in answer.text
    assert await office.work() == [*before[:2], before[2] + len(office.ids)]
    assert {item["state"] for item in await listed(office.clerk)} == {"open"}
    proposals = (await get(office.reviewer, "/api/v1/approvals"))["items"]
    assert {each["arguments"]["finding_id"] for each in proposals} == set(office.ids)
    assert {(each["act"], each["reason"], each["state"]) for each in proposals} == {
        ("finding:waive", REASON, "proposed")
    }


async def test_what_waits_is_told_and_not_proposed_again(office: Office) -> None:
    await submit(office.reviewer, f"{PAGE}/waivers", finding_id=office.ids, reason=REASON)
    page = await office.reviewer.get(f"{PAGE}/{office.ids[0]}")
    assert "有一项提请等待审批，不能重复提请： 王某" in text_of(page)
    (waits,) = [
        each["proposal"] for each in await listed(office.clerk) if each["finding_id"] == office.ids[0]
    ]
    assert (waits["act"], waits["by"]["display_name"]) == ("finding:waive", "王某")
    queue = await office.reviewer.get(PAGE)
    assert f'<a href="/desk/{waits["proposal_id"]}">已提请豁免</a>' in queue.text
    assert "本页有 2 条已有人提请豁免" in text_of(queue)
    assert "/findings/waivers" not in page.text
    before = await office.work()
    refused = await submit(office.reviewer, f"{PAGE}/waivers", finding_id=office.ids, reason=REASON)
    assert refused.status_code == 409
    assert "正等待审批，没有再次提请" in text_of(refused)
    assert await office.work() == before


async def test_what_waits_already_is_passed_over_and_the_rest_is_proposed(office: Office) -> None:
    await office.reject_all()
    await submit(office.reviewer, f"{PAGE}/waivers", finding_id=office.ids[:1], reason=REASON)
    before = await office.work()
    done = await submit(office.reviewer, f"{PAGE}/waivers", finding_id=office.ids, reason=REASON)
    assert done.headers["location"] == f"{PAGE}?done=proposed.1.1"
    told = text_of(await office.reviewer.get(done.headers["location"]))
    assert "已提请豁免：1 条预警" in told
    assert "另有 1 条已有提请等待审批，已略过。" in told
    assert await office.work() == [*before[:2], before[2] + 1]


async def test_of_several_proposals_all_are_made_or_none(office: Office) -> None:
    before = await office.work()
    some = [office.ids[0], "00000000-0000-7000-8000-000000000000"]
    await office.reject_all()
    refused = await submit(office.reviewer, f"{PAGE}/waivers", finding_id=some, reason=REASON)
    assert refused.status_code == 404
    assert await office.work() == before


async def test_an_old_proof_leads_to_a_new_one_and_proposes_nothing(office: Office) -> None:
    late = await office.doors.person(Role.reviewer, districts=HERE)
    user_id = (await get(late, "/api/v1/session"))["user_id"]
    async with transaction(office.doors.database) as session:
        statement = "UPDATE user_sessions SET verified_at = now() - interval '1 day' WHERE user_id = :id"
        await session.execute(text(statement), {"id": user_id})
    before = await office.work()
    for path, back in (
        (f"{PAGE}?state=open&severity=blocking", "%3Fstate%3Dopen%26severity%3Dblocking"),
        (f"{PAGE}?state=open", "%3Fstate%3Dopen"),
    ):
        page = (await late.get(path)).text
        assert f'href="/verify?next=/findings{back}">先验证身份' in page
        assert "/findings/waivers" not in page
        assert "/findings/comments" in page
    answer = await submit(late, f"{PAGE}/waivers", finding_id=office.ids, reason=REASON)
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/verify?")
    assert await office.work() == before


async def test_other_districts_and_platforms_are_not_there(office: Office) -> None:
    stranger = await office.doors.person(Role.reviewer, districts=ELSEWHERE)
    operator = await office.doors.person(Role.operator, platform="P2")
    before = await office.work()
    answers = [
        await stranger.get(f"{PAGE}/{office.ids[0]}"),
        await operator.get(f"{PAGE}/{office.ids[0]}"),
        await submit(stranger, f"{PAGE}/assignments", finding_id=office.ids, to="me"),
        await submit(stranger, f"{PAGE}/comments", finding_id=office.ids, text="到此一游"),
        await submit(stranger, f"{PAGE}/waivers", finding_id=office.ids, reason=REASON),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert await office.work() == before


async def test_a_platform_sees_the_finding_and_no_work_on_it(office: Office) -> None:
    await submit(office.clerk, f"{PAGE}/assignments", finding_id=office.ids, to="me")
    await submit(office.clerk, f"{PAGE}/comments", finding_id=office.ids, text="仅供内部参考")
    operator = await office.doors.person(Role.operator)
    for path in (PAGE, f"{PAGE}/{office.ids[0]}"):
        page = await operator.get(path)
        assert page.status_code == 200
        assert not [word for word in ("办理人", "仅供内部参考", "王某（经办）") if word in text_of(page)]
        assert '<form id="work"' not in page.text


@pytest.mark.parametrize("act", ["assignments", "comments", "waivers"])
async def test_auditors_have_no_acts(office: Office, act: str) -> None:
    auditor = await office.doors.person(Role.auditor)
    assert '<form id="work"' not in (await auditor.get(PAGE)).text
    refused = await submit(auditor, f"{PAGE}/{act}", finding_id=office.ids, to="me", text="x", reason="x")
    assert refused.status_code == 403


def test_a_form_without_its_words_is_none() -> None:
    with pytest.raises(WorkIncomplete):
        body_of(WaiverForm)
