"""The connections of a server: however slowly or long its other end speaks, none is kept for ever.

uvicorn waits without end for the head of a request, and for the rest of a body that was answered early. It
bounds no head, and answers what is no HTTP in plain words.
"""

import asyncio
import resource
from http import HTTPStatus
from typing import cast

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.api.problems import MEDIA_TYPE, problem_of
from app.core.errors import AppError, BadRequest, Text
from app.core.language import preferred_language

HEAD_PATIENCE_S = 10.0
"""For the head of a request: from the connection on, or from its first byte."""
REST_PATIENCE_S = 60.0
"""For the rest of a body that was answered early. If it were cut off, its client would miss the answer."""
FIRST_LANGUAGE = preferred_language("")
MOST_HEAD_BYTES = 32 * 1024
"""Of address and headers together; an honest one takes one."""


class HeadTooLong(AppError):
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    code = "head_too_long"
    title = Text("请求头过长", "Head too long")

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"地址与请求头合计不得超过 {MOST_HEAD_BYTES} 字节，请缩短地址或减少请求头后重新发送。",
                f"Address and headers must not exceed {MOST_HEAD_BYTES} bytes together; send less of them.",
            )
        )


class NotHttp(BadRequest):
    code = "not_http"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "无法识别该 HTTP 请求，请检查请求行、请求头与分块编码。",
                "This is no request of HTTP/1.1; check its first line, its headers and its chunks.",
            )
        )


def allow_many_files() -> None:
    """As many connections as the machine allows; the soft limit is one for programs that open few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Connection(HttpToolsProtocol):
    """Is closed where nobody works on a request and the client lets us wait for it. Bodies are body.py's."""

    _end: asyncio.TimerHandle | None = None
    _is_in_head = False
    _head_bytes, _unparsed_bytes = 0, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self._close_in(HEAD_PATIENCE_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head, self._head_bytes, self._unparsed_bytes = True, 0, 0
        self._close_in(HEAD_PATIENCE_S)

    def on_url(self, url: bytes) -> None:
        self._bound_head(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._bound_head(name + value)
        super().on_header(name, value)

    def data_received(self, data: bytes) -> None:
        """The parser gathers a header until it is whole, however long that takes."""
        super().data_received(data)
        if self._is_in_head and not self.transport.is_closing():
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > MOST_HEAD_BYTES:
                self._refuse(HeadTooLong())

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._keep()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.more_body:
            self._close_in(REST_PATIENCE_S)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self.cycle.response_complete:
            self._close_in(self.timeout_keep_alive)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words)
        self._refuse(HeadTooLong() if self._head_bytes > MOST_HEAD_BYTES else NotHttp())

    def _refuse(self, error: AppError) -> None:
        """As the API answers, in the platform's first language: which one is wanted is not known."""
        content = msgspec.json.encode(problem_of(error, FIRST_LANGUAGE))
        lines = (
            f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}",
            f"content-type: {MEDIA_TYPE}",
            f"content-length: {len(content)}",
            f"content-language: {FIRST_LANGUAGE}",
            "connection: close",
            "\r\n",
        )
        self.transport.write("\r\n".join(lines).encode() + content)
        self.transport.close()

    def _bound_head(self, piece: bytes) -> None:
        self._head_bytes += len(piece)
        if self._head_bytes > MOST_HEAD_BYTES:
            raise HeadTooLong

    def _close_in(self, patience_s: float) -> None:
        self._keep()
        self._end = self.loop.call_later(patience_s, self._close)

    def _keep(self) -> None:
        if self._end is not None:
            self._end.cancel()

    def _close(self) -> None:
        request = cast(RequestResponseCycle | None, self.cycle)
        if request is None or request.response_complete:
            self.transport.close()
