"""What is sequenced gets into the tree: in whole rounds, once, whoever else is at it, and only unharmed."""

import asyncio

import pytest

from app.db.session import Database, driver, reading, transaction
from app.ledger import service, tiles_repository
from app.ledger.alarms import AlarmKind
from app.ledger.errors import LogRefused
from app.ledger.integration import integrate
from app.ledger.merkle import root
from app.ledger.tiles import Tile
from app.ledger.tiles_repository import Tree
from tests.ledger.log import (
    UNGUARDED,
    add_entries,
    behind_the_back,
    enqueue_some,
    leaves_of,
)

FLIPPED = "set_byte({0}, 3, get_byte({0}, 3) # 4)"


async def tree_of(database: Database) -> Tree:
    async with reading(database) as session:
        return await tiles_repository.tree(session)


async def tiles_of(database: Database) -> list[Tile]:
    async with reading(database) as session:
        rows = await (await driver(session)).fetch(
            "SELECT level, tile, hashes, root FROM ledger_tiles ORDER BY level, tile"
        )
    return [Tile(*row) for row in rows]


async def alarms_of(database: Database) -> list[tuple[str, dict[str, int | str]]]:
    async with reading(database) as session:
        return [(each.kind, dict(each.details)) for each in (await service.state(session)).alarms]


class TestTheTree:
    @pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
    async def test_is_that_of_the_entries(self, database: Database, size: int) -> None:
        await add_entries(database, size)
        assert await integrate(database) == size
        tree, leaves = await tree_of(database), await leaves_of(database)
        assert (tree.size, tree.root) == (size, root(leaves))
        assert len(await tiles_of(database)) == size // 256

    async def test_is_the_same_in_rounds_of_any_length(self, database: Database) -> None:
        sizes = []
        for number in (1, 254, 1, 1, 300, 211, 256):
            await add_entries(database, number)
            while grown := await integrate(database, limit=100):
                sizes.append(grown)
        assert max(sizes) == 100
        tree, leaves = await tree_of(database), await leaves_of(database)
        assert (tree.size, tree.root) == (1024, root(leaves))
        found = await tiles_of(database)
        assert [tile.hashes for tile in found] == [b"".join(leaves[n : n + 256]) for n in range(0, 1024, 256)]

    async def test_has_a_second_level_beyond_65536_entries(self, database: Database) -> None:
        await add_entries(database, 65_537)
        while await integrate(database):
            pass
        tree, leaves = await tree_of(database), await leaves_of(database)
        assert (tree.size, tree.root) == (65_537, root(leaves))
        *lower, upper = await tiles_of(database)
        assert (upper.level, upper.tile, upper.hashes) == (1, 0, b"".join(tile.root for tile in lower))
        await add_entries(database, 300)
        await integrate(database)
        assert (await tree_of(database)).root == root(await leaves_of(database))

    async def test_takes_nothing_that_has_no_index(self, database: Database) -> None:
        await enqueue_some(database, 3)
        assert await integrate(database) == 0
        assert (await tree_of(database)).size == 0


class TestSeveralIntegrators:
    async def test_grow_one_tree(self, database: Database) -> None:
        async def one() -> int:
            grown = 0
            for _ in range(30):
                grown += await integrate(database, limit=37)
                await asyncio.sleep(0)
            return grown

        await add_entries(database, 900)
        grown = await asyncio.gather(*(one() for _ in range(4)))
        while number := await integrate(database):
            grown.append(number)
        assert sum(grown) == 900
        assert (await tree_of(database)).root == root(await leaves_of(database))

    async def test_one_that_dies_leaves_nothing_half(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Died(BaseException):
            pass

        async def die(*_: object) -> None:
            raise Died

        await add_entries(database, 300)
        with monkeypatch.context() as patched:
            patched.setattr(tiles_repository, "set_tree", die)
            with pytest.raises(Died):
                await integrate(database)
        assert await tiles_of(database) == []
        assert await integrate(database) == 300
        assert (await tree_of(database)).root == root(await leaves_of(database))

    async def test_others_wait_for_nobody(self, database: Database) -> None:
        await add_entries(database, 3)
        async with transaction(database) as session:
            assert await tiles_repository.is_integrator(session)
            assert await integrate(database) == 0
        assert await integrate(database) == 3


class TestABitThatFlips:
    """In storage, before it is hashed into the tree: the tree stays whole, and an alarm tells where."""

    @pytest.mark.parametrize("column", ["envelope", "leaf_hash"])
    async def test_in_an_entry_is_found_before_it_is_built_in(
        self, database: Database, owner_url: str, column: str
    ) -> None:
        await add_entries(database, 260)
        await integrate(database)
        await add_entries(database, 20)
        flip = f"UPDATE ledger_entries SET {column} = {FLIPPED.format(column)} WHERE index = 270"  # noqa: S608
        await behind_the_back(owner_url, UNGUARDED, flip)
        with pytest.raises(LogRefused, match="entry_altered"):
            await integrate(database)
        assert (await tree_of(database)).size == 260
        assert await alarms_of(database) == [("entry_altered", {"index": 270})]
        await behind_the_back(owner_url, flip)
        assert await integrate(database) == 20
        assert (await tree_of(database)).root == root(await leaves_of(database))

    async def test_that_is_gone_is_missed(self, database: Database, owner_url: str) -> None:
        await add_entries(database, 10)
        await behind_the_back(owner_url, "DELETE FROM ledger_entries WHERE index = 4")
        with pytest.raises(LogRefused, match="entry_missing"):
            await integrate(database)
        assert await alarms_of(database) == [("entry_missing", {"index": 4})]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_tiles SET root = set_byte(root, 3, get_byte(root, 3) # 4) WHERE tile = 1",
            "UPDATE ledger_tree SET root = set_byte(root, 3, get_byte(root, 3) # 4)",
            "DELETE FROM ledger_tiles WHERE tile = 0",
            "UPDATE ledger_tree SET size = size - 1",
            "DELETE FROM ledger_tree",
        ],
    )
    async def test_in_the_tree_is_found_before_it_grows(
        self, database: Database, owner_url: str, statement: str
    ) -> None:
        await add_entries(database, 600)
        await integrate(database)
        await add_entries(database, 5)
        await behind_the_back(owner_url, statement)
        with pytest.raises(LogRefused, match=AlarmKind.tree_altered):
            await integrate(database)

    async def test_is_told_once_however_often_it_is_seen(self, database: Database, owner_url: str) -> None:
        await add_entries(database, 10)
        await behind_the_back(owner_url, "DELETE FROM ledger_entries WHERE index = 4")
        for _ in range(3):
            with pytest.raises(LogRefused):
                await integrate(database)
        assert len(await alarms_of(database)) == 1
