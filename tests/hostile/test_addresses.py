"""Addresses, parameters and headers that no honest client sends: a problem in both languages, never a 5xx."""

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from app.core.vocabulary import Role
from tests.hostile.conftest import Target
from tests.hostile.contract import promised

PATIENCE_S = 30
LONG = 30_000
"""Not too long for the head of a request."""
SERVER_ERROR = 500
"""The first of them."""


class Raw(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def problem(self) -> Any:  # noqa: ANN401 (JSON)
        assert self.headers["content-type"] == "application/problem+json", self
        return json.loads(self.body)


async def ask(target: Target, request: bytes, *, ends: bool = False) -> Raw:
    """Byte for byte, since clients mend what they send."""
    address = urlsplit(target.address)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    if ends:
        writer.write_eof()
    try:
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(": ") for line in lines)
    return Raw(int(first.split(" ")[1]), {name.lower(): value for name, _, value in fields}, body)


def request(
    target: Target,
    path: bytes = b"/api/v1/batches?limit=1",
    *headers: bytes,
    method: bytes = b"GET",
    role: str | None = "platform",
    body: bytes = b"",
) -> bytes:
    token = b"" if role is None else target.clients[role].headers["Authorization"].encode()
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers]
    lines += [b"Authorization: " + token] if token else []
    return b"\r\n".join([*lines, b"", body])


def token_of(header: object, payload: object) -> bytes:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, payload)]
    return b"Bearer " + b".".join([*parts, b"AAAA"])


HEADS: list[object] = [{}, [], None, 1, {"alg": "none"}, {"alg": "HS256", "kid": "x"}]
KIDS: list[object] = [{}, "\0", "\ud800", "x" * 5000, None, -1, ".."]
PAYLOADS: list[object] = [[], {"exp": 1e400}, {"sub": ["\0"]}]
TOKENS: list[tuple[object, object]] = [
    *((head, {}) for head in HEADS),
    *(({"alg": "EdDSA", "kid": kid}, {}) for kid in KIDS),
    *(({"alg": "EdDSA", "kid": "x"}, payload) for payload in PAYLOADS),
]
AUTHORIZATIONS = [
    *(b"", b"Bearer", b"Bearer ", b"bearer x", b"Basic !!!", b"Digest x", b"Bearer a.b.c"),
    *(b"Bearer \xff\xfe", "Bearer 令牌".encode(), b"Bearer " + b"." * 5000),
    *(b"Bearer " + b"A" * LONG, b"Basic " + b"A" * LONG),
    *(token_of(*token) for token in TOKENS),
]


