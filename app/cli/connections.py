"""The connections of a server: however slowly its other end speaks, none is kept for ever.

uvicorn waits without end for the head of a request, and for the rest of a body that was answered early.
"""

import asyncio
import resource
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_PATIENCE_S = 10.0
"""For the head of a request: from the connection on, or from its first byte."""
REST_PATIENCE_S = 60.0
"""For the rest of a body that was answered early. If it were cut off, its client would miss the answer."""


def allow_many_files() -> None:
    """As many connections as the machine allows; the soft limit is one for programs that open few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Connection(HttpToolsProtocol):
    """Is closed where nobody works on a request and the client lets us wait for it. Bodies are body.py's."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self._close_in(HEAD_PATIENCE_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._close_in(HEAD_PATIENCE_S)

    def on_headers_complete(self) -> None:
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
