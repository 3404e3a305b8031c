"""A tiny HTTP server that answers by a script: busy, cut off, slow to know its own tokens."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import zstandard

CUT = "cut"
"""Instead of a status: read the request, then close the connection without a word."""


@dataclass
class Answer:
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    lines: list[bytes]


class MisbehavingServer:
    """Plays `script` answer by answer to everything but `/oauth/token`; then good receipts for ever."""

    def __init__(self) -> None:
        self.script: list[Answer | str] = []
        self.seen: list[Seen] = []
        self.tokens_given = 0
        self.token_lifetime_s = 3600
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator["MisbehavingServer"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            thread.join()
            self._http.server_close()

    def next_answer(self, seen: Seen) -> Answer | str:
        self.seen.append(seen)
        return self.script.pop(0) if self.script else Answer(body=receipt_of(seen))


class _Handler(BaseHTTPRequestHandler):
    owner: ClassVar[MisbehavingServer]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it so
        pass

    def do_GET(self) -> None:
        self.answer(self.owner.next_answer(self.look(b"")))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/oauth/token":
            self.owner.tokens_given += 1
            token = {
                "access_token": f"token-{self.owner.tokens_given}",
                "expires_in": self.owner.token_lifetime_s,
            }
            self.answer(Answer(body=token))
        else:
            self.answer(self.owner.next_answer(self.look(body)))

    def look(self, body: bytes) -> Seen:
        packing = self.headers.get("Content-Encoding")
        if packing == "zstd":
            body = zstandard.ZstdDecompressor().decompress(body)
        elif packing == "gzip":
            body = gzip.decompress(body)
        return Seen(self.command, self.path, dict(self.headers), body.split(b"\n") if body else [])

    def answer(self, answer: Answer | str) -> None:
        if isinstance(answer, str):
            self.close_connection = True
            return
        content = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def receipt_of(seen: Seen) -> dict[str, object]:
    return {
        "batch_id": "01890000-0000-7000-8000-000000000000",
        "feed": seen.path.rsplit("/", 1)[-1],
        "received": len(seen.lines),
        "accepted": len(seen.lines),
        "unchanged": 0,
        "stale": 0,
        "rejected": 0,
        "rejections": [],
        "rejections_url": "/api/v1/batches/01890000-0000-7000-8000-000000000000/rejections",
        "ledger": {"leaf_hash": "00", "index": None},
        "received_at": "2026-11-20T00:00:00Z",
    }
