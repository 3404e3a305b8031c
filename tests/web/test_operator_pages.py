"""Pages of a platform's operator: what the API answers, and no more than the role may see."""

import html
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from app.api.data_freshness import FeedFreshnessItem, PlatformFreshnessItem
from app.api.examples import EXAMPLES
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.vocabulary import Feed, Role
from app.reports.documents import Tone
from app.web.clients import ClientIncomplete, in_utc
from app.web.developers import kind_of
from app.web.feed_words import FeedLine, NextStep, lines, verdict
from tests.api.conftest import LIVE, VOD, Doors, opened_doors
from tests.api.term import ID_NUMBERS, L1, NAMES, attendance, enrollment, get, push_term, settle
from tests.server import CloneServer
from tests.web.forms import submit, text_of


class Site(NamedTuple):
    doors: Doors
    app: FastAPI
    program: httpx.AsyncClient
    operator: httpx.AsyncClient
    batch_id: str
    """Of three records of attendance, of which two are wrong in the same place."""
    roster_id: str
    """Of a record with an ID number that is none."""


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        program = await doors.signed_in(LIVE)
        await push_term(program)
        wrong = [{**attendance(L1, number), "status": "asleep"} for number in (1, 2)]
        waits = {**attendance(L1, 3), "lesson_id": "S9"}
        batch = (await program.post("/api/v1/feeds/attendance", json=[*wrong, waits])).json()
        nobody = enrollment(L1, id_number=ID_NUMBERS[L1][:-1] + "X", revision=1)
        roster = (await program.post("/api/v1/feeds/enrollments", json=[nobody])).json()
        await settle(app)
        operator = await doors.person(Role.operator)
        yield Site(doors, app, program, operator, batch["batch_id"], roster["batch_id"])


async def test_the_first_page_says_what_to_do_next(site: Site) -> None:
    assert (await site.operator.get("/")).headers["location"] == "/feeds"
    page = text_of(await site.operator.get("/feeds"))
    assert "数据集 2 个需处理。最紧要的列在最前。" in page
    assert "最近批次有 2 条被拒" in page
    assert page.index("最近批次有 2 条被拒") < page.index("正常，无需处理")
    (told,) = (await get(site.operator, "/api/v1/data-quality/freshness"))["items"]
    rejected = sum(feed["rejected"] for feed in told["feeds"])
    assert f"近 7 天拒绝 i 同一范围内不合规则、没有计入的记录；修正后重新发送即可。 {rejected} 条" in page


async def test_what_is_of_seven_days_leads_to_these_days_of_the_platform(site: Site) -> None:
    began = (clock.now() - timedelta(days=7)).astimezone(SHANGHAI).date()
    clerk = await site.doors.person(Role.clerk)
    page = html.unescape((await clerk.get("/feeds?platform=P1")).text)
    for query in (f"platform=P1&from={began}", f"rejected=true&platform=P1&from={began}"):
        assert f'"/batches?{query}"' in page
    assert 'href="/batches?tab=causes&feed=attendance&platform=P1"' in page
    (told,) = (await get(clerk, "/api/v1/data-quality/freshness", platform="P1"))["items"]
    feed = next(each for each in told["feeds"] if each["feed"] == "attendance")
    mended = FeedFreshnessItem.model_validate({**feed, "last_rejected": 0, "is_silent": False})
    platform = PlatformFreshnessItem.model_validate({**told, "feeds": [mended]})
    (line,) = lines(platform, [], began)
    assert line.step.href == f"/batches?platform=P1&feed=attendance&rejected=true&from={began}"
    batches = (await clerk.get(f"/api/v1{line.step.href}")).json()["items"]
    assert sum(each["rejected"] for each in batches) == feed["rejected"] > 0


def test_all_is_well_only_where_all_was_looked_at() -> None:
    assert verdict([], is_whole=False).text.zh == (
        "上报正常；等待关联的记录只检查了一部分班级，其中没有待处理事项。"
    )
    assert (verdict([], is_whole=False).tone, verdict([]).tone) == (Tone.plain, Tone.good)


async def test_what_is_wrong_most_is_told_with_its_remedy(site: Site) -> None:
    causes = (await get(site.operator, "/api/v1/rejection-causes"))["items"]
    page = text_of(await site.operator.get("/batches?tab=causes"))
    for cause in causes:
        assert cause["message"] in page
    assert [cause["records"] for cause in causes] == [2, 1]
    assert "考勤状态 /status 2" in page
    narrowed = text_of(await site.operator.get("/batches?tab=causes&feed=enrollments"))
    assert "/status" not in narrowed


