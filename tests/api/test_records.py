"""`/api/v1/records`: a platform reads back what stands of its records."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS

ENROLLMENT = dict(EXAMPLES[Feed.enrollments])
SCORE = dict(EXAMPLES[Feed.exam_scores])


async def push(client: httpx.AsyncClient, feed: Feed, *records: Mapping[str, object]) -> str:
    answer = await client.post(f"/api/v1/feeds/{feed}", json=records)
    assert answer.json()["accepted"] == len(records), answer.text
    batch_id: str = answer.json()["batch_id"]
    return batch_id


def key_of(feed: Feed) -> dict[str, Any]:
    return {field.name: EXAMPLES[feed][field.name] for field in DEFINITIONS[feed].keys}


@pytest.mark.parametrize("feed", Feed)
async def test_a_record_of_each_feed_is_read_back(platform: httpx.AsyncClient, feed: Feed) -> None:
    batch_id = await push(platform, feed, EXAMPLES[feed])
    answer = await platform.get(f"/api/v1/records/{feed}", params=key_of(feed))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["revision"], told["deleted"], told["batch_id"], told["line"]) == (0, False, batch_id, 1)
    assert told.items() >= key_of(feed).items()
    assert answer.headers["cache-control"] == "no-store"


async def test_numbers_and_instants_are_told_as_they_are_stored(platform: httpx.AsyncClient) -> None:
    await push(platform, Feed.exam_scores, SCORE | {"score": 86.5})
    told = (await platform.get("/api/v1/records/exam-scores", params=key_of(Feed.exam_scores))).json()
    assert (told["score"], told["full_score"], told["taken_at"]) == (86.5, 100, "2026-04-28T07:00:00Z")


async def test_personal_numbers_come_back_masked(platform: httpx.AsyncClient) -> None:
    await push(platform, Feed.enrollments, ENROLLMENT | {"phone": "13800138000"})
    answer = await platform.get("/api/v1/records/enrollments", params=key_of(Feed.enrollments))
    assert ENROLLMENT["id_number"] not in answer.text
    assert "13800138000" not in answer.text
    assert answer.json()["id_number"].endswith(ENROLLMENT["id_number"][-4:])


async def test_the_highest_revision_is_told(platform: httpx.AsyncClient) -> None:
    await push(platform, Feed.exam_scores, SCORE | {"revision": 2, "score": 70}, SCORE | {"revision": 5})
    told = (await platform.get("/api/v1/records/exam-scores", params=key_of(Feed.exam_scores))).json()
    assert (told["revision"], told["score"]) == (5, 86.5)


async def test_a_key_is_named_once(platform: httpx.AsyncClient) -> None:
    await push(platform, Feed.courses, EXAMPLES[Feed.courses])
    key = key_of(Feed.courses)
    answer = await platform.get("/api/v1/records/courses", params={"course_id": [*key.values(), "another"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "repeated_parameter")


async def test_of_a_deleted_record_the_key_is_left(platform: httpx.AsyncClient) -> None:
    key = key_of(Feed.exam_scores)
    await push(platform, Feed.exam_scores, SCORE, key | {"revision": 1, "deleted": True})
    told = (await platform.get("/api/v1/records/exam-scores", params=key)).json()
    assert told.keys() == key.keys() | {"revision", "deleted", "batch_id", "line"}
    assert told["deleted"] is True


async def test_anothers_record_does_not_exist(
    platform: httpx.AsyncClient, other_platform: httpx.AsyncClient
) -> None:
    await push(platform, Feed.exam_scores, SCORE)
    answer = await other_platform.get("/api/v1/records/exam-scores", params=key_of(Feed.exam_scores))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"attempt": None}, "attempt", "missing_field"),
        ({"attempt": "first"}, "attempt", "invalid_type"),
        ({"attempt": "0"}, "attempt", "invalid_value"),
        ({"attempt": "9" * 30}, "attempt", "invalid_type"),
        ({"learner_id": "a b"}, "learner_id", "invalid_value"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
async def test_a_record_is_named_by_its_key_and_nothing_else(
    platform: httpx.AsyncClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    params = {name: value for name, value in (key_of(Feed.exam_scores) | change).items() if value is not None}
    answer = await platform.get("/api/v1/records/exam-scores", params=params)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_record_key")
    assert (error["code"], error["pointer"].rpartition("/")[2]) == (code, pointer)


async def test_an_unknown_feed_is_not_found(platform: httpx.AsyncClient) -> None:
    answer = await platform.get("/api/v1/records/grades")
    assert (answer.status_code, answer.json()["code"]) == (404, "feed_unknown")
