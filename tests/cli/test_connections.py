"""Connections of a real server whose other end takes its time."""

import asyncio
import json
import resource
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from threading import Thread

import pytest
import uvicorn
from fastapi import FastAPI, Request

from app.cli import connections
from app.cli.connections import MOST_HEAD_BYTES

PATIENCE_S = 0.3
LONG = 4 * 1024 * 1024


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a door that reads what comes to `/read` and turns away at once what comes to `/refused`."""
    app = FastAPI()

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.post("/refused", status_code=503)
    async def refused() -> str:
        return "later"

    patience = pytest.MonkeyPatch()
    patience.setattr(connections, "HEAD_PATIENCE_S", PATIENCE_S)
    patience.setattr(connections, "REST_PATIENCE_S", PATIENCE_S)
    config = uvicorn.Config(app, port=0, log_config=None, http=connections.Connection, timeout_keep_alive=1)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(timeout=20)
    patience.undo()


Connected = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def connected(port: int) -> AsyncIterator[Connected]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


def head(path: str, length: int, *more: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", *more, "", ""]
    return "\r\n".join(lines).encode()


async def answered(reader: asyncio.StreamReader) -> bytes:
    """The status line; the whole answer is read."""
    answer = await reader.readuntil(b"\r\n\r\n")
    length = answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return answer.partition(b"\r\n")[0]


async def trickle(writer: asyncio.StreamWriter, content: bytes) -> None:
    """Faster than any pause between two bytes could be called an end."""
    with suppress(ConnectionError):
        for byte in content:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(PATIENCE_S / 6)


async def is_closed(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), 4 * PATIENCE_S + 1) == b""
    except ConnectionError:
        return True


async def test_who_says_nothing_is_not_waited_for(connected: Connected) -> None:
    assert await is_closed(connected[0])


async def test_a_head_that_trickles_is_not_waited_for(connected: Connected) -> None:
    reader, writer = connected
    await trickle(writer, head("/read", 0)[:9])
    assert await is_closed(reader)


async def test_nor_is_a_second_one(connected: Connected) -> None:
    reader, writer = connected
    writer.write(head("/read", 1) + b"x")
    assert await answered(reader) == b"HTTP/1.1 200 OK"
    await trickle(writer, head("/read", 0)[:9])
    assert await is_closed(reader)


async def test_a_slow_body_is_for_its_route_to_judge(connected: Connected) -> None:
    reader, writer = connected
    writer.write(head("/read", 12))
    await trickle(writer, b"x" * 12)
    assert await answered(reader) == b"HTTP/1.1 200 OK"


async def test_a_connection_is_good_for_more_once_an_unwanted_body_has_come(connected: Connected) -> None:
    reader, writer = connected
    for _ in range(3):
        writer.write(head("/refused", LONG))
        assert await answered(reader) == b"HTTP/1.1 503 Service Unavailable"
        writer.write(bytes(LONG))
    writer.write(head("/read", 1) + b"x")
    assert await answered(reader) == b"HTTP/1.1 200 OK"


async def test_the_rest_of_an_unwanted_body_is_not_waited_for(connected: Connected) -> None:
    reader, writer = connected
    writer.write(head("/refused", 1000))
    assert await answered(reader) == b"HTTP/1.1 503 Service Unavailable"
    await trickle(writer, b"x" * 9)
    assert await is_closed(reader)


@pytest.mark.parametrize("headers", [(), ("-H", "Expect:"), ("-H", "Transfer-Encoding: chunked")])
async def test_curl_hears_why_its_long_body_is_unwanted(port: int, headers: tuple[str, ...]) -> None:
    """With and without `Expect: 100-continue`."""
    url = f"http://127.0.0.1:{port}"
    words = ["curl", "-sS", "--noproxy", "*", *headers, "--data-binary", "@-", "-w", " %{http_code} "]
    words += [f"{url}/refused", f"{url}/read"]
    done = await asyncio.to_thread(subprocess.run, words, input=bytes(LONG), capture_output=True, check=False)
    assert (done.stdout.split(), done.stderr) == ([b'"later"', b"503", str(LONG).encode(), b"200"], b"")


async def told(reader: asyncio.StreamReader) -> tuple[bytes, str, str]:
    """The status line, the problem's code and words; then the connection is closed."""
    answer = await asyncio.wait_for(reader.read(), 10)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == int(head.split()[1])
    return head.partition(b"\r\n")[0], problem["code"], problem["detail"]


MANY_HEADERS = [f"X-{number}: {'x' * 100}" for number in range(400)]


@pytest.mark.parametrize(
    "words",
    [
        head("/read", 0, *MANY_HEADERS),
        head("/read", 0, "X-Long: " + "x" * MOST_HEAD_BYTES),
        head("/read?" + "x" * MOST_HEAD_BYTES, 0),
    ],
    ids=["many headers", "a long header", "a long address"],
)
async def test_a_head_that_is_too_long_is_told_so(connected: Connected, words: bytes) -> None:
    reader, writer = connected
    writer.write(words)
    status, code, said = await told(reader)
    assert (status, code) == (b"HTTP/1.1 431 Request Header Fields Too Large", "head_too_long")
    assert " 字节，请缩短地址或减少请求头后重新发送。" in said


async def test_a_header_without_end_is_not_gathered(connected: Connected) -> None:
    reader, writer = connected
    writer.write(b"POST /read HTTP/1.1\r\nX-Endless: ")
    for _ in range(2):
        writer.write(b"x" * (MOST_HEAD_BYTES // 2))
        await writer.drain()
        await asyncio.sleep(PATIENCE_S / 6)
    status, code, said = await told(reader)
    assert (status, code) == (b"HTTP/1.1 431 Request Header Fields Too Large", "head_too_long")
    assert " 字节，请缩短地址或减少请求头后重新发送。" in said


async def test_a_long_body_counts_for_no_head(connected: Connected) -> None:
    reader, writer = connected
    writer.write(head("/read", LONG, "X-Honest: " + "x" * 8000) + bytes(LONG))
    assert await answered(reader) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("words", [b"\x16\x03\x01 hello", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
async def test_what_is_no_http_is_told_so_as_the_api_tells_errors(connected: Connected, words: bytes) -> None:
    reader, writer = connected
    writer.write(words)
    status, code, said = await told(reader)
    assert (status, code) == (b"HTTP/1.1 400 Bad Request", "not_http")
    assert "无法识别该 HTTP 请求，请检查请求行、请求头与分块编码。" in said


def test_as_many_files_as_the_machine_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1000, hard), hard))
    connections.allow_many_files()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
