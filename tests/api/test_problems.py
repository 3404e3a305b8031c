"""Every refusal is a problem (RFC 9457) in the caller's language, whoever raises it."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from app.api.admission import Admission
from app.api.deps import Resources
from app.api.limits import Limits
from app.api.uploads import Uploads
from app.core.config import Settings
from app.core.errors import Conflict, FieldError, Text, Unavailable
from app.db.session import Database
from app.main import create_app
from app.policies.library import PolicyLibrary
from app.privacy.errors import SealBroken
from app.privacy.keyring import KeyRing
from tests.api.conftest import Doors


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id_number: str = Field(pattern="^[0-9]{3}$")
    size: int = Field(ge=1)


class Decided(Conflict):
    code = "already_decided"

    def __init__(self) -> None:
        super().__init__(
            Text("已决定。", "It is decided."),
            errors=(FieldError("/a/0", "invalid_value", Text("错", "wrong")),),
            extension={"decided_on": "2026-01-01"},
        )


@pytest.fixture
async def stranger(app: FastAPI, doors: Doors) -> httpx.AsyncClient:
    """At a platform that has some routes more, each with its own way to fail."""

    @app.post("/orders/{number}")
    async def order(number: int, order: Order, limit: int = 1) -> tuple[int, Order, int]:
        return number, order, limit

    @app.get("/decided")
    async def decided() -> None:
        raise Decided

    @app.get("/away")
    async def away() -> None:
        raise Unavailable(Text("稍后重试。", "Try again."), retry_after_s=7)

    @app.get("/crash")
    async def crash() -> None:
        raise ZeroDivisionError("110101199003074514")

    @app.get("/broken")
    async def broken() -> None:
        raise SealBroken("enrollments.id_number_sealed")

    return await doors.stranger()


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    problem: dict[str, object] = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code
    assert problem["type"] == f"urn:supervise:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    return problem


async def test_an_error_of_a_room_says_all_it_knows(stranger: httpx.AsyncClient) -> None:
    problem = assert_problem(await stranger.get("/decided"), 409, "already_decided")
    assert problem["detail"] == "已决定。"
    assert problem["errors"] == [{"pointer": "/a/0", "code": "invalid_value", "message": "错"}]
    assert problem["decided_on"] == "2026-01-01"


async def test_words_follow_the_language_and_codes_do_not(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/decided", headers={"Accept-Language": "en"})
    problem = assert_problem(answer, 409, "already_decided")
    assert (problem["title"], problem["detail"]) == ("Conflict with the current state", "It is decided.")
    assert answer.headers["content-language"] == "en"
    assert "Accept-Language" in answer.headers["vary"]


async def test_there_is_nothing_at_other_addresses(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/nowhere")
    assert_problem(answer, 404, "not_found")
    assert answer.headers["content-language"] == "zh-CN"


async def test_a_wrong_method_is_told_the_right_ones(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.delete("/api/v1/feeds")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


async def test_a_small_body_is_bounded(stranger: httpx.AsyncClient) -> None:
    declared = await stranger.post("/orders/1", content=b" " * 70_000)
    assert_problem(declared, 413, "too_large")

    async def undeclared() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * 10_000

    answer = await stranger.post(
        "/orders/1", content=undeclared(), headers={"Content-Type": "application/json"}
    )
    assert_problem(answer, 413, "too_large")


async def test_a_form_is_no_json(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/orders/1", data={"size": "1"})
    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a": 1,}'])
async def test_broken_json_is_malformed(stranger: httpx.AsyncClient, body: bytes) -> None:
    answer = await stranger.post("/orders/1", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, "malformed_body")


async def test_all_fields_at_fault_are_named_and_none_is_repeated(stranger: httpx.AsyncClient) -> None:
    body = {"id_number": "110101199003074514", "size": 0, "a/b~c": 1}
    answer = await stranger.post("/orders/x?limit=many", json=body)
    problem = assert_problem(answer, 422, "invalid")
    assert {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]} == {
        ("/path/number", "invalid_type"),
        ("/query/limit", "invalid_type"),
        ("/id_number", "invalid_value"),
        ("/size", "invalid_value"),
        ("/a~1b~0c", "unknown_field"),
    }
    assert "110101199003074514" not in json.dumps(problem)
    assert "many" not in json.dumps(problem)


@pytest.mark.parametrize("name", ["110101199003074514", "张三", "no_6222020200012345678"])
async def test_the_name_of_an_unknown_field_may_be_too_much_to_repeat(
    stranger: httpx.AsyncClient, name: str
) -> None:
    answer = await stranger.post("/orders/1", json={"id_number": "123", "size": 1, name: 1})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/…"]
    assert name not in answer.text


async def test_missing_fields_and_wrong_types_have_their_codes(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post("/orders/1", json={"size": "1"}, headers={"Accept-Language": "en"})
    faults = {fault["pointer"]: fault for fault in answer.json()["errors"]}
    assert faults["/id_number"]["code"] == "missing_field"
    assert faults["/size"]["code"] == "invalid_type"
    assert faults["/id_number"]["message"] == "This field is required."


async def test_unavailable_says_when_to_come_back(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/away")
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "7"


async def test_a_crash_tells_nothing_but_the_request_id(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/crash", headers={"X-Request-Id": "req-1"})
    assert_problem(answer, 500, "internal_error")
    assert "Zero" not in answer.text
    assert "110101199003074514" not in answer.text
    assert answer.headers["x-request-id"] == "req-1"


async def test_what_is_for_the_operator_is_not_told_to_callers(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/broken")
    assert_problem(answer, 500, "internal_error")
    assert "seal" not in answer.text


@pytest.mark.parametrize("address", ["/orders/%00", "/healthz?x=a%00b"])
async def test_no_address_holds_a_nul(stranger: httpx.AsyncClient, address: str) -> None:
    assert_problem(await stranger.get(address), 400, "unreadable_address")


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "中", "110101199003074514", "of-13800138000"])
async def test_an_odd_request_id_is_replaced(stranger: httpx.AsyncClient, given: str) -> None:
    answer = await stranger.get("/healthz", headers=[(b"X-Request-Id", given.encode())])
    assert len(answer.headers["x-request-id"]) == 32


async def test_every_answer_is_guarded(stranger: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/nowhere", "/crash"):
        headers = (await stranger.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert (headers["x-frame-options"], headers["referrer-policy"]) == ("DENY", "no-referrer")
        assert (
            headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        )
        assert "camera=()" in headers["permissions-policy"]


async def test_a_lost_database_is_a_503(settings: Settings, key_ring: KeyRing) -> None:
    app = create_app(settings)
    database = Database.connect("postgresql://u:p@127.0.0.1:1/gone")
    admission = Admission(slots=1, longest_wait_s=1)
    app.state.resources = Resources(
        settings, database, key_ring, PolicyLibrary.load(), admission, Uploads(), Limits(settings)
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://supervise.test"
    ) as client:
        answer = await client.get("/readyz")
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
