"""How often, from which seed, and what came of it: told at the end of the run, also of one that passed."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.extent import ROUNDS, SEED

TALLIES = pytest.StashKey[dict[str, Counter[str]]]()


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
    """Counts of this test, printed when the run ends."""
    counts: Counter[str] = Counter()
    yield counts
    request.config.stash.setdefault(TALLIES, {})[request.node.name] = counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tallies = config.stash.get(TALLIES, {})
    if not tallies:
        return
    terminalreporter.section(f"faults, SUPERVISE_FAULT_SEED={SEED} SUPERVISE_FAULT_ROUNDS={ROUNDS}")
    for name, counts in tallies.items():
        told = ", ".join(f"{what} {count}" for what, count in counts.items())
        terminalreporter.write_line(f"{name}: {told}")
