"""`supervise worker`: assessment in a process of its own; as many of them as one likes."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated

import typer
import uvicorn

from app import worker as work
from app.api import worker_health
from app.cli.console import DataDir, announce
from app.cli.listening import address, listen
from app.cli.place import Place, kept_alive, opened
from app.cli.settings import settings_of
from app.cli.signals import ENDING, end_in_order_when_told_to, ignore_further_ones
from app.core.garbage import collect_seldom
from app.core.production import assert_fit
from app.custody.service import Custodian
from app.db.outages import outlast
from app.db.session import Database
from app.ledger.outlets import Outlets
from app.ledger.publication import Publishing
from app.pipeline import Pipeline, deep_check_every
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.privacy.keyring import KeyRing

app = typer.Typer()


@app.command("worker")
def worker(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on, with --port.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            help="Port for /healthz, /readyz and /metrics; 0 for any. Also SUPERVISE_WORKER_PORT.",
            show_default=False,
            min=0,
            max=65535,
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Give batches their place in the ledger and assess whom they touched, until told to stop."""
    end_in_order_when_told_to()
    port = settings_of(data_dir).worker_port if port is None else port
    listener = None if port is None else listen(host, port)
    assert_fit(settings_of(data_dir))
    with opened(data_dir, log_level=None) as place, kept_alive(place.server):
        collect_seldom()
        where = {} if listener is None else {"url": address(listener)}
        announce("评定进程已启动。", "Assessing.", **where)
        asyncio.run(_work(place, listener))
        ignore_further_ones()


async def _work(place: Place, listener: socket.socket | None) -> None:
    """A signal ends it after the visits in hand."""
    stop = asyncio.Event()
    for known in ENDING:
        asyncio.get_running_loop().add_signal_handler(known, stop.set)
    library = PolicyLibrary.load(place.settings.packs_dir)
    key_ring = KeyRing.load_or_create(place.settings.key_ring_path)
    database = Database.connect(place.database_url, name="worker")
    try:
        await outlast(lambda: record_files(database, library))
        publishing, outlets = Publishing.of(place.settings), Outlets.of(place.settings)
        every = deep_check_every(place.settings)
        pipeline = Pipeline(database, library, key_ring, publishing, outlets, deep_check_every=every)
        async with _telling(pipeline, listener):
            await work.run(pipeline, stop, Custodian(database, library, key_ring, place.settings))
    finally:
        await database.dispose()


@asynccontextmanager
async def _telling(pipeline: Pipeline, listener: socket.socket | None) -> AsyncIterator[None]:
    """Answers an operator while the block runs, in the loop of the work: one that hangs does not answer."""
    if listener is None:
        yield
        return
    doors = worker_health.application(pipeline)
    server = _Doors(uvicorn.Config(doors, lifespan="off", log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Doors(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the work."""
        yield
