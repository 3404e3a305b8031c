"""What happens to every request before a route sees it and to every answer before it leaves. Pure ASGI."""

import re
import secrets
import time
from codecs import BOM_UTF8
from collections.abc import Sequence
from http import HTTPStatus

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts.audited import Audited
from app.api import problems
from app.api.address import Network, address_of
from app.api.language import language_of
from app.api.request_headers import content_length, is_json
from app.core import metrics
from app.core.errors import AppError, BadRequest, Text
from app.core.logs import told
from app.privacy.redaction import redact_text
from app.trail import origin

log = structlog.get_logger("supervise.requests")

SMALL_BODY = 64 * 1024
FEEDS_PATH = "/api/v1/feeds/"
TEXT_BODY, POLICIES_PATHS = 1024 * 1024, ("/api/v1/policies/", "/policies/")
"""Texts of policies: a Chinese character may take twice the bytes of UTF-8 in JSON, thrice in a form."""
RECEIPT_BODY, FILE_BODY = 512 * 1024, 64 * 1024 * 1024
VERIFIED = {
    **dict.fromkeys(("/check", "/ledger/check", "/api/v1/ledger/verifications"), RECEIPT_BODY),
    **dict.fromkeys(("/check/file", "/ledger/check/file", "/api/v1/ledger/verifications/files"), FILE_BODY),
}
"""What is shown to be verified: receipts with their rejections, and files, which go to disk as they come."""
ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Frame-Options": "DENY",
}
"""On every answer. Browsers heed the fourth only where it came over TLS, which a proxy before us does."""
_REQUEST_ID = re.compile("[A-Za-z0-9._-]{1,64}")
_UNROUTED, _OTHER = "(none)", "(other)"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class UnreadableAddress(BadRequest):
    code = "unreadable_address"

    def __init__(self) -> None:
        super().__init__(Text("地址中不得含有 NUL 字符。", "The address must not contain the character NUL."))


class Journal:
    """Gives each request an id, says where it came from, writes one line about it, and counts it.

    A line names the route, never the address: addresses hold ids of learners.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[Network] = ()) -> None:
        self.app = app
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Request(scope))
        address = address_of(scope, self.trusted_proxies)
        scope.setdefault("state", {})["address"] = address
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with origin.bound(address, request_id):
                await self._answer(scope, receive, send, request_id)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started, status = time.monotonic(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        finally:
            _record(scope, status, time.monotonic() - started)


def _request_id(request: Request) -> str:
    """What the caller calls it, unless it is no name or might be somebody's number: it goes into the log."""
    given = request.headers.get("x-request-id", "")
    is_name = _REQUEST_ID.fullmatch(given) and redact_text(given) == given
    return given if is_name else secrets.token_hex(16)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", _UNROUTED)
    method = scope["method"] if scope["method"] in _METHODS else _OTHER  # strangers must not make new series
    metrics.REQUESTS.labels(method, route, status).inc()
    metrics.REQUEST_SECONDS.labels(method, route).observe(seconds)
    state = scope.get("state", {})
    log.info(
        "request",
        method=method,
        route=route,
        status=status,
        code=state.get("problem"),
        ms=round(seconds * 1000),
        client_id=state.get("client_id"),
    )


class Guard:
    """Bounds what comes in, says on every answer how it may be kept, and turns a crash into a problem."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, is_started = Request(scope), False

        async def send_guarded(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                _assert_recorded(scope, message)
                is_started = True
                _guard(MutableHeaders(scope=message), request)
            await send(message)

        try:
            await self._answer(request, _bounded(request, receive), send_guarded)
        except Exception as failure:
            log.error("request failed", failure=told(failure))  # noqa: TRY400 (kinds and places, no words)
            if is_started:
                raise
            await problems.answer(request, problems.InternalError())(scope, receive, send_guarded)

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        refusal = _refusal(request)
        respond = self.app if refusal is None else problems.answer(request, refusal)
        await respond(request.scope, receive, send)


class AnswerNotRecorded(RuntimeError):
    """A route forgot its entry of the audit trail: nobody gets to see what it would have told."""


def _assert_recorded(scope: Scope, message: Message) -> None:
    """No entry, no answer (accounts/audited.py)."""
    audited = scope.get("state", {}).get("audited", Audited.nothing)
    is_file = any(name == b"content-disposition" for name, _ in message["headers"])
    is_owed = audited in {Audited.reads, Audited.changes} or (audited is Audited.exports and is_file)
    if is_owed and message["status"] < HTTPStatus.BAD_REQUEST and not origin.current().recorded:
        raise AnswerNotRecorded


def _guard(headers: MutableHeaders, request: Request) -> None:
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Content-Language", language_of(request))
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers["X-Content-Type-Options"] = "nosniff"
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    headers.add_vary_header("Accept-Language")


def _refusal(request: Request) -> AppError | None:
    """PostgreSQL knows no NUL in text, so no id can hold one."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        return UnreadableAddress()
    if not _is_feed(request) and (content_length(request) or 0) > _most_bytes(request):
        return problems.of_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return None


def _is_feed(request: Request) -> bool:
    return bool(request.scope["path"].startswith(FEEDS_PATH))


def _most_bytes(request: Request) -> int:
    path = request.scope["path"]
    return TEXT_BODY if path.startswith(POLICIES_PATHS) else VERIFIED.get(path, SMALL_BODY)


def _bounded(request: Request, receive: Receive) -> Receive:
    """Feeds bound their own bodies (body.py); everything else is small, and JSON is UTF-8 (RFC 8259 §8.1).

    Python's reader would guess at UTF-16 and UTF-32. Every JSON text in them has a NUL, and none in UTF-8.
    """
    if _is_feed(request):
        return receive
    taken, beginning, must_be_utf8, most = 0, b"", is_json(request), _most_bytes(request)

    async def receive_bounded() -> Message:
        nonlocal taken, beginning
        message = await receive()
        piece = message.get("body", b"")
        taken += len(piece)
        beginning += piece[: len(BOM_UTF8) - len(beginning)]
        # An HTTPException passes through FastAPI's reading of bodies; others become "malformed" there.
        if taken > most:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if must_be_utf8 and (beginning == BOM_UTF8 or b"\0" in piece):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        return message

    return receive_bounded
