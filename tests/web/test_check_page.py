"""Whether something is genuine: strangers learn that and since when, and nothing of anybody."""

import hashlib
import json
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.core import clock
from app.core.ids import new_uuid
from app.core.vocabulary import Eligibility, Role
from app.main import create_app
from app.people import csrf
from app.verification.files import MOST_BYTES
from app.verification.schemas import Issue, Issued, Verdict
from app.verification.service import of_number
from tests.api.conftest import USCC, serving
from tests.api.term import C1, L1, NAMES
from tests.console.chromium import launched
from tests.web.verified import RECORDING, Held

OCTETS = {"Content-Type": "application/octet-stream"}
GENUINE, NOT_GENUINE, UNKNOWN = "✓ 真实", "✕ 不真实", "! 无法判断"
REPLACED = "! 已失效"


async def shown(client: httpx.AsyncClient, text: str, path: str = "/check", **fields: str) -> str:
    proof = {csrf.FIELD: client.headers[csrf.HEADER]} if csrf.HEADER in client.headers else {}
    answer = await client.post(path, data={"text": text, **fields, **proof})
    assert answer.status_code == 200, answer.text
    return unescape(answer.text.partition('id="answer"')[2].partition("data-check-form")[0])


def told_verdict(page: str) -> str:
    (found,) = [each for each in (GENUINE, NOT_GENUINE, UNKNOWN, REPLACED) if each in page]
    return found


def tells_of_nobody(page: str) -> bool:
    return not any(each in page for each in (L1, C1, USCC, *NAMES.values()))


async def test_the_page_is_open_and_says_how_to_verify_without_us(anybody: httpx.AsyncClient) -> None:
    page = await anybody.get("/check")
    script = await anybody.get("/check/verify.py")
    assert hashlib.sha256(script.content).hexdigest() in page.text
    assert "--key supervise.invalid/ledger/" in page.text
    assert 'href="/check"' in (await anybody.get("/sign-in")).text


class TestAReceipt:
    async def test_is_genuine_as_it_was_given(self, held: Held, anybody: httpx.AsyncClient) -> None:
        page = await shown(anybody, json.dumps(held.receipt, ensure_ascii=False))
        assert told_verdict(page) == GENUINE
        assert "签名检查点" in page

    @pytest.mark.parametrize(
        ("name", "value"), [("accepted", 99), ("platform", "P2"), ("received_at", "2026-01-01T00:00:00Z")]
    )
    async def test_with_a_changed_field_is_not(
        self, held: Held, anybody: httpx.AsyncClient, name: str, value: object
    ) -> None:
        page = await shown(anybody, json.dumps(held.receipt | {name: value}))
        assert told_verdict(page) == NOT_GENUINE
        assert f"回执写 {value}，账本为 " in page

    async def test_with_another_leaf_learns_nothing_of_the_batch(
        self, held: Held, anybody: httpx.AsyncClient
    ) -> None:
        leaf = held.receipt["ledger"]["leaf_hash"]
        other = held.receipt["ledger"] | {"leaf_hash": ("0" if leaf[0] != "0" else "1") + leaf[1:]}
        page = await shown(anybody, json.dumps(held.receipt | {"ledger": other, "accepted": 99}))
        assert told_verdict(page) == NOT_GENUINE
        assert "接受条数" not in page

    async def test_of_no_batch_of_ours_is_not(self, held: Held, anybody: httpx.AsyncClient) -> None:
        page = await shown(anybody, json.dumps(held.receipt | {"batch_id": str(uuid4())}))
        assert told_verdict(page) == NOT_GENUINE

    async def test_that_says_something_twice_is_not_taken_by_its_last_word(
        self, held: Held, anybody: httpx.AsyncClient
    ) -> None:
        whole = json.dumps(held.receipt, ensure_ascii=False)
        page = await shown(anybody, '{"accepted": 1000000,' + whole.removeprefix("{"))
        assert told_verdict(page) == UNKNOWN
        assert "字段 accepted 出现了不止一次" in page

    async def test_with_half_a_character_is_refused_before_it_is_compared(
        self, held: Held, anybody: httpx.AsyncClient
    ) -> None:
        page = await shown(anybody, json.dumps(held.receipt | {"platform": "\ud800"}))
        assert told_verdict(page) == UNKNOWN
        assert "代理项" in page

    @pytest.mark.parametrize("text", ["{}", '{"batch_id": 7', '{"ledger": 3, "batch_id": []}', "hello"])
    async def test_that_is_none_is_accused_of_nothing(self, anybody: httpx.AsyncClient, text: str) -> None:
        assert told_verdict(await shown(anybody, text)) == UNKNOWN