@pytest.mark.parametrize("authorization", AUTHORIZATIONS)
async def test_what_is_no_token_is_refused(target: Target, authorization: bytes) -> None:
    answer = await ask(
        target, request(target, b"/api/v1/batches", b"Authorization: " + authorization, role=None)
    )
    assert (answer.status, answer.problem["status"]) == (401, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", [b"OPTIONS", b"TRACE", b"CONNECT", b"PROPFIND", b"PUT", b"DELETE"])
async def test_a_method_that_is_not_known_is_told_those_that_are(target: Target, method: bytes) -> None:
    answer = await ask(target, request(target, b"/api/v1/batches", method=method))
    assert (answer.status, answer.problem["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


NOT_HTTP = {
    "a method in small letters": b"get / HTTP/1.1\r\n\r\n",
    "a method nobody has": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: \0\r\n\r\n",
    "bytes beyond ASCII in the address": b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "a length that is none": b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk that is none": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a header that goes on": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n\x01b\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303"),
    "no words at all": b"\0\0\0\0\r\n\r\n",
    "HTTP of the future": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", NOT_HTTP)
async def test_what_is_no_http_is_refused_and_the_server_well(target: Target, name: str) -> None:
    answer = await ask(target, NOT_HTTP[name], ends=True)
    assert 400 <= answer.status < SERVER_ERROR
    assert (await ask(target, request(target, b"/healthz"))).status == 200


HEADERS = [
    *(
        b"Accept-Language: " + each
        for each in (b"\xff\xfe", b"," * 5000, b"en;q=nan", b"en;q=1e999", b";;;=", b"*")
    ),
    *(b"X-Request-Id: " + each for each in (b"\xff", b"a" * 5000, b"../../etc/passwd", b"a b", b"", b"{}")),
    *(b"Accept: " + each for each in (b"text/html", b"*", b"\xff", b"application/xml;q=1")),
    *(b"Host: " + each for each in (b"evil.example", b"", b"[::1", b"a" * 5000)),
    *(b"X-Forwarded-For: " + each for each in (b"\xff", b"127.0.0.1", b"'; --")),
    *(b"Cookie: " + b"a=b; " * 1000, b"Range: bytes=0-0,1-1", b"If-None-Match: *", b"Expect: 100-continue"),
    *(b"Upgrade: websocket\r\nSec-WebSocket-Key: x", b"TE: trailers", b"X-" + b"A" * 5000 + b": a"),
    b"\r\n".join(b"X-%d: a" % number for number in range(500)),
]


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: repr(header[:40]))
async def test_an_odd_header_changes_nothing(target: Target, header: bytes) -> None:
    answer = await ask(target, request(target, b"/api/v1/batches?limit=1", header))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert len(answer.headers["x-request-id"]) <= 64


LANGUAGES = {
    b"": False,
    b"en": True,
    b"EN-gb": True,
    b"fr, en;q=0.1": True,
    b"zh;q=0.1, en": True,
    b"en;q=0": False,
}


@pytest.mark.parametrize("wanted", LANGUAGES)
async def test_a_problem_speaks_one_of_two_languages(target: Target, wanted: bytes) -> None:
    answer = await ask(target, request(target, b"/nowhere", b"Accept-Language: " + wanted))
    assert answer.problem["detail"].isascii() is LANGUAGES[wanted]


NOWHERE = [
    *(
        b"/%",
        b"/%zz",
        b"/%ff",
        b"//",
        b"/..",
        b"/../../etc/passwd",
        b"/docs/..%2f..%2fetc%2fpasswd",
        b"/healthz/",
    ),
    *(
        b"/docs/%2e%2e/%2e%2e/etc/passwd",
        b"/docs/../healthz",
        b"/HEALTHZ",
        b"/healthz;a=b",
        b"/" + b"a" * LONG,
    ),
    *(b"/api/v1/records/..%2f", b"/api/v1/batches/%ff", b"/api/v1/batches/%2e%2e", b"/api/v1/policies/%ff"),
    *(b"/api/v1/policies/standard/versions/10000-01-01", b"/api/v1/policies/standard/versions/0000-00-00"),
    *(b"/api/v1/policies/%2e%2e%2f%2e%2e%2fetc", b"/api/v1/compliance/class-groups/P1/%2e%2e", b"*"),
]


@pytest.mark.parametrize("path", NOWHERE, ids=lambda path: repr(path[:40]))
async def test_an_address_that_leads_nowhere_is_not_found(target: Target, path: bytes) -> None:
    answer = await ask(target, request(target, path, role="regulator"))
    assert (answer.status, answer.problem["status"]) in {(404, 404), (422, 422)}


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


CURSORS = {
    "empty": "",
    "not base64": "!!!",
    "not JSON": base64.urlsafe_b64encode(b"x").decode(),
    "not UTF-8": base64.urlsafe_b64encode(b'["\xff"]').decode(),
    "deep": base64.urlsafe_b64encode(b"[" * 1400).decode(),
    "a number without end": base64.urlsafe_b64encode(b"[" + b"9" * 1400 + b"]").decode(),
    "an exponent": base64.urlsafe_b64encode(b"[1e9999999]").decode(),
    "half a pair": forged("\ud800", "\ud800", "\ud800"),
    "NUL": forged("\0", "\0", "\0"),
    "too few parts": forged(),
    "too many parts": forged(*"abcdefgh"),
    "numbers": forged(2**63),
    "objects": forged({}, [], None),
    "an instant of the year 10000": forged("10000-01-01T00:00:00+00:00", "x"),
}


def role_for(path: str) -> str:
    """Of one who may read the list."""
    if path.startswith("/api/v1/me/"):
        return Role.learner
    readers = {"/feeds": "platform", "/batches": "platform", "/trail": Role.auditor}
    administered = ("/approvals", "/users", "/clients")
    readers |= {**dict.fromkeys(administered, Role.administrator), "/sessions": Role.clerk}
    return next((role for part, role in readers.items() if part in path), "regulator")


def lists() -> list[str]:
    paths = promised()["paths"]
    return [
        path
        for path, operations in paths.items()
        if "get" in operations
        and any(each["name"] == "cursor" for each in operations["get"].get("parameters", []))
    ]


@pytest.mark.parametrize("path", lists())
async def test_a_forged_cursor_is_refused(target: Target, path: str) -> None:
    """Or taken where it happens to name a key of that list; one of another list likewise."""
    client, address = target.clients[role_for(path)], await filled(target, path)
    foreign = (await target.clients["platform"].get("/api/v1/batches", params={"limit": 1})).json()[
        "next_cursor"
    ]
    for cursor in (*CURSORS.values(), foreign):
        answer = await client.get(address, params={"cursor": cursor} | NEEDED.get(path, {}))
        assert answer.status_code in {200, 400, 409}, answer.text
        if answer.status_code != 200:
            assert answer.json()["code"] in {"bad_cursor", "not_final", "class_group_closed"}, answer.text


NEEDED = {
    "/api/v1/data-quality/orphans": {"platform": "P1"},
    "/api/v1/compliance/summary": {"group_by": "platform"},
}


async def filled(target: Target, path: str) -> str:
    (batch,) = (await target.platform.get("/api/v1/batches", params={"limit": 1})).json()["items"]
    return path.format(batch_id=batch["batch_id"], platform="P1", class_group_id="C2026-001")
