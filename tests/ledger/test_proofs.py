"""Proofs from the tiles that are stored are those of the RFC, for every size that there was."""

import random

import pytest

from app.db.session import Database, reading
from app.ledger import proofs
from app.ledger.checkpoint import Checkpoint
from app.ledger.entries import entry, entry_of
from app.ledger.errors import NoSuchEntry, NoSuchSize, NotInLogYet, SizesReversed
from app.ledger.integration import integrate
from app.ledger.merkle import root
from app.ledger.paths import consistency_spans
from tests.ledger.log import add_entries, integrate_all, leaves_of

SIZES = (1, 2, 3, 255, 256, 257, 511, 512, 513, 66_000)


@pytest.fixture(scope="module")
def chance() -> random.Random:
    return random.Random(6962)  # noqa: S311 (which proofs are tried)


async def test_of_inclusion_and_consistency(database: Database, chance: random.Random) -> None:
    await add_entries(database, SIZES[-1])
    await integrate_all(database)
    leaves = await leaves_of(database)
    async with reading(database) as session:
        for size in SIZES:
            for index in {0, size - 1, *(chance.randrange(size) for _ in range(6))}:
                found = await proofs.inclusion(session, index, size)
                assert (found.index, found.size, found.leaf_hash) == (index, size, leaves[index])
                assert found.path == proofs.path_in(leaves[:size], index)
            for old in {1, size, *(chance.randrange(1, size + 1) for _ in range(4))}:
                told = await proofs.consistency(session, old, size)
                assert list(told) == [root(leaves[a:b]) for a, b in consistency_spans(old, size)]


async def test_a_proof_for_a_size_that_is_not_there_is_refused(database: Database) -> None:
    await add_entries(database, 5)
    await integrate(database)
    await add_entries(database, 5)
    async with reading(database) as session:
        with pytest.raises(NoSuchSize):
            await proofs.inclusion(session, 0, 6)
        with pytest.raises(NoSuchSize):
            await proofs.consistency(session, 0, 5)
        with pytest.raises(NotInLogYet):
            await proofs.inclusion(session, 5, 5)
        with pytest.raises(SizesReversed):
            await proofs.consistency(session, 5, 4)


async def test_an_entry_is_found_by_its_index_and_by_what_it_attests(database: Database) -> None:
    await add_entries(database, 5)
    async with reading(database) as session:
        third = await entry(session, 3)
        assert (third.index, third.envelope) == (3, b'{"n":3}')
        assert await entry_of(session, third.subject_id) == third
        with pytest.raises(NoSuchEntry):
            await entry(session, 5)


async def test_a_file_is_for_the_tree_of_its_checkpoint(database: Database) -> None:
    await add_entries(database, 5)
    await integrate(database)
    async with reading(database) as session:
        found = await proofs.inclusion(session, 2, 4)
    other = Checkpoint(5, bytes(32), None, "note")  # type: ignore[arg-type] # no time is needed here
    with pytest.raises(ValueError, match="tree of the checkpoint"):
        proofs.tlog_proof(found, other)
