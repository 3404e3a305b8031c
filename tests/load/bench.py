"""`make bench`: all figures in one run, side by side, for docs/performance.md. Ratios count; times vary.

`python -m tests.load.bench [--quick]`; quick takes about a minute and keeps nothing.
"""

import argparse
from collections.abc import Sequence
from itertools import islice
from statistics import median
from typing import NamedTuple

from app.core import logs
from app.core.vocabulary import Feed
from app.privacy.redaction import redact
from tests.load import assessment, evidence, footprint, ingest, latency, pages, reading, simulation, stages
from tests.load.bodies import BATCH, batches, records
from tests.load.pusher import push
from tests.load.report import Report, machine, thousands
from tests.load.site import Served, Site, opened

REQUIRED, AMBITION = 0.25, 0.5
REQUIRED_ENROLLMENTS, AMBITION_ENROLLMENTS = 2_000, 5_000
CONNECTIONS_OF_SMALL = 8


class Extent(NamedTuple):
    """How much is pushed and assessed."""

    batches: int
    rounds: int
    batches_of_a_feed: int
    small_requests: int
    class_groups: int
    memory_s: int
    stored: tuple[int, int]
    """Learning records that lists are asked beside."""
    loads: Sequence[latency.Load]
    simulated: int
    """Enrollments that a changed policy is tried on."""
    proved: evidence.Extent
    shown: int
    """Learners of the term that pages show."""


WHOLE = Extent(
    40,
    5,
    8,
    800,
    200,
    60,
    reading.SIZES,
    latency.LOADS,
    simulation.ENROLLMENTS,
    evidence.WHOLE,
    pages.LEARNERS,
)
QUICK = Extent(
    8,
    1,
    1,
    80,
    20,
    3,
    reading.QUICK_SIZES,
    latency.QUICK_LOADS,
    simulation.QUICK_ENROLLMENTS,
    evidence.QUICK,
    pages.QUICK_LEARNERS,
)
MOST_GROWTH = 1.3
MOST_FOR_CLASS_RULES = 1.25


