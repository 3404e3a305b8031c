"""`supervise worker`: assessment in a process of its own; as many of them as one likes."""

import asyncio

import typer

from app import worker as work
from app.cli.console import DataDir, say
from app.cli.place import Place, kept_alive, opened
from app.cli.signals import ENDING, end_in_order_when_told_to, ignore_further_ones
from app.core.garbage import collect_seldom
from app.db.session import Database
from app.pipeline import Pipeline
from app.policies.service import Policies
from app.privacy.keyring import KeyRing

app = typer.Typer()


@app.command("worker")
def worker(*, data_dir: DataDir = None) -> None:
    """Give batches their place in the ledger and assess whom they touched, until told to stop."""
    end_in_order_when_told_to()
    with opened(data_dir, log_level=None) as place, kept_alive(place.server):
        collect_seldom()
        say("评定进程已启动。", "Assessing.")
        asyncio.run(_work(place))
        ignore_further_ones()


async def _work(place: Place) -> None:
    """A signal ends it after the class group in hand."""
    stop = asyncio.Event()
    for known in ENDING:
        asyncio.get_running_loop().add_signal_handler(known, stop.set)
    policies = Policies.load(place.settings.packs_dir)
    key_ring = KeyRing.load_or_create(place.settings.key_ring_path)
    database = Database.connect(place.database_url)
    try:
        await work.run(Pipeline(database, policies, key_ring), stop)
    finally:
        await database.dispose()
