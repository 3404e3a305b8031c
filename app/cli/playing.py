"""Plays platforms side by side, and shows how far they are."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.cli.console import people
from app.client import Client
from app.simulator.deliveries import Delivery, records_to_expect
from app.simulator.play import Tally, play
from app.simulator.term import Platform, Term


class _Stopped(Exception):
    """The program is being ended."""


def play_side_by_side(term: Term, parts: Sequence[tuple[Platform, Client]]) -> list[Tally]:
    """One thread for each platform; a signal stops them after the batch they are at."""
    stopping = threading.Event()
    with _progress() as progress, ThreadPoolExecutor(len(parts)) as threads:

        def one(platform: Platform, client: Client, task: TaskID) -> Tally:
            def on_delivery(delivery: Delivery) -> None:
                if stopping.is_set():
                    raise _Stopped
                progress.advance(task, len(delivery.batch.records))

            return play(term, platform, client, on_delivery)

        playing = [
            threads.submit(
                one,
                platform,
                client,
                progress.add_task(platform.name, total=records_to_expect(term, platform)),
            )
            for platform, client in parts
        ]
        try:
            return [part.result() for part in playing]
        finally:
            stopping.set()


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} records"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=people, transient=True, disable=not people.is_terminal) as progress:
        yield progress
