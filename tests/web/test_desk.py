"""The desk says what waits, whose it is and what approving does; a second person is really needed."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert, text

from app.api.approvals import ACTS
from app.core import clock
from app.core.vocabulary import Role
from app.db.models import Proposal
from app.db.session import transaction
from app.web.proposals import WORDS
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.term import CLOSED, L2, get, push_term, settle
from tests.server import CloneServer
from tests.web.forms import submit, text_of

APPROVALS, DESK, FINDINGS = "/api/v1/approvals", "/desk", "/api/v1/findings"
HERE, ELSEWHERE = ("4402",), ("11",)
REASON = "3月4日该地停电，供电公司已出具证明"
WHY = "证明未加盖公章，请补齐后另行提请"


class Office(NamedTuple):
    app: FastAPI
    doors: Doors
    reviewer: httpx.AsyncClient
    approver: httpx.AsyncClient
    ids: list[str]


@pytest.fixture(scope="module")
async def office(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """Of one term with two findings."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        await settle(app)
        reviewer = await doors.person(Role.reviewer, districts=HERE)
        approver = await doors.person(Role.approver, districts=HERE)
        ids = [item["finding_id"] for item in (await get(reviewer, FINDINGS))["items"]]
        yield Office(app, doors, reviewer, approver, ids)


@pytest.fixture(autouse=True)
async def nothing_waits(office: Office) -> None:
    await nothing(office)


async def nothing(office: Office) -> None:
    async with transaction(office.doors.database) as session:
        decided = "state = 'rejected', decider_id = 'somebody', decided_at = now()"
        await session.execute(text(f"UPDATE proposals SET {decided} WHERE state = 'proposed'"))  # noqa: S608 (a constant)


async def proposed(person: httpx.AsyncClient, finding_id: str) -> str:
    wanted = {"act": "finding:waive", "arguments": {"finding_id": finding_id}, "reason": REASON}
    answer = await person.post(APPROVALS, json=wanted)
    assert answer.status_code == 201, answer.text
    proposal_id: str = answer.json()["proposal_id"]
    return proposal_id


async def state(person: httpx.AsyncClient, proposal_id: str) -> str:
    told: str = (await get(person, f"{APPROVALS}/{proposal_id}"))["state"]
    return told


async def bulk(office: Office, number: int, proposer: str) -> list[str]:
    """Of waivers, in the order in which they lapse."""
    at = clock.now()
    rows = [
        {
            "proposal_id": uuid4(),
            "act": "finding:waive",
            "arguments": f'{{"finding_id":"{uuid4()}"}}',
            "reason": REASON,
            "district": "440200",
            "proposer_id": proposer,
            "proposed_at": at,
            "expires_at": at + timedelta(hours=hours),
            "state": "proposed",
        }
        for hours in range(1, number + 1)
    ]
    async with transaction(office.doors.database) as session:
        if rows:
            await session.execute(insert(Proposal), rows)
    return [str(row["proposal_id"]) for row in rows]


def lapsed(finding_id: str, proposer: str) -> dict[str, object]:
    """Without a decision, the day before."""
    at = clock.now() - timedelta(days=8)
    return {
        "proposal_id": uuid4(),
        "act": "finding:waive",
        "arguments": f'{{"finding_id":"{finding_id}"}}',
        "reason": REASON,
        "district": "440200",
        "proposer_id": proposer,
        "proposed_at": at,
        "expires_at": at + timedelta(days=7),
        "state": "proposed",
    }


async def me(person: httpx.AsyncClient) -> str:
    user_id: str = (await get(person, "/api/v1/session"))["user_id"]
    return user_id


def shown(page: httpx.Response) -> list[str]:
    """To decide on, each by its two forms."""
    return re.findall(r'name="proposal_id" value="([^"]+)"', page.text)[::2]


async def test_all_of_a_bulk_can_be_reached_the_first_to_lapse_first(office: Office) -> None:
    ids = await bulk(office, 120, "somebody else")
    seen: list[str] = []
    address: httpx.URL | None = httpx.URL(DESK)
    while address is not None:
        page = await office.approver.get(address)
        assert "有 120 项等待您决定" in text_of(page)
        seen += shown(page)
        further = re.search(r'href="([^"]+)" rel="next"', page.text)
        address = page.url.join(html.unescape(further[1])) if further else None
    assert seen == ids


