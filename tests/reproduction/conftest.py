"""Programmes that pay, that mind the class group, and that count otherwise."""

from pathlib import Path

import pytest

from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.eligibility.class_world import CLASSED_PROGRAMME
from tests.eligibility.person_world import PAID_PROGRAMME
from tests.eligibility.test_moments import PROGRAMME
from tests.golden.cases import write_packs
from tests.ingest.examples import ID_NUMBER_X
from tests.reproduction.alterations import Alter, execute
from tests.reproduction.played import Played, class_group, lesson, project, study
from tests.server import CloneServer


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> PolicyLibrary:
    directory: Path = tmp_path_factory.mktemp("packs")
    (directory / "paid.yaml").write_text(PAID_PROGRAMME)
    (directory / "classed.yaml").write_text(CLASSED_PROGRAMME)
    (directory / "bracketed.yaml").write_text(PROGRAMME.replace("warning", "blocking"))
    write_packs(directory)
    return PolicyLibrary.load(directory)


@pytest.fixture
def played(database: Database, library: PolicyLibrary, key_ring: KeyRing) -> Played:
    return Played(database, library, key_ring)


@pytest.fixture
async def term(played: Played) -> Played:
    """L1 attends everything, L2 three lessons of five; both are decided on once."""
    await played.push(class_group(), project(), *map(lesson, range(5)))
    await played.push(*study("L1"), *study("L2", days=(0, 1, 2), id_number=ID_NUMBER_X))
    await played.settle()
    return played


@pytest.fixture
def alter(clone_server: CloneServer, database_name: str) -> Alter:
    async def alter(statement: str) -> int:
        return await execute(clone_server.superuser_url(database_name), statement)

    return alter