async def test_batches_are_listed_as_the_api_has_them_and_exported(site: Site) -> None:
    asked = "/batches?feed=attendance&rejected=true"
    found = await get(site.operator, "/api/v1/batches", feed="attendance", rejected="true")
    (item,) = found["items"]
    page = await site.operator.get(asked)
    assert f"/batches/{item['batch_id']}" in page.text
    assert page.text.count('href="/batches/') == 1
    file = await site.operator.get(f"{asked}&format=csv")
    assert file.headers["content-disposition"].startswith("attachment")
    assert site.batch_id in file.text


async def test_a_receipt_says_what_became_of_it_and_where_it_is_proved(site: Site) -> None:
    receipt = await get(site.operator, f"/api/v1/batches/{site.batch_id}")
    page = await site.operator.get(f"/batches/{site.batch_id}")
    assert "收到 3 条：1 条已接受，2 条被拒绝，需修正后重发。" in text_of(page)
    assert f"/ledger/entries/{receipt['ledger']['index']}" in page.text
    assert receipt["ledger"]["leaf_hash"] in page.text
    assert receipt["rejections"][0]["errors"][0]["message"] in text_of(page)
    assert f"{receipt['rejections_url']}?format=csv" in page.text


async def test_originals_are_not_shown_to_an_operator(site: Site) -> None:
    page = await site.operator.get(f"/batches/{site.roster_id}")
    assert "身份证号码" in text_of(page)
    for secret in (NAMES[L1], ID_NUMBERS[L1][:-1]):
        assert secret not in page.text
    program = await site.program.get(f"/api/v1/batches/{site.roster_id}/rejections?format=ndjson")
    assert NAMES[L1] in program.text