async def test_ones_own_bulk_hides_nothing_and_is_cut_with_its_number(office: Office) -> None:
    mine = await proposed(office.reviewer, office.ids[1])
    me = (await get(office.approver, "/api/v1/session"))["user_id"]
    await bulk(office, 101, me)
    page = await office.approver.get(DESK)
    assert shown(page) == [mine]
    assert "有 1 项等待您决定" in text_of(page)
    assert "这里列出最紧迫的 20 项，共 101 项。" in text_of(page)


async def test_nothing_waits_is_said_where_nothing_does(office: Office) -> None:
    nothing = "目前没有需要您决定的事项"
    assert nothing in text_of(await office.approver.get(DESK))
    await proposed(office.reviewer, office.ids[1])
    assert nothing not in text_of(await office.approver.get(DESK))
    assert nothing in text_of(await office.reviewer.get(DESK))


def test_every_act_is_told_in_words() -> None:
    assert set(WORDS) == {act.name for act in ACTS}


async def test_what_waits_is_told_with_who_why_and_what_it_does(office: Office) -> None:
    proposal_id = await proposed(office.reviewer, office.ids[0])
    page = await office.approver.get(DESK)
    told = text_of(page)
    for words in ("豁免预警", L2, REASON, "王某 提请于", "失效于", "不再妨碍补贴资格", "批准并执行"):
        assert words in told
    assert f'name="proposal_id" value="{proposal_id}"' in page.text


async def test_ones_own_stand_apart_and_cannot_be_decided(office: Office) -> None:
    proposal_id = await proposed(office.approver, office.ids[0])
    page = await office.approver.get(DESK)
    assert f'value="{proposal_id}"' not in page.text
    assert "我提请的，等待他人审批" in text_of(page)
    for act in ("approve", "reject"):
        refused = await submit(office.approver, f"{DESK}/{act}", proposal_id=proposal_id, reason=WHY)
        assert refused.status_code == 403
        assert "提请人不能审批自己的提请" in text_of(refused)
    assert await state(office.approver, proposal_id) == "proposed"


async def test_who_only_proposes_decides_nothing(office: Office) -> None:
    proposal_id = await proposed(office.approver, office.ids[0])
    assert f'value="{proposal_id}"' not in (await office.reviewer.get(DESK)).text
    refused = await submit(office.reviewer, f"{DESK}/approve", proposal_id=proposal_id)
    assert refused.status_code == 403
    assert await state(office.approver, proposal_id) == "proposed"


async def test_approving_carries_out_this_one_and_no_other(office: Office) -> None:
    first, second = [await proposed(office.reviewer, each) for each in office.ids]
    done = await submit(office.approver, f"{DESK}/approve", proposal_id=first)
    assert (done.status_code, done.headers["location"]) == (303, f"{DESK}?done={first}")
    answer = await office.approver.get(done.headers["location"])
    assert "您已批准，并已执行：豁免预警" in text_of(answer)
    assert f'<a href="/findings/{office.ids[0]}">查看</a>' in answer.text
    assert "您已批准，并已执行" not in text_of(await office.reviewer.get(done.headers["location"]))
    assert "您已批准，并已执行" not in text_of(await office.approver.get(f"{DESK}?done={second}"))
    states = {item["finding_id"]: item["state"] for item in (await get(office.approver, FINDINGS))["items"]}
    assert states[office.ids[0]] == "waived"
    assert states[office.ids[1]] == "open"
    assert [await state(office.approver, each) for each in (first, second)] == ["carried_out", "proposed"]
    rejected = await submit(office.approver, f"{DESK}/reject", proposal_id=second, reason=WHY)
    assert "您已驳回，什么也没有改变：" in text_of(await office.approver.get(rejected.headers["location"]))
    assert await state(office.approver, second) == "rejected"
    lately = text_of(await office.approver.get(DESK)).partition("最近的决定")[2]
    assert "已批准" in lately
    assert "已驳回" in lately


async def test_a_rejection_says_why_and_the_proposer_reads_it(office: Office) -> None:
    proposal_id = await proposed(office.reviewer, office.ids[1])
    for unsaid in ({}, {"reason": "  "}):
        refused = await submit(office.approver, f"{DESK}/reject", proposal_id=proposal_id, **unsaid)
        assert refused.status_code == 422
        assert "请写明驳回的理由，供提请人据以补正或另行提请。" in text_of(refused)
    assert await state(office.approver, proposal_id) == "proposed"
    await submit(office.approver, f"{DESK}/reject", proposal_id=proposal_id, reason=WHY)
    ended = text_of(await office.reviewer.get(DESK)).partition("我提请的，已有结果")[2]
    assert WHY in ended.partition("最近的决定")[0]
    assert WHY in text_of(await office.reviewer.get(f"{DESK}/{proposal_id}"))
    assert WHY in text_of(await office.reviewer.get(f"/findings/{office.ids[1]}"))
    stranger = await office.doors.person(Role.approver, districts=ELSEWHERE)
    assert (await stranger.get(f"{DESK}/{proposal_id}")).status_code == 404


