"""What proofs cost: the ledger on the way in, a proof on the way out, bundles and deep checks beside them."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from tests.load import bundle, deep_check, ingest, proofs
from tests.load.report import Report, thousands
from tests.load.site import opened

MOST_FOR_LEDGER = 0.2


class Extent(NamedTuple):
    """How much is proved and checked."""

    leaves: int
    records_of_a_bundle: int
    class_groups_checked: int
    """A thousand records each."""


WHOLE = Extent(proofs.LEAVES, bundle.RECORDS, 1_000)
QUICK = Extent(proofs.QUICK_LEAVES, bundle.QUICK_RECORDS, 5)


def tell_ledger_cost(report: Report, found: Sequence[ingest.LedgerCost]) -> None:
    rows = [
        (thousands(each.without), thousands(each.with_ledger), f"{100 * each.share:.0f} %") for each in found
    ]
    middle = median(each.share for each in found)
    report.table(
        "Learning records a second with leaves and ledger and without, one process, in turn "
        f"(required: they cost at most {100 * MOST_FOR_LEDGER:.0f} % of the throughput)",
        ("without", "with", "cost"),
        [*rows, ("**median**", "", f"**{100 * middle:.0f} %**")],
    )


def bench_evidence(report: Report, extent: Extent) -> None:
    """On databases of their own."""
    report.table(
        f"Inclusion proofs (required: under {proofs.REQUIRED_MS} ms at {proofs.LEAVES:,} leaves)",
        proofs.COLUMNS,
        [each.row() for each in proofs.measure(extent.leaves)],
    )
    report.table(
        "An evidence bundle verified by the script for auditors, its start included "
        f"(required: {bundle.RECORDS:,} records in under {bundle.REQUIRED_S} s)",
        bundle.COLUMNS,
        [each.row() for each in bundle.measure(extent.records_of_a_bundle)],
    )
    _deep_check(report, extent)


def _deep_check(report: Report, extent: Extent) -> None:
    with opened() as site:
        found = deep_check.measure(site, extent.class_groups_checked)
    whole = ("all", thousands(found.records), f"{found.wall_s:.1f}", thousands(found.records / found.wall_s))
    report.table(
        f"A deep check of {thousands(found.records)} records and all that was made of them "
        f"(required: a million in under {deep_check.REQUIRED_S} s; peak {found.peak_mib:.0f} MiB, "
        f"processor {found.process_s:.0f} s and {found.database_s:.0f} s of the database)",
        deep_check.COLUMNS,
        [*(part.row() for part in found.parts), whole],
    )
