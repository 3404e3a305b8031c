"""How often, from which seed, and what came of it: told at the end of the run, also of one that passed."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.extent import ROUNDS, SEED

TALLY = "tally"


@pytest.fixture
def rounds() -> int:
    """Of each fault; `SUPERVISE_FAULT_ROUNDS`."""
    return ROUNDS


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Random:
    """Of this test; the same for the same `SUPERVISE_FAULT_SEED`."""
    return Random(f"{SEED} {request.node.name}")  # noqa: S311 (moments, no secrets)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """Counts of this test, printed when the run ends, whichever process has run it."""
    counts: Counter[str] = Counter()
    yield counts
    request.node.user_properties.append((TALLY, dict(counts)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = (report for them in terminalreporter.stats.values() for report in them)
    tallies = {
        report.nodeid.partition("::")[2]: counts
        for report in reports
        for name, counts in getattr(report, "user_properties", ())
        if name == TALLY
    }
    if not tallies:
        return
    terminalreporter.section(f"faults, SUPERVISE_FAULT_SEED={SEED} SUPERVISE_FAULT_ROUNDS={ROUNDS}")
    for name, counts in tallies.items():
        told = ", ".join(f"{what} {count}" for what, count in counts.items())
        terminalreporter.write_line(f"{name}: {told}")
