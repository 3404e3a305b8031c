"""The ledger's pages say what the API says, to every role what it may know."""

import json
from html import unescape

import httpx
import pytest

from app.audit.service import Checking, deep_check
from app.core.vocabulary import Role
from app.db.session import transaction
from app.ledger.draws import announce
from app.people import csrf
from tests.api.term import get
from tests.web.verified import Held

LEDGER = "/api/v1/ledger"


@pytest.fixture
async def reviewer(held: Held) -> httpx.AsyncClient:
    return await held.doors.person(Role.reviewer)


async def shown(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text.partition("<main")[2])


async def test_how_it_stands_is_told_in_plain_words(reviewer: httpx.AsyncClient) -> None:
    page, told = await shown(reviewer, "/ledger"), await get(reviewer, LEDGER)
    published = told["published"]
    assert f'href="/ledger/checkpoints/{published["size"]}"' in page
    assert ("截至此刻收到的全部内容已在签名的账本中" in page) is (told["unpublished_since"] is None)
    assert published["signatures"][0]["name"] in page
    assert "从未告警" in page
    assert "检查点没有送到外部保存" in page


async def test_who_may_not_is_shown_neither_checks_nor_the_button(held: Held) -> None:
    for role, is_official in ((Role.agent, False), (Role.learner, False), (Role.clerk, True)):
        page = await shown(await held.doors.person(role), "/ledger")
        assert ("/ledger/publish" in page) is is_official
        assert ("/ledger/deep-checks" in page, "/ledger/draws" in page) == (is_official, is_official)


async def test_officials_publish_with_a_button(held: Held) -> None:
    clerk = await held.doors.person(Role.clerk)
    answer = await clerk.post("/ledger/publish", data={csrf.FIELD: clerk.headers[csrf.HEADER]})
    size = (await get(clerk, f"{LEDGER}/checkpoints", limit=1))["items"][0]["size"]
    assert (answer.status_code, answer.headers["location"]) == (303, f"/ledger/checkpoints/{size}")
    assert (await clerk.get(f"{LEDGER}/checkpoints/{size}")).text in await shown(
        clerk, answer.headers["location"]
    )
    agent = await held.doors.person(Role.agent)
    refused = await agent.post("/ledger/publish", data={csrf.FIELD: agent.headers[csrf.HEADER]})
    assert refused.status_code == 403


async def test_an_entry_is_shown_word_for_word_with_its_way_to_the_root(
    held: Held, reviewer: httpx.AsyncClient
) -> None:
    index = held.receipt["ledger"]["index"]
    page, told = (
        await shown(reviewer, f"/ledger/entries/{index}"),
        await get(reviewer, f"{LEDGER}/entries/{index}"),
    )
    assert told["envelope"] in page
    assert told["leaf_hash"] == held.receipt["ledger"]["leaf_hash"]
    assert told["leaf_hash"] in page
    proof = await get(reviewer, f"{LEDGER}/proofs/inclusion", index=index)
    assert all(f'title="{step}"' in page for step in proof["path"])
    assert "✓</i>相等" in page
    assert json.loads(told["envelope"])["platform"] in page
    assert f"proofs/inclusion?index={index}&format=tlog-proof" in page
    assert (await reviewer.get(f"/ledger/entries?index={index}")).headers["location"] == (
        f"/ledger/entries/{index}"
    )
    assert (await reviewer.get("/ledger/entries/100000")).status_code == 404


async def test_checkpoints_and_keys_are_those_of_the_api(reviewer: httpx.AsyncClient) -> None:
    listed = await get(reviewer, f"{LEDGER}/checkpoints")
    page = await shown(reviewer, "/ledger/checkpoints")
    assert all(each["root"] in page for each in listed["items"])
    keys = await get(reviewer, f"{LEDGER}/keys")
    assert keys["log"][0]["vkey"] in await shown(reviewer, "/ledger/keys")


async def test_draws_are_for_who_is_bound_to_no_district(held: Held, reviewer: httpx.AsyncClient) -> None:
    async with transaction(held.app.state.resources.database) as session:
        draw_id = await announce(session, "videos", ["P1/C1/V1", "P1/C1/V2"], 1)
    assert str(draw_id) in await shown(reviewer, "/ledger/draws")
    assert "等待下一个检查点" in await shown(reviewer, f"/ledger/draws/{draw_id}")
    bound = await held.doors.person(Role.reviewer, districts=("440204",))
    assert str(draw_id) not in await shown(bound, "/ledger/draws")
    assert (await bound.get(f"/ledger/draws/{draw_id}")).status_code == 404
    assert (await get(bound, f"{LEDGER}/draws"))["items"] == []
    (told,) = (await get(reviewer, f"{LEDGER}/draws"))["items"]
    assert (told["wanted"], told["population"]) == (1, 2)


async def test_what_waits_for_a_checkpoint_is_told_since_when(
    held: Held, reviewer: httpx.AsyncClient
) -> None:
    async with transaction(held.app.state.resources.database) as session:
        await announce(session, "videos", ["P1/C1/V1"], 1)
    since = (await get(reviewer, LEDGER))["unpublished_since"]
    assert since is not None
    assert "此后收到的正在处理" in await shown(reviewer, "/ledger")


async def test_deep_checks_are_told_once_there_are_some(held: Held, reviewer: httpx.AsyncClient) -> None:
    assert "尚未核对" in await shown(reviewer, "/ledger/deep-checks")
    resources = held.app.state.resources
    check, differences = await deep_check(Checking(resources.database, resources.key_ring, resources.library))
    assert differences == []
    page = await shown(reviewer, "/ledger/deep-checks")
    assert "未发现不符" in page
    assert not [name for name, number in check.counts.items() if f"{name} {number}" in page]


async def test_videos_are_found_by_their_hash(reviewer: httpx.AsyncClient) -> None:
    (video,) = (await get(reviewer, "/api/v1/videos"))["items"]
    assert (await get(reviewer, "/api/v1/videos", hash=video["hash"]))["items"] == [video]
    assert (await get(reviewer, "/api/v1/videos", hash="sha256:" + "0" * 64))["items"] == []
