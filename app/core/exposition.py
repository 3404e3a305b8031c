"""What `/metrics` answers: the counts of all processes of a program together, and what is read only then."""

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from prometheus_client import REGISTRY, CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""With several processes each writes files to one directory, and any of them can add them up."""

PROCESS_GAUGES = ("process_resident_memory_bytes", "process_open_fds")
PROCESS_COUNTERS = ("process_cpu_seconds",)


class Waiting(NamedTuple):
    """Work of one kind that waits. Counted up to a bound: beyond it the number says nothing new."""

    number: int
    oldest_age_s: float


Backlog = Mapping[str, Waiting]


class Archived(NamedTuple):
    """How the archiving of the database's log goes."""

    is_failing: bool
    """The last attempt failed."""
    age_s: float
    """Since a segment was archived; grows too where nothing is written."""
    lag_bytes: int
    """What was written behind the last archived segment."""


def exposition(backlog: Backlog | None, archived: Archived | None = None) -> bytes:
    """In the text format of Prometheus. `backlog` None: the database could not be asked."""
    directory = os.environ.get(DIRECTORY)
    registry = CollectorRegistry()
    registry.register(_Families(told_now(backlog, archived)))
    if directory is None:
        return generate_latest(REGISTRY) + generate_latest(registry)
    pids = _living(Path(directory))
    registry.register(_Families(_of_processes(pids)))
    of_all: Callable[[CollectorRegistry], object] = MultiProcessCollector
    of_all(registry)
    return generate_latest(registry)


def told_now(backlog: Backlog | None, archived: Archived | None = None) -> Iterator[Metric]:
    """Read at each scrape, so that it is right whoever of several processes answers."""
    program = {"version": version("supervise"), "python": platform.python_version()}
    build = GaugeMetricFamily("supervise_build_info", "Of the program that answers", labels=list(program))
    build.add_metric(list(program.values()), 1)
    yield build
    is_up = backlog is not None
    yield GaugeMetricFamily("supervise_database_up", "Whether the database told what waits", value=is_up)
    number = GaugeMetricFamily("supervise_pending", "Work that waits in the database", labels=["what"])
    age = GaugeMetricFamily("supervise_pending_age_seconds", "What has waited longest", labels=["what"])
    for what, waiting in (backlog or {}).items():
        number.add_metric([what], waiting.number)
        age.add_metric([what], waiting.oldest_age_s)
    yield from (number, age)
    if archived is not None:
        yield from _of_archive(archived)


def _of_archive(archived: Archived) -> Iterator[Metric]:
    """Where the log is archived at all."""
    name = "supervise_wal_archive"
    yield GaugeMetricFamily(f"{name}_failing", "Whether the last attempt failed", value=archived.is_failing)
    yield GaugeMetricFamily(f"{name}_age_seconds", "Since a segment was archived", value=archived.age_s)
    yield GaugeMetricFamily(f"{name}_lag_bytes", "Log that is not archived", value=archived.lag_bytes)


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _living(directory: Path) -> list[int]:
    """The processes that count there. What the dead have counted stays; what they were at does not."""
    forget: Callable[[int, str], None] = mark_process_dead
    found = {int(file.stem.rpartition("_")[2]) for file in directory.glob("*.db")}
    living = [pid for pid in sorted(found) if _is_alive(pid)]
    for dead in found.difference(living):
        with suppress(FileNotFoundError):  # another scrape was faster
            forget(dead, str(directory))
    return living


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _of_processes(pids: Iterable[int]) -> Iterator[Metric]:
    """The library tells of one process only; here they are added up under the names it gives them."""
    sums: dict[str, float] = {}
    for family in chain.from_iterable(map(_of_process, pids)):
        sums[family.name] = sums.get(family.name, 0) + family.samples[0].value
    for name in PROCESS_GAUGES:
        yield GaugeMetricFamily(name, "Of all processes together", value=sums.get(name, 0))
    for name in PROCESS_COUNTERS:
        yield CounterMetricFamily(name, "Of all living processes together", value=sums.get(name, 0))


def _of_process(pid: int) -> Iterable[Metric]:
    return ProcessCollector(registry=None, pid=lambda: pid).collect()
