"""A class group of five lessons under a short programme, and the hands to assess it."""

from pathlib import Path

import pytest

from app.db.session import Database
from app.policies.service import Policies
from app.privacy.keyring import KeyRing
from tests.eligibility.world import SHORT_PROGRAMME, World


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    directory: Path = tmp_path_factory.mktemp("packs")
    (directory / "short.yaml").write_text(SHORT_PROGRAMME)
    return Policies.load(directory)


@pytest.fixture
def world(database: Database, policies: Policies, key_ring: KeyRing) -> World:
    return World(database, policies, key_ring)
