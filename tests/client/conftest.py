"""The misbehaving server, running."""

from collections.abc import Iterator

import pytest

from tests.client.misbehaving import MisbehavingServer


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer().running() as running:
        yield running
