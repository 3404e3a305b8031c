"""Little that wants to become much: packed bombs, wrong records by the ten thousand, names without end."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import text

from app.core.vocabulary import Feed
from app.db.session import reading
from app.ingest.feeds import DEFINITIONS
from tests.hostile.conftest import Target

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
NDJSON = {"Content-Type": "application/x-ndjson"}
MOST = 10_000
WRITTEN = """
    SELECT sum(pg_total_relation_size(relid)) + pg_total_relation_size('rejection_reasons')
    FROM pg_partition_tree('rejections')
"""


def peak(process_id: int) -> int:
    """The most memory that the process has held since `forget_peak`."""
    status = Path(f"/proc/{process_id}/status").read_text()
    (found,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found.split()[1]) * 1024


def forget_peak(process_id: int) -> int:
    """What it holds now."""
    Path(f"/proc/{process_id}/clear_refs").write_text("5")
    return peak(process_id)


@asynccontextmanager
async def at_most(target: Target, more: int) -> AsyncIterator[None]:
    """So many bytes does the server's memory grow in the block, at its peak."""
    before = forget_peak(target.process_id)
    yield
    grown = peak(target.process_id) - before
    assert grown < more, f"{grown / MEGABYTE:.0f} MiB"


def zstd(size: int, stated: int = -1) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj(size=stated)
    return b"".join([*(packer.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)), packer.flush()])


def gzip(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)), packer.flush()])


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a gigabyte of zstd": ("zstd", lambda: zstd(GIGABYTE)),
    "a gigabyte that zstd states": ("zstd", lambda: zstd(GIGABYTE, GIGABYTE)),
    "a quarter of a gigabyte of gzip": ("gzip", lambda: gzip(GIGABYTE // 4)),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_costs_no_memory(target: Target, name: str) -> None:
    encoding, make = BOMBS[name]
    headers = NDJSON | {"Content-Encoding": encoding}
    bomb = make()
    assert len(bomb) < 300_000
    async with at_most(target, 150 * MEGABYTE):
        pushes = [
            target.platform.post("/api/v1/feeds/attendance", content=bomb, headers=headers) for _ in range(8)
        ]
        answers = await asyncio.gather(*pushes)
    for answer in answers:
        assert answer.status_code in {413, 429, 503}
        assert answer.headers["content-type"] == "application/problem+json"
    assert 413 in {answer.status_code for answer in answers}


async def bytes_written(target: Target) -> int:
    async with reading(target.site.doors.database) as session:
        return int(await session.scalar(text(WRITTEN)) or 0)


def wrong(feed: Feed) -> bytes:
    """Every field holds what no field may."""
    return json.dumps(dict.fromkeys(DEFINITIONS[feed].names, "\n")).encode()


def strange(number: int) -> bytes:
    """Fields that nobody else has."""
    return json.dumps({f"field_{number}_{name}": 1 for name in range(60)}).encode()


HOPELESS: dict[str, tuple[Feed, Callable[[int], bytes], int]] = {
    "empty": (Feed.class_groups, lambda _: b"{}", 400),
    "unreadable": (Feed.class_groups, lambda _: b"x", 300),
    "wrong in every field": (Feed.videos, lambda _: wrong(Feed.videos), 700),
    "of unknown fields": (Feed.videos, strange, 700),
}


@pytest.mark.parametrize("name", HOPELESS)
async def test_ten_thousand_hopeless_records_are_told_in_few_bytes(target: Target, name: str) -> None:
    """Every one with its line and all its reasons, however they are asked for."""
    feed, record, bytes_each = HOPELESS[name]
    lines = b"\n".join(record(number) for number in range(MOST))
    before = await bytes_written(target)
    async with at_most(target, 250 * MEGABYTE):
        pushed = await target.platform.post(f"/api/v1/feeds/{feed}", content=lines, headers=NDJSON)
        receipt = pushed.json()
        assert (receipt["received"], receipt["rejected"]) == (MOST, MOST)
        told, seconds = await rejections(target, receipt["rejections_url"])
    assert await bytes_written(target) - before < MOST * bytes_each
    assert [each["line"] for each in told] == list(range(1, MOST + 1))
    assert told[0]["errors"] == receipt["rejections"][0]["errors"]
    assert {error["code"] for error in told[-1]["errors"]} == {error["code"] for error in told[0]["errors"]}
    assert seconds < 3


async def rejections(target: Target, url: str) -> tuple[list[Any], float]:
    """With their originals; and how long the server kept others waiting meanwhile."""
    longest = 0.0

    async def ask_for_health() -> None:
        nonlocal longest
        while True:
            started = time.monotonic()
            await target.clients["stranger"].get("/healthz")
            longest = max(longest, time.monotonic() - started)
            await asyncio.sleep(0.05)

    asking = asyncio.create_task(ask_for_health())
    answer = await target.platform.get(url, params={"format": "ndjson"})
    asking.cancel()
    return [json.loads(line) for line in answer.content.splitlines()], longest
