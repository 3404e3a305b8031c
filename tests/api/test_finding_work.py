"""Officials take care of findings and comment on them; auditors read along, platforms learn nothing of it."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.vocabulary import Role
from app.db.session import reading, transaction
from tests.api.conftest import LIVE, VOD, Doors, opened_doors
from tests.api.term import CLOSED, get, push_term, settle
from tests.server import CloneServer

APPROVALS = "/api/v1/approvals"
FINDINGS = "/api/v1/findings"
ASSIGN, COMMENT = f"{FINDINGS}/assignments", f"{FINDINGS}/comments"
HERE, ELSEWHERE = ("4402",), ("11",)
WORDS = "已致电平台核实，等待补报签退记录。"


class Office(NamedTuple):
    app: FastAPI
    doors: Doors
    platform: httpx.AsyncClient
    clerk: httpx.AsyncClient
    reviewer: httpx.AsyncClient
    approver: httpx.AsyncClient
    ids: list[str]


@pytest.fixture(scope="module")
async def office(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """Of one term with two findings."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await push_term(platform, **CLOSED)
        await settle(app)
        clerk = await doors.person(Role.clerk, districts=HERE)
        reviewer, approver = await doors.person(Role.reviewer), await doors.person(Role.approver)
        ids = [item["finding_id"] for item in (await get(clerk, FINDINGS))["items"]]
        yield Office(app, doors, platform, clerk, reviewer, approver, ids)


@pytest.fixture(autouse=True)
async def untouched(office: Office) -> None:
    """Nobody has one, whatever the test before did."""
    everything = {"finding_ids": office.ids, "assignee_id": None}
    assert (await office.reviewer.post(ASSIGN, json=everything)).status_code == 200


async def user_id(person: httpx.AsyncClient) -> str:
    me: str = (await get(person, "/api/v1/session"))["user_id"]
    return me


async def assign(official: httpx.AsyncClient, ids: list[str], assignee: str | None) -> httpx.Response:
    return await official.post(ASSIGN, json={"finding_ids": ids, "assignee_id": assignee})


async def comment(official: httpx.AsyncClient, ids: list[str], words: str = WORDS) -> httpx.Response:
    return await official.post(COMMENT, json={"finding_ids": ids, "text": words})


async def detail(caller: httpx.AsyncClient, finding_id: str) -> dict[str, Any]:
    return await get(caller, f"{FINDINGS}/{finding_id}")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestAssigning:
    async def test_says_who_takes_care_and_leaves_the_others_alone(self, office: Office) -> None:
        me = await user_id(office.clerk)
        assert (await assign(office.clerk, office.ids[:1], me)).status_code == 200
        assignees = {
            item["finding_id"]: item["assignee"] for item in (await get(office.clerk, FINDINGS))["items"]
        }
        assert assignees[office.ids[0]]["user_id"] == me
        assert assignees[office.ids[1]] is None

    async def test_is_filtered_by_and_counted(self, office: Office) -> None:
        await assign(office.clerk, office.ids[:1], await user_id(office.clerk))
        found = {
            (name, who): [item["finding_id"] for item in (await get(client, FINDINGS, assigned=who))["items"]]
            for name, client in (("clerk", office.clerk), ("reviewer", office.reviewer))
            for who in ("me", "somebody", "nobody")
        }
        mine, rest = office.ids[:1], office.ids[1:]
        assert found == {
            ("clerk", "me"): mine,
            ("clerk", "somebody"): mine,
            ("clerk", "nobody"): rest,
            ("reviewer", "me"): [],
            ("reviewer", "somebody"): mine,
            ("reviewer", "nobody"): rest,
        }
        counts = (await get(office.clerk, FINDINGS))["assigned"]
        assert counts == {"me": 1, "somebody": 1, "nobody": 1, "nobody_open": 1}

    async def test_keeps_what_was_before(self, office: Office) -> None:
        clerk, reviewer = await user_id(office.clerk), await user_id(office.reviewer)
        finding_id = office.ids[1]
        for assignee in (clerk, reviewer, None):
            await assign(office.approver, [finding_id], assignee)
        told = [
            (event["kind"], event["to"] and event["to"]["user_id"])
            for event in (await detail(office.clerk, finding_id))["history"]
            if event["kind"] in {"assigned", "unassigned"}
        ]
        assert told[:3] == [("unassigned", None), ("assigned", reviewer), ("assigned", clerk)]

    async def test_of_several_is_all_or_nothing(self, office: Office) -> None:
        nobodys = "00000000-0000-7000-8000-000000000000"
        answer = await assign(office.clerk, [*office.ids, nobodys], await user_id(office.clerk))
        assert refusal(answer) == (404, "finding_unknown")
        assert (await get(office.clerk, FINDINGS))["assigned"]["somebody"] == 0

    async def test_is_for_officials_of_the_district(self, office: Office) -> None:
        stranger = await office.doors.person(Role.clerk, districts=ELSEWHERE)
        for answer in (
            await assign(stranger, office.ids, await user_id(stranger)),
            await comment(stranger, office.ids),
            await stranger.get(f"{FINDINGS}/{office.ids[0]}"),
        ):
            assert refusal(answer) == (404, "finding_unknown")

    async def test_goes_to_who_is_in_office_and_in_the_district(self, office: Office) -> None:
        stranger = await user_id(await office.doors.person(Role.clerk, districts=ELSEWHERE))
        auditor = await user_id(await office.doors.person(Role.auditor))
        gone = await user_id(await office.doors.person(Role.clerk))
        async with transaction(office.doors.database) as session:
            statement = text("UPDATE users SET disabled_at = now() WHERE user_id = :id")
            await session.execute(statement, {"id": gone})
        for assignee in (stranger, auditor, gone, "user-0000000000000000"):
            answer = await assign(office.clerk, office.ids, assignee)
            assert refusal(answer) == (422, "assignee_unsuitable")
        offered = {each["user_id"] for each in (await get(office.clerk, f"{FINDINGS}/assignees"))["items"]}
        assert await user_id(office.reviewer) in offered
        assert not offered & {stranger, auditor, gone}


