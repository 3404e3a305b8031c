"""Pushes batches to the log feed, and reads what a refusal says."""

import itertools
import json
from collections.abc import Iterator

import httpx

from tests.hostile.conftest import Target

PUSH = "/api/v1/feeds/platform-logs"
NDJSON = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}
NUMBERS = itertools.count()
LANGUAGES = ("zh-CN", "en")


def good() -> bytes:
    record = {"log_id": f"body-{next(NUMBERS)}", "category": "admin", "action": "改课表"}
    return json.dumps(record | {"occurred_at": "2026-03-02T08:00:00+08:00"}, ensure_ascii=False).encode()


RECORD = good()


async def push(
    target: Target, content: bytes | Iterator[bytes], headers: dict[str, str], language: str = "en"
) -> httpx.Response:
    return await target.platform.post(PUSH, content=content, headers=headers | {"Accept-Language": language})


def assert_told(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["detail"].isascii() is (answer.headers["content-language"] == "en")
