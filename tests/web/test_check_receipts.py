"""Receipts member by member, and the way to where they are verified."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.core import clock
from app.core.vocabulary import Eligibility, Role
from app.verification import repository
from app.verification.schemas import Issue, Issued
from app.web.navigation import PEOPLE, place_of
from tests.api.conftest import LIVE, REGULATOR
from tests.api.term import C1, L1, get, settle
from tests.web.test_check_page import GENUINE, NOT_GENUINE, REPLACED, UNKNOWN, shown, told_verdict
from tests.web.verified import Held


@pytest.mark.parametrize(
    ("changed", "verdict", "named"),
    [
        ({"state": "rejected"}, NOT_GENUINE, "处理状态不符：回执写 rejected"),
        (
            {"rejections_url": "https://elsewhere.example"},
            NOT_GENUINE,
            "拒绝明细地址不符：回执写 https://",
        ),
        ({"rejections": [{"line": 1}]}, NOT_GENUINE, "拒绝明细不符：按账本应列出 0 条"),
        ({"accepted": None}, NOT_GENUINE, "接受条数不符：回执写 null"),
        ({"note": "批准补贴100000元"}, UNKNOWN, "多出 note"),
        ({"\u202e": [1]}, UNKNOWN, "多出 ?"),
    ],
)
async def test_a_receipt_with_what_the_ledger_does_not_hold_is_not_called_genuine(
    held: Held, anybody: httpx.AsyncClient, changed: dict[str, Any], verdict: str, named: str
) -> None:
    page = await shown(anybody, json.dumps(held.receipt | changed))
    assert (told_verdict(page), named in page) == (verdict, True)


async def test_a_receipt_that_lacks_something_is_named_what(held: Held, anybody: httpx.AsyncClient) -> None:
    renamed = {"recieved" if name == "received" else name: told for name, told in held.receipt.items()}
    page = await shown(anybody, json.dumps(renamed))
    assert (told_verdict(page), "缺少 received；多出 recieved" in page) == (UNKNOWN, True)
    bare = {name: held.receipt[name] for name in ("batch_id", "ledger")}
    page = await shown(anybody, json.dumps(bare))
    assert (told_verdict(page), "缺少 platform、feed、" in page) == (UNKNOWN, True)
    within = held.receipt | {"ledger": held.receipt["ledger"] | {"note": 1}}
    page = await shown(anybody, json.dumps(within))
    assert (told_verdict(page), "多出 ledger.note" in page) == (UNKNOWN, True)


async def test_a_receipt_tells_what_it_proves_and_what_not(held: Held, anybody: httpx.AsyncClient) -> None:
    page = await shown(anybody, json.dumps(held.receipt | {"state": "stored"}))
    assert told_verdict(page) == GENUINE
    assert "下列成立各项与签名的账本一致；未列出的内容不受证明。" in page
    assert "未核对：处理状态（随处理进展而变，账本不记载）" in page
    assert "未证明：拒绝明细地址与平台现存的相同（账本不记载）" in page


async def test_a_receipt_with_rejections_is_held_against_those_that_are_stored(
    held: Held, anybody: httpx.AsyncClient
) -> None:
    """In either language; until a checkpoint covers it, nothing signed is there to agree with."""
    platform, regulator = [await held.doors.signed_in(each) for each in (LIVE, REGULATOR)]
    sent = await platform.post("/api/v1/feeds/lessons", json=[{"lesson_id": "S9", "revision": -1}])
    await settle(held.app)
    receipt = await get(platform, sent.json()["rejections_url"].removesuffix("/rejections"))
    before = await shown(anybody, json.dumps(receipt))
    assert (told_verdict(before), "尚未就此签名" in before) == (UNKNOWN, True)
    assert (await regulator.post("/api/v1/ledger/checkpoints")).status_code == 200
    english = await platform.get(f"/api/v1/batches/{receipt['batch_id']}", headers={"Accept-Language": "en"})
    assert english.json() != receipt
    for told in (receipt, english.json()):
        page = await shown(anybody, json.dumps(told))
        assert told_verdict(page) == GENUINE
        assert "未证明：拒绝明细与平台现存的相同（账本不记载）" in page
    (rejection,) = receipt["rejections"]
    for other in (rejection | {"line": 2}, rejection | {"errors": []}, rejection | {"line": True}):
        page = await shown(anybody, json.dumps(receipt | {"rejections": [other]}))
        assert (told_verdict(page), "拒绝明细与平台所存不同" in page) == (NOT_GENUINE, True)


async def test_the_number_of_a_decision_that_was_replaced_is_said_to_be_out_of_force(
    anybody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def issued(*_: object) -> Issued:
        return Issued(Issue.decision, clock.now(), Eligibility.eligible, is_replaced=True)

    monkeypatch.setattr(repository, "issued", issued)
    page = await shown(anybody, str(uuid4()))
    assert told_verdict(page) == REPLACED
    assert "已被之后的判定取代，不能再作依据" in page


class TestTheWayThere:
    @pytest.mark.parametrize("role", sorted(PEOPLE))
    def test_is_in_the_navigation_of_everybody(self, role: Role) -> None:
        assert place_of(role, "/ledger/check") == "/ledger/check"
        assert place_of(role, "/ledger/checkpoints") == "/ledger"
        assert place_of(role, "/ledgers") is None

    async def test_marks_one_place_alone(self, held: Held) -> None:
        reviewer = await held.doors.person(Role.reviewer)
        for path, current in (("/ledger/check", "/ledger/check"), ("/ledger/keys", "/ledger")):
            side = (await reviewer.get(path)).text.partition('<nav class="side"')[2].partition("</nav>")[0]
            assert side.count("aria-current") == 1
            assert f'href="{current}" aria-current="page"' in side

    @pytest.mark.parametrize("path", ["/batches/{batch_id}", f"/learners/P1/{C1}/{L1}"])
    async def test_is_beside_what_can_be_verified(self, held: Held, path: str) -> None:
        reviewer = await held.doors.person(Role.reviewer)
        page = await reviewer.get(path.format(batch_id=held.batch_id))
        assert page.status_code == 200
        assert 'href="/ledger/check"' in page.text.partition("<main")[2]
