"""A database that was set back is consistent in itself; only the file of the machine knows better."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.db.session import Database
from app.ledger import checkpoints_repository
from app.ledger.checkpoint import read_note
from app.ledger.errors import LogRefused, SignerBusy
from app.ledger.integration import integrate
from app.ledger.memory import SignerMemory
from app.ledger.publication import Publishing, publish, publish_when_due
from app.privacy.keyring import KeyRing
from tests.ledger.log import add_entries, behind_the_back
from tests.ledger.test_publication import all_of, assert_honest, published


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(memory=tmp_path / "ledger-signed")


REWIND = (
    "DELETE FROM ledger_checkpoints WHERE size > {size}",
    "DELETE FROM ledger_entries WHERE index >= {size}",
    "UPDATE ledger_head SET size = {size}",
    "DELETE FROM ledger_tiles WHERE (tile + 1) * 256 > {size}",
    "UPDATE ledger_tree SET (size, root) = (SELECT size, root FROM ledger_checkpoints WHERE size = {size})",
)


async def rewind(owner_url: str, size: int) -> None:
    await behind_the_back(owner_url, *(statement.format(size=size) for statement in REWIND))


async def test_a_machine_signs_one_at_a_time(publishing: Publishing) -> None:
    assert publishing.memory is not None
    one, other = SignerMemory(publishing.memory), SignerMemory(publishing.memory)
    async with one.held():
        with pytest.raises(SignerBusy):
            async with other.held(patience_s=0):
                pass
    async with other.held(patience_s=0):
        pass


class Died(BaseException):
    pass


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Between the file and the database."""

    async def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(checkpoints_repository, "add_checkpoint", die)
        yield


class TestADatabaseThatWasSetBack:
    async def test_is_refused(
        self, database: Database, owner_url: str, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        first = await published(database, key_ring, publishing)
        await add_entries(database, 300)
        await published(database, key_ring, publishing)
        await rewind(owner_url, first.size)
        await add_entries(database, 200)
        with pytest.raises(LogRefused, match="set_back"):
            await publish(database, key_ring, publishing)

    async def test_is_refused_too_when_it_has_grown_past_what_was_signed(
        self, database: Database, owner_url: str, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        first = await published(database, key_ring, publishing)
        await add_entries(database, 300)
        await published(database, key_ring, publishing)
        await rewind(owner_url, first.size)
        await add_entries(database, 400, word="other")
        with pytest.raises(LogRefused, match="set_back"):
            await publish(database, key_ring, publishing)

    async def test_another_log_with_the_same_file_is_refused(
        self, database: Database, owner_url: str, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        await published(database, key_ring, publishing)
        await behind_the_back(
            owner_url,
            "DELETE FROM ledger_checkpoints",
            "DELETE FROM ledger_log_keys",
            "DELETE FROM ledger_origin",
        )
        with pytest.raises(LogRefused, match="other_log"):
            await publish(database, key_ring, publishing)

    async def test_what_was_remembered_and_not_committed_is_no_such_thing(
        self, database: Database, key_ring: KeyRing, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A program that dies between its file and the database."""
        first = await published(database, key_ring, publishing)
        await add_entries(database, 300)
        with dying(monkeypatch):
            await publish(database, key_ring, publishing)
        assert [each.size for each in await all_of(database)] == [first.size]
        assert publishing.memory is not None
        assert read_note(publishing.memory.read_text()).size == first.size + 300
        await add_entries(database, 1)
        assert (await published(database, key_ring, publishing)).size == first.size + 301
        await assert_honest(database)

    async def test_nor_is_the_first_checkpoint_of_a_log(
        self, database: Database, key_ring: KeyRing, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a worker makes it: the name and the key that have signed are there for the next one."""
        await add_entries(database, 3)
        await integrate(database)
        with dying(monkeypatch):
            await publish_when_due(database, key_ring, publishing)
        assert await all_of(database) == []
        assert publishing.memory is not None
        remembered = read_note(publishing.memory.read_text())
        assert await publish_when_due(database, key_ring, publishing)
        (first,) = await all_of(database)
        assert read_note(first.note)[1:4] == remembered[1:4]
        await assert_honest(database)