async def test_somebody_elses_batch_is_not_there(site: Site) -> None:
    other = await site.doors.person(Role.operator, platform="P2")
    answer = await other.get(f"/batches/{site.batch_id}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert site.batch_id not in (await other.get("/batches?platform=P1")).text
    assert "还没有上报过数据" in text_of(await other.get("/feeds?platform=P1"))


async def test_an_official_sees_a_platform_that_it_names(site: Site) -> None:
    await site.doors.register(VOD)
    clerk = await site.doors.person(Role.clerk)
    assert (await clerk.get("/feeds")).headers["location"] == "/platforms"
    assert "数据集 2 个需处理" in text_of(await clerk.get("/feeds?platform=P1"))
    page = text_of(await clerk.get(f"/batches/{site.batch_id}"))
    assert "修正并重新发送" not in page


async def test_a_batch_that_is_all_good_is_told_so(site: Site) -> None:
    again = (await site.program.post("/api/v1/feeds/projects", json=[EXAMPLES[Feed.projects]])).json()
    page = text_of(await site.operator.get(f"/batches/{again['batch_id']}"))
    assert "收到 1 条：1 条与已有记录相同，未重复保存。" in page


class TestClients:
    async def test_an_operator_sees_its_programs_and_changes_none(self, site: Site) -> None:
        (told,) = (await get(site.operator, "/api/v1/clients"))["items"]
        page = await site.operator.get("/clients")
        assert f"/clients/{told['client_id']}" in page.text
        one = text_of(await site.operator.get(f"/clients/{told['client_id']}"))
        assert "没有公钥：只凭密钥登录" in one
        assert "轮换密钥" not in one
        assert (
            await submit(site.operator, "/clients/secret", client_id=told["client_id"])
        ).status_code == 403
        other = await site.doors.person(Role.operator, platform="P2")
        assert (await other.get(f"/clients/{told['client_id']}")).status_code == 404

    async def test_an_administrator_registers_one_and_is_shown_its_secret_once(self, site: Site) -> None:
        administrator = await site.doors.person(Role.administrator)
        wanted = {"role": "regulator", "name": "市人社局", "districts": "440200 440300", "platform": ""}
        page = await submit(administrator, "/clients", **wanted)
        assert (page.status_code, "密钥只显示这一次" in page.text) == (200, True), page.text
        (new,) = (await get(administrator, "/api/v1/clients", role="regulator"))["items"]
        assert new["districts"] == ["4402", "4403"]
        again = text_of(await submit(administrator, "/clients/secret", client_id=new["client_id"]))
        assert "原密钥有效至" in again
        await submit(administrator, "/clients/quota", client_id=new["client_id"], requests_a_minute="9")
        one = await administrator.get(f"/clients/{new['client_id']}")
        assert ("每分钟请求 9" in text_of(one), "client_secret" in one.text) == (True, False)

    async def test_revoking_and_distrusting_wait_for_a_second_person(self, site: Site) -> None:
        administrator = await site.doors.person(Role.administrator)
        (told,) = (await get(administrator, "/api/v1/clients", platform="P1"))["items"]
        named = {"client_id": told["client_id"], "reason": "密钥外泄"}
        stolen = {"credential": "secret:1", "since": "2026-04-02T09:00"}
        for path, more in (("/clients/revocation", {}), ("/clients/distrust", stolen)):
            answer = await submit(administrator, path, **named, **more)
            assert (answer.status_code, answer.headers["location"]) == (303, "/desk"), answer.text
        proposed = (await get(administrator, "/api/v1/approvals"))["items"]
        assert [each["act"] for each in proposed] == ["credential:distrust", "client:revoke"]
        assert proposed[0]["arguments"]["since"] == "2026-04-02T01:00:00Z"
        assert (await get(administrator, f"/api/v1/clients/{told['client_id']}"))["revoked_at"] is None

    async def test_a_secret_without_a_key_stays_on_and_the_page_says_why(self, site: Site) -> None:
        administrator = await site.doors.person(Role.administrator)
        (told,) = (await get(administrator, "/api/v1/clients", platform="P1"))["items"]
        answer = await submit(administrator, "/clients/secret/off", client_id=told["client_id"])
        assert (answer.status_code, "alert" in answer.text) == (409, True)
        answer = await submit(administrator, "/clients/quota", client_id=told["client_id"], records_a_day="x")
        assert (answer.status_code, "请填完整" in answer.text) == (422, True)


class TestDevelopers:
    async def test_the_commands_are_of_ones_own_program(self, site: Site) -> None:
        (own,) = (await get(site.operator, "/api/v1/clients"))["items"]
        page = text_of(await site.operator.get("/developers"))
        assert f"client_id={own['client_id']}" in page
        assert "/api/v1/feeds/attendance?dry_run=true" in page
        assert own["client_id"] not in (await (await site.doors.person(Role.auditor)).get("/developers")).text

    async def test_each_feed_has_its_fields_and_an_example_that_is_taken(self, site: Site) -> None:
        page = text_of(await site.operator.get("/developers"))
        newcomer = await site.doors.signed_in(VOD)
        for told in (await get(site.operator, "/api/v1/feeds"))["items"]:
            for name, field in told["schema"]["properties"].items():
                assert f"{name} {field['title']}" in page
            line = json.dumps(EXAMPLES[Feed(told["feed"])], ensure_ascii=False)
            assert line in page
            tried = await newcomer.post(
                f"/api/v1/feeds/{told['feed']}?dry_run=true",
                content=line.encode(),
                headers={"Content-Type": "application/x-ndjson"},
            )
            assert (tried.status_code, tried.json().get("rejected")) == (200, 0), tried.text

    async def test_a_learner_is_not_bothered_with_it(self, site: Site) -> None:
        learner = await site.doors.person(Role.learner)
        assert "/developers" not in (await learner.get("/my/record")).text


def test_what_a_field_takes_is_told_in_words() -> None:
    assert kind_of({"type": ["string", "null"], "enum": ["a", "b", None]}).en == "a | b"
    assert kind_of({"type": ["string", "null"], "format": "date-time"}).zh == "时刻（带时区）"
    assert kind_of({"type": "string", "maxLength": 500}).en == "text ≤ 500"


def test_a_moment_is_read_in_beijing() -> None:
    assert in_utc("2026-04-02T09:00") == "2026-04-02T01:00:00Z"
    for nothing in ("", "yesterday", "0001-01-01T00:00"):
        with pytest.raises(ClientIncomplete):
            in_utc(nothing)


@pytest.mark.parametrize(
    ("tones", "said"),
    [
        ((Tone.bad, Tone.bad, Tone.open, Tone.good), "数据集 2 个需处理，1 个留意。最紧要的列在最前。"),
        ((Tone.open, Tone.plain), "数据集 1 个留意。最紧要的列在最前。"),
        ((Tone.good,), "上报正常，没有待处理事项。"),
    ],
)
async def test_what_needs_a_hand_is_counted_apart(site: Site, tones: Sequence[Tone], said: str) -> None:
    (told,) = (await get(site.operator, "/api/v1/data-quality/freshness"))["items"]
    feed = FeedFreshnessItem.model_validate(told["feeds"][0])
    assert verdict([FeedLine(feed, 0, NextStep(tone, Text("", ""))) for tone in tones]).text.zh == said
