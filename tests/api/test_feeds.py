"""`/api/v1/feeds`: a batch goes in through the door, and its receipt comes back."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import zstandard

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed
from tests.api.conftest import LIVE, Doors

RECORD = dict(EXAMPLES[Feed.attendance])
BAD = RECORD | {"lesson_id": "S02", "status": "asleep"}
PATH = "/api/v1/feeds/attendance"
NDJSON = {"Content-Type": "application/x-ndjson"}


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_good_records_are_stored_and_bad_ones_come_back_with_reasons(
    platform: httpx.AsyncClient,
) -> None:
    answer = await platform.post(PATH, json=[RECORD, RECORD, BAD])
    receipt = answer.json()
    assert answer.status_code == 200
    counts = {name: receipt[name] for name in ("received", "accepted", "unchanged", "stale", "rejected")}
    assert counts == {"received": 3, "accepted": 1, "unchanged": 1, "stale": 0, "rejected": 1}
    (rejection,) = receipt["rejections"]
    assert rejection["line"] == 3
    assert rejection["record_key"] == {
        name: BAD[name] for name in ("class_group_id", "learner_id", "lesson_id")
    }
    (error,) = rejection["errors"]
    assert (error["pointer"], error["code"], error.keys()) == (
        "/status",
        "invalid_value",
        {"pointer", "code", "message"},
    )
    assert receipt["feed"] == "attendance"
    assert receipt["rejections_url"] == f"/api/v1/batches/{receipt['batch_id']}/rejections"
    assert receipt["ledger"]["index"] is None
    assert len(bytes.fromhex(receipt["ledger"]["leaf_hash"])) == 32
    assert receipt["received_at"].endswith("Z")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_reasons_are_told_in_the_callers_language(platform: httpx.AsyncClient, language: str) -> None:
    answer = await platform.post(PATH, json=[BAD], headers={"Accept-Language": language})
    message = answer.json()["rejections"][0]["errors"][0]["message"]
    assert message.isascii() == (language == "en")
    assert answer.headers["content-language"] == language


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress), ("identity", bytes)]
)
async def test_lines_come_in_every_encoding(
    platform: httpx.AsyncClient, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    headers = NDJSON | {"Content-Encoding": encoding}
    answer = await platform.post(PATH, content=pack(lines(RECORD)), headers=headers)
    assert answer.json()["accepted"] == 1


async def test_a_line_that_cannot_be_read_is_rejected_alone(platform: httpx.AsyncClient) -> None:
    answer = await platform.post(PATH, content=b"{\n\n" + lines(RECORD), headers=NDJSON)
    assert answer.json()["accepted"] == 1
    (rejection,) = answer.json()["rejections"]
    assert (rejection["line"], rejection["errors"][0]["code"]) == (1, "malformed_record")


async def test_a_conflict_tells_the_revision_that_stands(platform: httpx.AsyncClient) -> None:
    await platform.post(PATH, json=[RECORD | {"revision": 4}])
    answer = await platform.post(PATH, json=[RECORD | {"revision": 4, "status": "late"}])
    (error,) = answer.json()["rejections"][0]["errors"]
    assert (error["code"], error["current_revision"]) == ("revision_conflict", 4)


async def test_a_broken_array_is_malformed(platform: httpx.AsyncClient) -> None:
    answer = await platform.post(PATH, content=b"[{]", headers={"Content-Type": "application/json"})
    assert refusal(answer) == (400, "malformed_body")


async def test_another_media_type_is_unsupported(platform: httpx.AsyncClient) -> None:
    answer = await platform.post(PATH, content=b"a,b", headers={"Content-Type": "text/csv"})
    assert refusal(answer) == (415, "unsupported_media_type")


async def test_ten_thousand_records_are_a_batch_and_one_more_is_none(platform: httpx.AsyncClient) -> None:
    line = lines(RECORD)
    full = await platform.post(PATH, content=line * 10_000, headers=NDJSON)
    assert (full.json()["accepted"], full.json()["unchanged"]) == (1, 9_999)
    assert refusal(await platform.post(PATH, content=line * 10_001, headers=NDJSON)) == (
        413,
        "too_many_records",
    )


async def test_an_empty_batch_is_a_batch(platform: httpx.AsyncClient) -> None:
    answer = await platform.post(PATH, content=b"", headers=NDJSON)
    assert (answer.status_code, answer.json()["received"]) == (200, 0)


async def test_an_atomic_batch_with_a_bad_record_is_refused_whole(platform: httpx.AsyncClient) -> None:
    answer = await platform.post(PATH, params={"atomic": "true"}, json=[RECORD, BAD])
    assert refusal(answer) == (422, "batch_rejected")
    told = answer.json()
    assert (told["received"], told["rejected"], told["rejections"][0]["line"]) == (2, 1, 2)
    again = await platform.post(PATH, params={"atomic": "true"}, json=[RECORD])
    assert (again.status_code, again.json()["accepted"]) == (200, 1)


async def test_the_same_key_and_body_get_the_first_receipt(platform: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = await platform.post(PATH, json=[RECORD, BAD], headers=headers)
    again = await platform.post(PATH, json=[RECORD, BAD], headers=headers)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()


async def test_the_same_body_packed_otherwise_is_the_same_body(platform: httpx.AsyncClient) -> None:
    headers = NDJSON | {"Idempotency-Key": "k1"}
    first = await platform.post(PATH, content=lines(RECORD), headers=headers)
    packed = gzip.compress(lines(RECORD))
    again = await platform.post(PATH, content=packed, headers=headers | {"Content-Encoding": "gzip"})
    assert again.json()["batch_id"] == first.json()["batch_id"]


@pytest.mark.parametrize("change", [{"json": [BAD]}, {"json": [RECORD], "params": {"atomic": "true"}}])
async def test_the_same_key_for_another_request_is_refused(
    platform: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    headers = {"Idempotency-Key": "k1"}
    await platform.post(PATH, json=[RECORD], headers=headers)
    answer = await platform.post(PATH, headers=headers, **change)
    assert refusal(answer) == (422, "idempotency_key_reused")


async def test_requests_with_one_key_at_once_make_one_batch(platform: httpx.AsyncClient) -> None:
    requests = [platform.post(PATH, json=[RECORD], headers={"Idempotency-Key": "k1"}) for _ in range(6)]
    answers = await asyncio.gather(*requests)
    assert len({answer.json()["batch_id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1


async def test_keys_belong_to_a_client_and_a_feed(doors: Doors) -> None:
    one, other = await doors.signed_in(LIVE), await doors.signed_in(LIVE)
    headers = {"Idempotency-Key": "k1"}
    lesson = dict(EXAMPLES[Feed.lessons])
    answers = [
        await one.post(PATH, json=[RECORD], headers=headers),
        await other.post(PATH, json=[RECORD], headers=headers),
        await one.post("/api/v1/feeds/lessons", json=[lesson], headers=headers),
    ]
    assert len({answer.json()["batch_id"] for answer in answers}) == 3


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_1_to_255_characters(platform: httpx.AsyncClient, key: str) -> None:
    answer = await platform.post(PATH, json=[RECORD], headers={"Idempotency-Key": key})
    assert refusal(answer) == (422, "invalid")


async def test_an_unknown_feed_and_an_unknown_parameter_are_named(platform: httpx.AsyncClient) -> None:
    assert refusal(await platform.post("/api/v1/feeds/grades", json=[])) == (404, "feed_unknown")
    misspelt = await platform.post(PATH, params={"atomik": "true"}, json=[RECORD])
    assert refusal(misspelt) == (422, "unknown_parameter")


async def test_every_feed_is_listed_with_its_schema(regulator: httpx.AsyncClient) -> None:
    answer = await regulator.get("/api/v1/feeds", params={"limit": 500}, headers={"Accept-Language": "en"})
    items = {item["feed"]: item for item in answer.json()["items"]}
    assert items.keys() == set(Feed)
    assert items["attendance"]["key"] == ["class_group_id", "learner_id", "lesson_id"]
    assert items["attendance"]["schema"]["properties"]["status"]["title"] == "Status"
    assert answer.json()["next_cursor"] is None


async def test_the_list_of_feeds_is_paged(platform: httpx.AsyncClient) -> None:
    found, cursor = [], None
    while True:
        params = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = (await platform.get("/api/v1/feeds", params=params)).json()
        found += [item["feed"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == sorted(Feed)


@pytest.mark.parametrize("feed", Feed)
async def test_the_example_of_the_reference_is_accepted(platform: httpx.AsyncClient, feed: Feed) -> None:
    receipt = (await platform.post(f"/api/v1/feeds/{feed}", json=[EXAMPLES[feed]])).json()
    assert (receipt["accepted"], receipt["rejections"]) == (1, [])