class TestANumber:
    async def test_of_a_decision_tells_only_that_it_was_made_and_stands(
        self, held: Held, anybody: httpx.AsyncClient
    ) -> None:
        page = await shown(anybody, f"编号 {held.decision_id}")
        assert told_verdict(page) == GENUINE
        assert "资格判定" in page
        assert "没有新的判定取代它" in page
        assert tells_of_nobody(page)
        assert "符合补贴资格" not in page

    async def test_is_held_against_what_the_paper_says(self, held: Held, anybody: httpx.AsyncClient) -> None:
        verdicts = {
            stated: told_verdict(await shown(anybody, held.decision_id, eligibility=stated))
            for stated in ("eligible", "ineligible", "insufficient_evidence")
        }
        assert sorted(verdicts.values()) == sorted([GENUINE, NOT_GENUINE, NOT_GENUINE])

    async def test_of_an_export_tells_its_moment(self, held: Held, anybody: httpx.AsyncClient) -> None:
        page = await shown(anybody, held.export_id)
        assert (told_verdict(page), "导出或打印的文件" in page) == (GENUINE, True)
        assert tells_of_nobody(page)

    def test_of_a_decision_that_was_replaced_is_no_ground_any_more(self) -> None:
        """Genuine, and not to go by; a paper that decides something else is worse."""
        issued = Issued(Issue.decision, clock.now(), Eligibility.eligible, is_replaced=True)
        for stated in (None, Eligibility.eligible):
            found = of_number(issued, stated)
            assert (found.verdict, "取代" in found.why.zh) == (Verdict.replaced, True)
        assert of_number(issued, Eligibility.ineligible).verdict is Verdict.not_genuine

    async def test_of_another_paper_bears_out_no_decision(
        self, held: Held, anybody: httpx.AsyncClient
    ) -> None:
        for number, what in ((held.batch_id, "数据批次回执"), (held.export_id, "导出或打印的文件")):
            assert told_verdict(await shown(anybody, number)) == GENUINE
            page = await shown(anybody, number, eligibility="eligible")
            assert told_verdict(page) == NOT_GENUINE
            assert f"这个编号属于{what}，不是判定单" in page

    async def test_that_is_old_and_not_found_may_have_been_disposed_of(
        self, anybody: httpx.AsyncClient
    ) -> None:
        """Ours tell when they were given."""
        verdicts = {
            days: told_verdict(await shown(anybody, str(new_uuid(clock.now() + timedelta(days=days)))))
            for days in (-2000, -2, 0, 2)
        }
        assert verdicts == {-2000: UNKNOWN, -2: UNKNOWN, 0: NOT_GENUINE, 2: NOT_GENUINE}

    async def test_that_nobody_gave_is_not(self, anybody: httpx.AsyncClient) -> None:
        assert told_verdict(await shown(anybody, str(uuid4()))) == NOT_GENUINE

    async def test_of_an_entry_of_the_trail_that_is_no_paper_is_not_found(
        self, held: Held, anybody: httpx.AsyncClient
    ) -> None:
        auditor = await held.doors.person(Role.auditor)
        entries = (await auditor.get("/api/v1/trail")).json()["items"]
        looked = next(each for each in entries if each["action"] == "decision-proofs:read")
        assert told_verdict(await shown(anybody, looked["entry_id"])) == NOT_GENUINE


class TestARecording:
    async def test_is_known_by_its_hash(self, anybody: httpx.AsyncClient) -> None:
        digits = hashlib.sha256(RECORDING).hexdigest()
        for text in (f"sha256:{digits}", digits.upper()):
            page = await shown(anybody, text)
            assert (told_verdict(page), "登记在案" in page) == (GENUINE, True)
            assert tells_of_nobody(page)

    async def test_that_is_unknown_is_accused_of_nothing(self, anybody: httpx.AsyncClient) -> None:
        assert told_verdict(await shown(anybody, "sha256:" + "0" * 64)) == UNKNOWN

    async def test_tells_officials_which_class_group(self, held: Held) -> None:
        digits = hashlib.sha256(RECORDING).hexdigest()
        for districts, is_told in ((None, True), (("440204",), True), (("110000",), False)):
            reviewer = await held.doors.person(Role.reviewer, districts=districts)
            page = await shown(reviewer, digits, "/ledger/check")
            assert (f"/class-groups/P1/{C1}" in page) is is_told
        agent = await held.doors.person(Role.agent)
        assert f"/class-groups/P1/{C1}" not in await shown(agent, digits, "/ledger/check")