class TestAComment:
    async def test_stands_in_the_history_with_who_and_when(self, office: Office) -> None:
        assert (await comment(office.clerk, office.ids)).status_code == 200
        event = (await detail(office.reviewer, office.ids[0]))["history"][0]
        assert (event["kind"], event["text"]) == ("commented", WORDS)
        assert (event["by"]["user_id"], event["by"]["role"]) == (await user_id(office.clerk), "clerk")
        assert {item["comments"] > 0 for item in (await get(office.clerk, FINDINGS))["items"]} == {True}

    @pytest.mark.parametrize(
        "words", ["学员 11010519491231002X 来访", "回电 13800138000", "电话：+86 13800138000"]
    )
    async def test_with_an_id_number_or_a_phone_number_is_refused(self, office: Office, words: str) -> None:
        answer = await comment(office.clerk, office.ids, words)
        assert refusal(answer) == (422, "personal_data_in_comment")
        assert words[3:] not in answer.text
        async with reading(office.doors.database) as session:
            kept = text("SELECT count(*) FROM finding_comments WHERE text = :words")
            assert await session.scalar(kept, {"words": words}) == 0

    @pytest.mark.parametrize("words", ["", "   ", "x" * 1001, "\x1b[2J"])
    async def test_says_something_plain(self, office: Office, words: str) -> None:
        assert (await comment(office.clerk, office.ids, words)).status_code == 422


async def test_auditors_read_and_do_nothing(office: Office) -> None:
    auditor = await office.doors.person(Role.auditor)
    await comment(office.clerk, office.ids)
    assert (await detail(auditor, office.ids[0]))["comments"] > 0
    for answer in (
        await assign(auditor, office.ids, None),
        await comment(auditor, office.ids),
        await auditor.get(f"{FINDINGS}/assignees"),
    ):
        assert refusal(answer) == (403, "forbidden")


async def test_platforms_read_findings_and_nothing_of_the_work(office: Office) -> None:
    await assign(office.clerk, office.ids, await user_id(office.clerk))
    await comment(office.clerk, office.ids)
    operator = await office.doors.person(Role.operator)
    for caller in (office.platform, operator):
        listing = await get(caller, FINDINGS)
        assert {(item["assignee"], item["comments"]) for item in listing["items"]} == {(None, None)}
        assert listing["assigned"] is None
        told = await detail(caller, office.ids[0])
        assert [event["kind"] for event in told["history"]][-1:] == ["raised"]
        assert {event["kind"] for event in told["history"]} <= {"raised", "confirmed"}
        assert WORDS not in (await caller.get(FINDINGS, params={"format": "csv"})).text
        answer = await caller.get(FINDINGS, params={"assigned": "nobody"})
        assert refusal(answer) == (403, "forbidden")
    other = await office.doors.signed_in(VOD)
    assert refusal(await other.get(f"{FINDINGS}/{office.ids[0]}")) == (404, "finding_unknown")


async def test_a_finding_is_told_in_words(office: Office) -> None:
    told = {item["rule"]: item for item in (await get(office.clerk, FINDINGS))["items"]}
    attended = told["attendance-rate"]
    assert attended["told"]["zh"] == "实际 66.67%，应不低于80%"
    assert attended["told"]["en"] == "66.67 %; asked for: at least 80 %"
    assert attended["title"]["zh"]


async def test_proposals_stand_in_the_history_whatever_became_of_them(office: Office) -> None:
    wanted = {"act": "finding:waive", "arguments": {"finding_id": office.ids[0]}, "reason": "该地停电"}
    proposed = (await office.reviewer.post(APPROVALS, json=wanted)).json()
    await office.approver.post(f"{APPROVALS}/{proposed['proposal_id']}/reject")
    history = (await detail(office.clerk, office.ids[0]))["history"]
    told = [(event["kind"], event["by"]["user_id"], event["text"]) for event in history[:2]]
    assert told == [
        ("waiver_rejected", await user_id(office.approver), None),
        ("waiver_proposed", await user_id(office.reviewer), "该地停电"),
    ]


async def test_each_act_leaves_an_entry_for_each_finding_and_none_of_its_words(office: Office) -> None:
    async def entries() -> list[Any]:
        statement = (
            "SELECT action, subject FROM trail_entries WHERE action LIKE 'findings:%' AND kind = 'change'"
        )
        async with reading(office.doors.database) as session:
            return [tuple(row) for row in await session.execute(text(f"{statement} ORDER BY entry_id"))]

    before = len(await entries())
    me = await user_id(office.clerk)
    await assign(office.clerk, office.ids, me)
    await comment(office.clerk, office.ids[:1])
    new = (await entries())[before:]
    assert sorted(new, key=str) == sorted(
        [
            *(("findings:assign", {"finding_id": each, "assignee_id": me}) for each in office.ids),
            ("findings:comment", {"finding_id": office.ids[0]}),
        ],
        key=str,
    )