async def test_what_lapsed_is_told_to_who_proposed_it(office: Office) -> None:
    proposal_id = await proposed(office.reviewer, office.ids[1])
    async with transaction(office.doors.database) as session:
        await session.execute(insert(Proposal), [lapsed(office.ids[1], await me(office.reviewer))])
    ended = text_of(await office.reviewer.get(DESK)).partition("我提请的，已有结果")[2]
    assert "七日内无人决定" in ended
    assert "等待审批" in text_of(await office.reviewer.get(f"{DESK}/{proposal_id}"))


async def test_every_page_counts_what_waits_as_the_desk_does(office: Office) -> None:
    """Not one's own, not another's: up to 99."""
    for number, pill in ((0, None), (3, "3"), (99, "99"), (117, "99+")):
        await nothing(office)
        await bulk(office, number, "somebody else")
        await bulk(office, 2, await me(office.approver))
        pages = [await office.approver.get(path) for path in (DESK, "/findings", "/class-groups")]
        for page in pages:
            shown_as = re.search(r'class="pill" aria-hidden="true">([^<]+)<', page.text)
            assert (shown_as and shown_as[1]) == pill
            assert ("项等待您决定）" in text_of(page)) is (pill is not None)
        assert "pill" not in (await office.reviewer.get("/findings")).text
    stranger = await office.doors.person(Role.approver, districts=ELSEWHERE)
    assert "pill" not in (await stranger.get("/findings")).text


async def test_an_old_proof_is_renewed_before_anything_is_decided(office: Office) -> None:
    proposal_id = await proposed(office.reviewer, office.ids[1])
    late = await office.doors.person(Role.approver, districts=HERE)
    user_id = (await get(late, "/api/v1/session"))["user_id"]
    async with transaction(office.doors.database) as session:
        statement = "UPDATE user_sessions SET verified_at = now() - interval '1 day' WHERE user_id = :id"
        await session.execute(text(statement), {"id": user_id})
    assert 'href="/verify?next=%2Fdesk"' in (await late.get(DESK)).text
    answer = await submit(late, f"{DESK}/approve", proposal_id=proposal_id)
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/verify?")
    assert await state(late, proposal_id) == "proposed"


async def test_another_district_sees_and_decides_nothing(office: Office) -> None:
    proposal_id = await proposed(office.reviewer, office.ids[1])
    stranger = await office.doors.person(Role.approver, districts=ELSEWHERE)
    assert REASON not in text_of(await stranger.get(DESK))
    assert (await submit(stranger, f"{DESK}/approve", proposal_id=proposal_id)).status_code == 404
    assert (await submit(stranger, f"{DESK}/approve", proposal_id="none")).status_code == 404


async def test_administrators_are_shown_clients_and_no_findings(office: Office) -> None:
    await proposed(office.reviewer, office.ids[1])
    one, two = [await office.doors.person(Role.administrator) for _ in range(2)]
    client_id = (await office.doors.register(LIVE)).client_id
    wanted = {"act": "client:revoke", "arguments": {"client_id": client_id}, "reason": "平台已停止运营"}
    assert (await one.post(APPROVALS, json=wanted)).status_code == 201
    told = text_of(await two.get(DESK))
    assert "令牌、密钥立即失效" in told
    assert client_id in told
    assert L2 not in told


async def test_findings_assigned_to_me_are_on_my_desk_alone(office: Office) -> None:
    clerk_like = await office.doors.person(Role.reviewer, districts=HERE)
    me = (await get(clerk_like, "/api/v1/session"))["user_id"]
    wanted = {"finding_ids": office.ids[1:], "assignee_id": me}
    assert (await office.reviewer.post(f"{FINDINGS}/assignments", json=wanted)).status_code == 200
    link = f'<a href="/findings/{office.ids[1]}">'
    mine = (await clerk_like.get(DESK)).text.partition("由我办理的预警")[2].partition("<h2>")[0]
    assert link in mine
    others = (await office.reviewer.get(DESK)).text.partition("由我办理的预警")[2].partition("<h2>")[0]
    assert link not in others