class TestABundle:
    async def test_is_genuine_as_it_was_made(self, held: Held, anybody: httpx.AsyncClient) -> None:
        answer = await anybody.post("/check/file", content=held.bundle, headers=OCTETS)
        assert (answer.status_code, told_verdict(answer.text)) == (200, GENUINE)
        assert "entries/" in answer.text
        assert "不成立" not in answer.text

    async def test_with_a_changed_byte_is_not(self, held: Held, anybody: httpx.AsyncClient) -> None:
        altered = bytearray(held.bundle)
        altered[len(altered) // 2] ^= 1
        answer = await anybody.post("/check/file", content=bytes(altered), headers=OCTETS)
        assert (answer.status_code, told_verdict(answer.text)) == (200, NOT_GENUINE)

    async def test_of_nothing_is_not(self, anybody: httpx.AsyncClient) -> None:
        answer = await anybody.post("/check/file", content=b"PK\x03\x04", headers=OCTETS)
        assert told_verdict(answer.text) == NOT_GENUINE

    async def test_that_is_too_large_is_refused_unread(self, anybody: httpx.AsyncClient) -> None:
        headers = OCTETS | {"Content-Length": str(MOST_BYTES + 1)}
        answer = await anybody.post("/check/file", content=b"PK", headers=headers)
        assert answer.status_code == 413

    async def test_waits_its_turn(self, held: Held, anybody: httpx.AsyncClient) -> None:
        turn = held.app.state.resources.files_of_strangers.turn
        with turn.taken(), turn.taken():
            answer = await anybody.post("/check/file", content=held.bundle, headers=OCTETS)
            reviewer = await held.doors.person(Role.reviewer)
            inside = await reviewer.post("/ledger/check/file", content=held.bundle, headers=OCTETS)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert (inside.status_code, told_verdict(inside.text)) == (200, GENUINE)

    async def test_is_taken_from_our_pages_alone(self, held: Held) -> None:
        elsewhere = await held.doors.stranger()
        elsewhere.headers["Origin"] = "https://elsewhere.example"
        answer = await elsewhere.post("/check/file", content=held.bundle, headers=OCTETS)
        assert answer.status_code == 403


class TestAProof:
    async def test_of_one_decision_is_verified_too(self, held: Held, anybody: httpx.AsyncClient) -> None:
        assert told_verdict(await shown(anybody, held.proof)) == GENUINE
        told: dict[str, Any] = json.loads(held.proof)
        told["document"] = told["document"].replace('"eligible"', '"ineligible"')
        assert told_verdict(await shown(anybody, json.dumps(told))) == NOT_GENUINE


async def test_programs_get_the_same_answer(held: Held) -> None:
    reviewer = await held.doors.person(Role.reviewer)
    wanted = {"text": json.dumps(held.receipt)}
    told = (await reviewer.post("/api/v1/ledger/verifications", json=wanted)).json()
    assert (told["about"], told["verdict"]) == ("receipt", "genuine")
    assert told["ledger_index"] == held.receipt["ledger"]["index"]
    file = await reviewer.post("/api/v1/ledger/verifications/files", content=held.bundle, headers=OCTETS)
    assert (file.json()["about"], file.json()["verdict"]) == ("bundle", "genuine")


async def test_a_recording_stays_in_the_browser_and_only_its_hash_is_asked_for(
    held: Held, executable: Path, tmp_path: Path
) -> None:
    recording, bundle = tmp_path / "recording.mp4", tmp_path / "large.zip"
    recording.write_bytes(RECORDING)
    with bundle.open("wb") as file:
        file.write(b"PK")
        file.truncate(MOST_BYTES + 1)
    sent: list[bytes] = []
    with serving(create_app(held.app.state.resources.settings)) as address:
        async with launched(executable) as browser:
            page = await browser.new_page(locale="zh-CN")
            page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
            await page.goto(f"{address}/check")
            await page.set_input_files("#check-file", str(bundle))
            await page.get_by_text("文件过大").wait_for()
            await page.set_input_files("#check-file", str(recording))
            assert await page.inner_text("#verdict") == GENUINE
    (form,) = filter(None, sent)
    assert hashlib.sha256(RECORDING).hexdigest().encode() in form
    assert len(form) < 200
