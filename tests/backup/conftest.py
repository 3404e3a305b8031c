"""One furnished house for all tests of a worker; whoever damages something gets a copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup.house import House, copy_of, furnish
from tests.db.conftest import directory
from tests.server import place_for_databases


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with directory(place_for_databases()) as root:
        yield furnish(House(root))


@pytest.fixture
def damaged(house: House) -> Iterator[House]:
    """About to be."""
    with directory(place_for_databases()) as root:
        yield copy_of(house, root)


@pytest.fixture
def empty() -> Iterator[Path]:
    with directory(place_for_databases()) as root:
        yield root / "data"
