"""A class group of five lessons under a short programme, and the hands to assess it."""

from pathlib import Path

import pytest

from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.eligibility.world import SHORT_PROGRAMME, World


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> PolicyLibrary:
    directory: Path = tmp_path_factory.mktemp("packs")
    (directory / "short.yaml").write_text(SHORT_PROGRAMME)
    return PolicyLibrary.load(directory)


@pytest.fixture
def world(database: Database, library: PolicyLibrary, key_ring: KeyRing) -> World:
    return World(database, library, key_ring)
