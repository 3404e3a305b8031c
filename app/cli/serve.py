"""`supervise serve`: the API, with assessment in its own process unless the settings say otherwise."""

import multiprocessing
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app.cli.connections import Connection, allow_many_files
from app.cli.console import DataDir, announce, fail
from app.cli.counts import directory_of_counts
from app.cli.listening import address, listen
from app.cli.place import Place, kept_alive, opened
from app.cli.settings import settings_of
from app.cli.signals import end_in_order_when_told_to
from app.core import logs
from app.core.config import Settings
from app.core.errors import AppError, Text
from app.core.exposition import DIRECTORY
from app.core.garbage import collect_seldom
from app.core.production import assert_fit
from app.main import create_app
from app.privacy.redaction import redact

app = typer.Typer()

NOT_STARTED = Text("服务未能启动，原因见日志。", "The server did not start; the log says why.")
PORT_PATIENCE_S = 10.0
SWITCH_INTERVAL_S = 0.001
"""What the thread that answers waits for those that check batches: a fifth of what Python lets them have."""
GRACE_S = 20
"""What a request that is under way gets to end, before the server leaves without it."""


@app.command("serve")
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Number of server processes.", min=1)] = 1,
    data_dir: DataDir = None,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End when standard input ends.", hidden=True)
    ] = False,
) -> None:
    """Serve the API; without DATABASE_URL on an embedded PostgreSQL under the data directory."""
    end_in_order_when_told_to()
    if until_eof:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    allow_many_files()
    listener = listen(host, port, patience_s=PORT_PATIENCE_S)
    assert_fit(settings_of(data_dir))
    with opened(data_dir, log_level=None) as place, kept_alive(place.server):
        if workers == 1:
            _serve_here(place, listener)
        else:
            _serve_in_processes(place, listener, workers)


def _end_with_standard_input() -> None:
    """For a program that starts a server of its own: however it ends, its end of the pipe is closed."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


class _App:
    """Remembers why the start failed, so that it can be said in one sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.failure: AppError | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except AppError as error:
            self.failure = error
            raise


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            _announce(sockets[0])


def _announce(listener: socket.socket) -> None:
    url = address(listener)
    announce(
        f"监督平台已就绪：{url}（接口文档 {url}/docs）", f"Serving {url} (API reference {url}/docs)", url=url
    )


def _serve_here(place: Place, listener: socket.socket) -> None:
    app = _App(_settled(create_app(place.settings)))
    server = _Server(_config(app))
    try:
        server.run(sockets=[listener])
    except SystemExit as end:
        if end.code != STARTUP_FAILURE:
            raise
    if app.failure:
        raise app.failure
    if not server.started:
        fail(NOT_STARTED)


def _serve_in_processes(place: Place, listener: socket.socket, workers: int) -> None:
    """Each process makes an app of its own from the environment."""
    os.environ["DATABASE_URL"] = place.database_url
    os.environ["SUPERVISE_DATA_DIR"] = str(Path(place.settings.data_dir).resolve())
    _announce(listener)
    with directory_of_counts(place.settings.data_dir) as counts:
        os.environ[DIRECTORY] = str(counts.resolve())
        processes = Multiprocess(_config("app.cli.serve:app_of_a_process", workers), sockets=[listener])
        processes.run()
    if any(process.exitcode == STARTUP_FAILURE for process in processes.processes):
        fail(NOT_STARTED)


def app_of_a_process() -> ASGIApp:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings = Settings()
    logs.configure(settings.log_level, redact)
    return _settled(create_app(settings))


def _settled(app: ASGIApp) -> ASGIApp:
    """In every process that serves, alone or one of `--workers`: once it has started, what it holds stays."""

    async def settled(scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                collect_seldom()
                sys.setswitchinterval(SWITCH_INTERVAL_S)
            await send(message)

        await app(scope, receive, tell if scope["type"] == "lifespan" else send)

    return settled


def _end_with_parent() -> None:
    """However it ends: an orphan would hold the port that the next start needs."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _config(app: ASGIApp | str, workers: int = 1) -> uvicorn.Config:
    """Our own logs and journal take the place of uvicorn's."""
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        http=Connection,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom a proxy names is believed by the settings alone, see api/address.py
        timeout_graceful_shutdown=GRACE_S,
    )
