"""Naughty texts and numbers in every parameter of every address and form: taken, or refused in words."""

import asyncio
import base64
from collections.abc import Sequence
from urllib.parse import quote

import httpx
import pytest

from app.core.vocabulary import Feed
from tests.hostile import naughty
from tests.hostile.conftest import Target
from tests.hostile.contract import promised
from tests.ingest.examples import FULL
from tests.journeys.walk import Question, endpoints, key_of, misplaced

AT_ONCE = 4
EVERY = 61
"""So many naughty texts apart are those that are asked quickly."""
EVERY_AT_LENGTH = 5
TEXTS = [*naughty.STORED.values(), *naughty.REFUSED.values()]
NUMBERS = ["99999999999999999999", "-1", "0", "1e2", "1.0", "0x10", "٣", " 5", "true", "NaN", "", "1e400"]
DAYS = ["0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "20260101", "2026-1-1", "-1"]
INSTANTS = [
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59", "10000-01-01T00:00:00Z", "1e400"),
    *("2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "99999999999999999"),
]
KNOWN = {
    "platform": "P1",
    "class_group_id": "C2026-001",
    "learner_id": "L0001",
    "uscc": "91440200MA4UQ0A31K",
    "enterprise": "91440200MA4UQ0A31K",
    "programme": "standard",
    "policy_id": "standard",
    "limit": "1",
    "version": "2026-01-01",
    "text_hash": "ab" * 32,
    "rule": "attendance-rate",
    "video_id": "V0001",
    "district": "440200",
    "since": "2026-01-01T00:00:00Z",
    "closed_from": "2026-01-01",
    "closed_to": "2026-12-31",
    "ends_from": "2026-01-01",
    "ends_to": "2026-12-31",
    "from": "2026-01-01",
    "to": "2026-12-31",
    "cursor": "W10",
    "format": "json",
    "line": "1",
    "q": "C2026",
    "is_running": "true",
    "closed": "true",
    "finding_id": "019c8f4e-7a10-7cc3-98c4-dc0c0c07398f",
    "hash": "sha256:" + "0" * 64,
    "decision_id": "019c8f4e-7a10-7cc3-98c4-dc0c0c07398f",
    "batch_id": "019c8f4e-7a10-7cc3-98c4-dc0c0c07398f",
    "feed": "attendance",
    **dict.fromkeys(
        ("request_id", "session_id", "user_id", "proposal_id", "disposal_id", "draw_id"),
        "019c8f4e-7a10-7cc3-98c4-dc0c0c07398f",
    ),
    "kid": "key-1",
    **dict.fromkeys(("index", "level"), "0"),
    "size": "1",
    "path": "000",
    "client_id": "platform-0123456789abcdef",
    "organisation": "platform:P1",
    "actor": "user-0123456789abcdef",
    "kind": "read",
    "standing": "true",
    "rejected": "true",
    "revoked": "false",
    "address": "127.0.0.1",
    "action": "persons:search",
}


def questions() -> list[Question]:
    keys = {feed: key_of(feed, FULL[feed]) for feed in Feed}
    return list(endpoints(promised(), KNOWN, keys))


async def assert_well_answered(client: httpx.AsyncClient, asked: Sequence[Question]) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(question: Question) -> None:
        async with places:
            path = "/".join(quote(part, safe="") for part in question.path.split("/"))
            answer = await client.get(
                path, params=question.query, headers={"Accept-Language": question.language}
            )
        assert answer.status_code < 500, (question, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"].isascii() is (question.language == "en")

    await asyncio.gather(*map(one, asked))


async def ask_for(target: Target, texts: Sequence[str]) -> None:
    document = promised()
    for number, plain in enumerate(questions()):
        role = "platform" if "/feeds" in plain.path or "/records" in plain.path else "regulator"
        english = plain._replace(language="en" if number % 2 else "zh-CN")
        asked = [each for text in texts for each in misplaced(document, KNOWN, english, text)]
        await assert_well_answered(target.clients[role], asked)


async def test_some_naughty_texts_in_every_parameter(target: Target) -> None:
    await ask_for(target, TEXTS[::EVERY])


@pytest.mark.long
async def test_many_naughty_texts_in_every_parameter(target: Target) -> None:
    await ask_for(target, TEXTS[::EVERY_AT_LENGTH])


@pytest.mark.parametrize("value", NUMBERS)
@pytest.mark.parametrize("path", ["/api/v1/batches", "/api/v1/findings", "/api/v1/policies"])
async def test_a_limit_is_a_number_from_1_to_500(target: Target, path: str, value: str) -> None:
    answer = await target.clients["regulator"].get(path, params={"limit": value})
    is_one = value in {" 5", "1.0"}
    assert answer.status_code == (200 if is_one else 422), answer.text
    if not is_one:
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/query/limit"]


@pytest.mark.parametrize("value", [*NUMBERS, "9223372036854775807", "2147483648", "0001"])
async def test_an_attempt_that_is_none_is_told_so(target: Target, value: str) -> None:
    key = {**key_of(Feed.exam_scores, FULL[Feed.exam_scores]), "attempt": value}
    answer = await target.platform.get("/api/v1/records/exam-scores", params=key)
    assert answer.status_code == (200 if value == "0001" else 422), answer.text


@pytest.mark.parametrize("value", DAYS)
async def test_a_day_is_one_of_the_calendar(target: Target, value: str) -> None:
    is_day = value in {"0001-01-01", "9999-12-31"}
    asked = [("/api/v1/findings", "closed_from"), ("/api/v1/compliance/class-groups", "closed_to")]
    report = f"/api/v1/enterprises/{KNOWN['uscc']}/eligibility-report"
    for path, name in (*asked, (report, "to")):
        answer = await target.clients["regulator"].get(path, params={name: value})
        assert answer.status_code == (200 if is_day else 422), answer.text


@pytest.mark.parametrize("value", INSTANTS)
async def test_an_instant_is_one_that_can_be(target: Target, value: str) -> None:
    answer = await target.clients["regulator"].get("/api/v1/findings", params={"since": value})
    assert answer.status_code in {200, 422}, answer.text


FIELDS = ("grant_type", "client_id", "client_secret", "scope")


@pytest.mark.parametrize("field", FIELDS)
async def test_a_naughty_field_gets_no_token(target: Target, field: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": "platform-1", "client_secret": "x"}
    for text in TEXTS[::7]:
        answer = await target.clients["stranger"].post("/oauth/token", data=form | {field: text})
        assert answer.status_code in {400, 401}
        assert answer.json().keys() >= {"error", "error_description", "code", "detail"}


FORMS = [
    *(b"", b"%", b"=&=&=", b"&" * 60_000, b"a" * 60_000, b"a=&" * 1000, b"\xff\xfe\0", b"grant_type=%ff%00"),
    *(b"client_id=%00&client_secret=%00&grant_type=client_credentials", b"grant_type=a&grant_type=b"),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: repr(form[:30]))
async def test_what_is_no_form_gets_no_token(target: Target, form: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await target.clients["stranger"].post("/oauth/token", content=form, headers=headers)
    assert answer.status_code in {400, 401}
    assert answer.json().keys() >= {"error", "error_description", "code", "detail"}


@pytest.mark.parametrize("pair", [b":", b"a", b"\0:\0", b"%00:%00", b"\xff:\xff", b"%ff:%ff", b":" * 5000])
async def test_what_is_no_secret_gets_no_token(target: Target, pair: bytes) -> None:
    headers = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    form = {"grant_type": "client_credentials"}
    answer = await target.clients["stranger"].post("/oauth/token", data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


SEARCHES = [
    *(
        rb'{"id_number":"\ud800"}',
        rb'{"id_number":"\u0000"}',
        b'{"id_number":"\xff"}',
        b'{"id_number":1e400}',
    ),
    *(b'{"id_number":NaN}', b"[" * 30_000, b'{"id_number":1' + b"0" * 5000 + b"}", b"", b"null", b"[]"),
    *(b'{"id_number":null}', b'{"id_number":{}}', rb'{"\ud800":1}', b'{"id_number":"x","a":1}', b"{", b"\0"),
    *(b'{"id_number":"' + text.encode("ascii", "backslashreplace") + b'"}' for text in TEXTS[::11]),
]


@pytest.mark.parametrize("body", SEARCHES, ids=lambda body: repr(body[:40]))
async def test_a_search_for_nobody_says_why(target: Target, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await target.clients["regulator"].post(
        "/api/v1/compliance/search", content=body, headers=headers
    )
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
