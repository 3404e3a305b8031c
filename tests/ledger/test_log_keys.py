"""Keys of the log come and go: old and new sign together for a while, and old notes stay verifiable."""

import json
from pathlib import Path

import pytest

from app.core import clock
from app.db.session import Database, reading, transaction
from app.ledger import checkpoints_repository, entries, log_keys, repository
from app.ledger.checkpoint import Checkpoint, read_note, signers, verifier_key
from app.ledger.envelope import EntryKind
from app.ledger.errors import LogKeyNeeded, LogKeyUnknown, LogRefused
from app.ledger.log_keys import LogKey, public_keys
from app.ledger.publication import Publishing, publish
from app.privacy.keyring import KeyRing
from tests.ledger.log import add_entries, behind_the_back, integrate_all
from tests.ledger.test_publication import assert_honest


class Log:
    """With the operator's hand on its keys."""

    def __init__(self, database: Database, key_ring: KeyRing, memory: Path) -> None:
        self.database, self.key_ring = database, key_ring
        self.publishing = Publishing(memory=memory)

    async def publish(self) -> Checkpoint:
        await add_entries(self.database, 3)
        found = await publish(self.database, self.key_ring, self.publishing)
        assert found is not None
        return found

    async def add(self) -> str:
        async with transaction(self.database) as session:
            return (await log_keys.add(session, self.key_ring, None, clock.now())).kid

    async def retire(self, kid: str) -> None:
        async with transaction(self.database) as session:
            await log_keys.retire(session, kid, clock.now())

    async def history(self) -> list[LogKey]:
        async with reading(self.database) as session:
            return await log_keys.history(session)


@pytest.fixture
def log(database: Database, key_ring: KeyRing, tmp_path: Path) -> Log:
    return Log(database, key_ring, tmp_path / "ledger-signed")


def signed_by(checkpoint: Checkpoint) -> list[str]:
    return [each.key_id.hex() for each in read_note(checkpoint.note).signatures]


async def test_a_rotation_in_the_middle_of_the_log(log: Log) -> None:
    before = await log.publish()
    (old,) = [key.kid for key in await log.history()]
    new = await log.add()
    both = await log.publish()
    await log.retire(old)
    after = await log.publish()
    assert [signed_by(each) for each in (before, both, after)] == [[old], [old, new], [new]]
    assert [(key.kid, key.retired_at is None) for key in await log.history()] == [(old, False), (new, True)]
    await assert_honest(log.database)


async def test_who_knows_the_old_key_alone_verifies_all_that_it_signed(log: Log) -> None:
    before = await log.publish()
    (old,) = await log.history()
    await log.add()
    both = await log.publish()
    await log.retire(old.kid)
    after = await log.publish()
    async with reading(log.database) as session:
        keys = public_keys(await checkpoints_repository.keys(session))
    known = {bytes.fromhex(old.kid): keys[bytes.fromhex(old.kid)]}
    assert [bool(signers(read_note(each.note), known)) for each in (before, both, after)] == [
        True,
        True,
        False,
    ]


async def test_a_key_retires_once_another_has_signed_beside_it(log: Log) -> None:
    with pytest.raises(LogKeyUnknown):
        await log.retire("00000000")
    await log.publish()
    (old,) = [key.kid for key in await log.history()]
    with pytest.raises(LogKeyNeeded):
        await log.retire(old)
    new = await log.add()
    with pytest.raises(LogKeyNeeded):
        await log.retire(old)
    await log.publish()
    await log.retire(old)
    with pytest.raises(LogKeyUnknown):
        await log.retire(old)
    with pytest.raises(LogKeyNeeded):
        await log.retire(new)


async def test_each_change_is_an_entry_of_the_log(log: Log) -> None:
    await log.publish()
    new = await log.add()
    await log.publish()
    (old, _) = await log.history()
    await log.retire(old.kid)
    await integrate_all(log.database)
    told = []
    async with reading(log.database) as session:
        for index in range(await repository.ledger_size(session)):
            entry = await entries.entry(session, index)
            if entry.kind is EntryKind.key:
                told.append(json.loads(entry.envelope))
                assert await entries.entry_of(session, entry.subject_id) == entry
    assert [(each["act"], each["key_id"]) for each in told] == [
        ("created", old.kid),
        ("created", new),
        ("retired", old.kid),
    ]
    for each in told[:1]:
        assert verifier_key(each["key_name"], bytes.fromhex(each["public_key"])) == old.vkey


async def test_one_that_is_not_its_public_key_signs_nothing(log: Log, owner_url: str) -> None:
    """Not even the first checkpoint, which nothing comes before."""
    await log.add()
    await behind_the_back(owner_url, "UPDATE ledger_log_keys SET public_key = sha256('another')")
    with pytest.raises(LogRefused, match="key_altered"):
        await log.publish()


async def test_a_private_key_is_sealed(log: Log) -> None:
    await log.publish()
    async with reading(log.database) as session:
        (row,) = await checkpoints_repository.keys(session)
        (private_key,) = await log_keys.signing(session, log.key_ring)
    assert private_key.private_bytes_raw() not in row.private_key_sealed
    assert private_key.public_key().public_bytes_raw() == row.public_key
