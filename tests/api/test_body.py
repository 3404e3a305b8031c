"""Bodies of feeds at a real port: every bound, every encoding, and what is left behind."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile

import httpx
import pytest
import zstandard
from fastapi import FastAPI, Request

from app.api import body, problems
from app.api.uploads import Uploads
from app.core.ids import ClientId
from tests.api.conftest import serving

MEGABYTE = 1024 * 1024
NDJSON = {"Content-Type": "application/x-ndjson"}
TIMEOUT_S = 0.5
CLIENT = ClientId("platform-1")


@pytest.fixture(scope="module")
def spool_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def base_url(spool_dir: Path) -> Iterator[str]:
    """A door that takes a body as feeds do, and says what it got."""
    app, uploads = FastAPI(), Uploads()
    problems.install(app)

    @app.post("/")
    async def take(request: Request) -> dict[str, object]:
        async with body.received(request, uploads, CLIENT, spool_dir=spool_dir, timeout_s=TIMEOUT_S) as taken:
            text = taken.file.read()
            return {
                "type": taken.media_type,
                "size": taken.size,
                "read": len(text),
                "named": names_in(spool_dir),
            }

    with serving(app) as url:
        yield url


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        yield client


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def in_pieces(content: bytes, pause_s: float = 0) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 50_000):
        yield content[start : start + 50_000]
        await asyncio.sleep(pause_s)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        (None, bytes),
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("x-gzip", gzip.compress),
        ("zstd", zstandard.compress),
    ],
)
async def test_each_encoding_is_undone(
    client: httpx.AsyncClient, encoding: str | None, pack: Callable[[bytes], bytes]
) -> None:
    headers = NDJSON | ({} if encoding is None else {"Content-Encoding": encoding})
    answer = await client.post("/", content=pack(b"x" * 1000), headers=headers)
    assert (answer.json()["size"], answer.json()["read"]) == (1000, 1000)


@pytest.mark.parametrize("encoding", ["br", "deflate", "compress", "gzip, gzip", "utf-8"])
async def test_other_encodings_are_unsupported(client: httpx.AsyncClient, encoding: str) -> None:
    answer = await client.post("/", content=b"x", headers=NDJSON | {"Content-Encoding": encoding})
    assert refusal(answer) == (415, "unsupported_encoding")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-ndjson",
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/x-ndjson;charset="utf-8"',
        "application/json; profile=x",
    ],
)
async def test_two_media_types_are_taken(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post("/", content=b"x", headers={"Content-Type": content_type})
    assert answer.json()["type"] == content_type.partition(";")[0].lower()


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonl", "application/json; charset=gb18030", "json"]
)
async def test_other_media_types_are_unsupported(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post("/", content=b"x", headers={"Content-Type": content_type})
    assert refusal(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
async def test_a_broken_encoding_is_malformed(client: httpx.AsyncClient, encoding: str) -> None:
    answer = await client.post("/", content=b"{}", headers=NDJSON | {"Content-Encoding": encoding})
    assert refusal(answer) == (400, "malformed_body")


async def test_sixteen_mebibytes_are_taken(client: httpx.AsyncClient) -> None:
    content = os.urandom(16 * MEGABYTE)
    plain = await client.post("/", content=content, headers=NDJSON)
    packed = gzip.compress(content, 1)
    unpacked = await client.post("/", content=packed, headers=NDJSON | {"Content-Encoding": "gzip"})
    assert plain.json()["size"] == unpacked.json()["size"] == 16 * MEGABYTE


async def test_a_byte_more_is_too_large_however_it_is_sent(client: httpx.AsyncClient) -> None:
    content = bytes(16 * MEGABYTE + 1)
    declared = await client.post("/", content=content, headers=NDJSON)
    undeclared = await client.post("/", content=in_pieces(content), headers=NDJSON)
    gzipped = await client.post(
        "/", content=gzip.compress(content), headers=NDJSON | {"Content-Encoding": "gzip"}
    )
    zstd = await client.post(
        "/", content=zstandard.compress(content), headers=NDJSON | {"Content-Encoding": "zstd"}
    )
    for answer in (declared, undeclared, gzipped, zstd):
        assert refusal(answer) == (413, "body_too_large")


async def test_a_packed_body_is_bounded_itself(client: httpx.AsyncClient) -> None:
    endless = in_pieces(os.urandom(17 * MEGABYTE))
    answer = await client.post("/", content=endless, headers=NDJSON | {"Content-Encoding": "gzip"})
    assert refusal(answer) == (413, "body_too_large")


async def test_a_body_that_comes_too_slowly_times_out(client: httpx.AsyncClient) -> None:
    slow = in_pieces(bytes(1_000_000), pause_s=TIMEOUT_S / 4)
    answer = await client.post("/", content=slow, headers=NDJSON)
    assert refusal(answer) == (408, "body_timeout")


async def test_a_spooled_body_has_no_name(client: httpx.AsyncClient, spool_dir: Path) -> None:
    answer = await client.post("/", content=bytes(3 * MEGABYTE), headers=NDJSON)
    assert answer.json()["named"] == []
    assert names_in(spool_dir) == []


async def test_a_connection_that_breaks_off_leaves_the_server_well(
    base_url: str, client: httpx.AsyncClient, spool_dir: Path
) -> None:
    address = httpx.URL(base_url)
    _, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await client.post("/", content=b"x", headers=NDJSON)).status_code == 200
    assert names_in(spool_dir) == []


class FullDisk(SpooledTemporaryFile[bytes]):
    """Rolls over to the file on which every write fails for want of room."""

    def rollover(self) -> None:
        self._file = Path("/dev/full").open("w+b")  # noqa: SIM115 (closed as the other would be)
        self._rolled = True


async def test_a_full_disk_is_said_to_be_full(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "SpooledTemporaryFile", FullDisk)
    small = await client.post("/", content=bytes(MEGABYTE), headers=NDJSON)
    assert small.status_code == 200
    plain = await client.post("/", content=bytes(2 * MEGABYTE), headers=NDJSON)
    packed = gzip.compress(bytes(2 * MEGABYTE))
    unpacked = await client.post("/", content=packed, headers=NDJSON | {"Content-Encoding": "gzip"})
    for answer in (plain, unpacked):
        assert refusal(answer) == (503, "unavailable")
        assert "磁盘空间不足，未保存任何内容。" in answer.json()["detail"]
        assert answer.headers["Retry-After"] == "60"