def bench(site: Site, report: Report, extent: Extent) -> None:
    report.tell(machine(site.server.version))
    bodies = batches(records(Feed.learning_records), extent.batches)
    with site.serving() as one, site.serving(workers=2) as two:
        _against_the_limit(report, ingest.rounds(site, bodies, one, two, extent.rounds))
        evidence.tell_ledger_cost(report, ingest.ledger_cost(site, one, bodies, extent.rounds))
        _feeds(site, report, bodies, one, extent)
        _small(site, report, one, extent)
        _memory(site, report, one, extent)
        sizes = footprint.of_records(site, one, bodies)
    _stages(site, report, bodies)
    _assessment(site, report, extent)
    _footprint(report, [*sizes, *footprint.of_decisions(site)])
    _class_rules(report, assessment.measure_class_rules(site, extent.class_groups // 2))


def bench_apart(report: Report, extent: Extent) -> None:
    """On databases of their own, filled with what platforms pushed before."""
    _latency(report, extent)
    _reading(report, extent)
    _simulation(report, extent)
    evidence.bench_evidence(report, extent.proved)
    _pages(report, extent)


def _against_the_limit(report: Report, found: Sequence[ingest.Round]) -> None:
    rows = [
        (
            thousands(each.limit),
            thousands(each.one),
            f"{each.one / each.limit:.2f}",
            thousands(each.two),
            f"{each.two / each.limit:.2f}",
        )
        for each in found
    ]
    ratios = [
        median(each.one / each.limit for each in found),
        median(each.two / each.limit for each in found),
    ]
    rows.append(("**median**", "", f"**{ratios[0]:.2f}**", "", f"**{ratios[1]:.2f}**"))
    report.table(
        f"Learning records a second, batches of {BATCH:,} "
        f"(required: {REQUIRED} of the limit, ambition: {AMBITION})",
        ("limit: binary COPY", "one process", "ratio", "two processes", "ratio"),
        rows,
    )


def _feeds(site: Site, report: Report, bodies: Sequence[bytes], one: Served, extent: Extent) -> None:
    """Each beside learning records of the same extent."""
    rows = []
    for feed in Feed:
        own = batches(records(feed), extent.batches_of_a_feed)
        beside = ingest.feed_speed(site, one, Feed.learning_records, bodies[: extent.batches_of_a_feed])
        speed = ingest.feed_speed(site, one, feed, own)
        size = len(own[0]) // BATCH
        rows.append((feed, size, thousands(speed), f"{speed / beside:.2f}"))
    report.table(
        "Every feed, one process (required: 0.5 of learning records)",
        ("feed", "bytes a record", "records a second", "of learning records"),
        rows,
    )


def _small(site: Site, report: Report, one: Served, extent: Extent) -> None:
    rows = []
    for size in (1, 20):
        site.emptied()
        small = batches(records(Feed.learning_records), extent.small_requests, size)
        pushed = push(one, Feed.learning_records, small, connections=CONNECTIONS_OF_SMALL)
        latencies = [f"{pushed.latency_ms(percentile):.0f}" for percentile in (50, 99)]
        rows.append((size, thousands(pushed.requests_per_s), thousands(pushed.records_per_s), *latencies))
    report.table(
        f"Small batches on {CONNECTIONS_OF_SMALL} connections, one process",
        ("records a request", "requests a second", "records a second", "p50 ms", "p99 ms"),
        rows,
    )


def _memory(site: Site, report: Report, one: Served, extent: Extent) -> None:
    memory = ingest.memory(site, one, extent.memory_s, CONNECTIONS_OF_SMALL)
    report.table(
        f"Memory of the server process, {CONNECTIONS_OF_SMALL} connections push {memory.records:,} records "
        f"for {extent.memory_s} s (target: 300, flat)",
        ("MiB before", "after a third", "after two thirds", "behind", "most"),
        [[thousands(figure) for figure in memory[1:]]],
    )


def _stages(site: Site, report: Report, bodies: Sequence[bytes]) -> None:
    spent = stages.stages(site, Feed.learning_records, list(islice(bodies, 16)))
    total = sum(spent.values())
    rows = [(stage, f"{us:.2f}", f"{100 * us / total:.0f} %") for stage, us in spent.items()]
    report.table(
        f"What each stage costs, one batch of {BATCH:,} after another",
        ("stage", "µs a record", "share"),
        [*rows, ("all", f"{total:.2f}", "")],
    )


def _latency(report: Report, extent: Extent) -> None:
    report.table(
        "From receipt to visible result "
        "(target: p99 under 2,000 at 1,700 records a second of 100,000 learners)",
        latency.COLUMNS,
        latency.rows(latency.latencies(extent.loads)),
    )


def _reading(report: Report, extent: Extent) -> None:
    few, many = map(thousands, extent.stored)
    report.table(
        f"Answers with {few} and with {many} learning records stored "
        f"(required: growth at most {MOST_GROWTH}; target: p99 under 50)",
        reading.COLUMNS,
        list(reading.rows(reading.reading(extent.stored))),
    )


def _assessment(site: Site, report: Report, extent: Extent) -> None:
    runs = assessment.measure(site, extent.class_groups)
    report.table(
        "Enrollments assessed, with 40 learning records, attendance records and answers each "
        f"(required: {REQUIRED_ENROLLMENTS:,} a second per core, ambition: {AMBITION_ENROLLMENTS:,})",
        ("run", "a second", "per second of process", "per second of process and database"),
        [
            (
                run.name,
                thousands(run.per_s),
                thousands(run.enrollments / run.process_s),
                thousands(run.per_core_s),
            )
            for run in runs
        ],
    )


def _class_rules(report: Report, found: Sequence[assessment.Added]) -> None:
    rows = [
        (
            thousands(each.plain.per_core_s),
            thousands(each.with_class_rules.per_core_s),
            f"{each.ratio:.2f}",
        )
        for each in found
    ]
    middle = median(each.ratio for each in found)
    report.table(
        "Enrollments assessed again by a policy with nineteen rules on class groups beside its own, in turn "
        f"(required: at most {MOST_FOR_CLASS_RULES} times as long)",
        ("per second of process and database", "with rules on class groups", "times as long"),
        [*rows, ("**median**", "", f"**{middle:.2f}**")],
    )


def _pages(report: Report, extent: Extent) -> None:
    report.table(
        f"Pages of the console to their first byte, in a term of {thousands(extent.shown)} learners "
        f"(required: p50 under {pages.REQUIRED_MS} ms)",
        pages.COLUMNS,
        list(pages.rows(pages.pages(extent.shown))),
    )


def _simulation(report: Report, extent: Extent) -> None:
    runs = simulation.measure(extent.simulated)
    report.table(
        "A changed policy tried on stored facts, `supervise policy simulate` "
        f"(required: 1,000,000 in under {simulation.REQUIRED_S} s on two cores, memory flat)",
        simulation.COLUMNS,
        [run.row() for run in runs],
    )


def _footprint(report: Report, sizes: Sequence[footprint.Size]) -> None:
    report.table(
        f"Bytes on disk, batches of {BATCH:,}",
        ("table", "of one", "rows and what lies outside them", "indexes", "all"),
        [
            (
                size.table,
                size.of,
                thousands(size.heap_bytes / size.rows),
                thousands(size.index_bytes / size.rows),
                thousands(size.bytes_each),
            )
            for size in sizes
        ],
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    is_quick = arguments.parse_args().quick
    logs.configure("warning", redact)
    report = Report()
    extent = QUICK if is_quick else WHOLE
    with opened() as site:
        bench(site, report, extent)
    bench_apart(report, extent)
    if not is_quick:
        report.keep()


if __name__ == "__main__":
    main()
