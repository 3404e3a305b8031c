"""The signer signs what continues its last signature and what it has hashed for itself, and nothing else."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.core import clock
from app.db.session import Database, reading
from app.ledger import checkpoints_repository, proofs, service
from app.ledger.checkpoint import Checkpoint, read_note, signers
from app.ledger.errors import LogRefused, OriginDiffers
from app.ledger.integration import integrate
from app.ledger.log_keys import public_keys
from app.ledger.merkle import root
from app.ledger.paths import consistency_spans
from app.ledger.publication import Publishing, Standing, publish, publish_when_due, sign
from app.ledger.service import LogState
from app.privacy.keyring import KeyRing
from tests.ledger.log import UNGUARDED, add_entries, behind_the_back, integrate_all, leaves_of


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(memory=tmp_path / "ledger-signed")


async def state_of(database: Database) -> LogState:
    async with reading(database, repeatable=True) as session:
        return await service.state(session)


async def published(database: Database, key_ring: KeyRing, publishing: Publishing) -> Checkpoint:
    found = await publish(database, key_ring, publishing)
    assert found is not None
    return found


async def all_of(database: Database) -> Sequence[Checkpoint]:
    """The oldest first."""
    async with reading(database) as session:
        return (await checkpoints_repository.checkpoints(session, None, 10_000))[::-1]


async def assert_honest(database: Database) -> None:
    """Every checkpoint is signed, is of the first entries of the log, and is proved to continue the last."""
    leaves, found = await leaves_of(database), await all_of(database)
    async with reading(database) as session:
        keys = public_keys(await checkpoints_repository.keys(session))
        for each in found:
            signed = read_note(each.note)
            assert signers(signed, keys)
            assert (signed.size, signed.root) == (each.size, each.root)
            assert each.root == root(leaves[: each.size])
        for old, new in pairwise(found):
            proof = await proofs.consistency(session, old.size, new.size)
            spans = consistency_spans(old.size, new.size)
            assert list(proof) == [root(leaves[span.start : span.end]) for span in spans]
            assert old.issued_at <= new.issued_at


class TestACheckpoint:
    async def test_covers_all_that_is_committed(
        self, database: Database, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        await add_entries(database, 300)
        first = await published(database, key_ring, publishing)
        assert first.size == 301  # with the entry of the key that was made for it
        assert first.root == root(await leaves_of(database))
        await add_entries(database, 500)
        assert (await published(database, key_ring, publishing)).size == 801
        await assert_honest(database)

    async def test_is_not_signed_again_where_nothing_came(
        self, database: Database, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        assert await published(database, key_ring, publishing) == await published(
            database, key_ring, publishing
        )
        assert len(await all_of(database)) == 1

    async def test_is_named_as_the_setting_says_and_for_good(
        self, database: Database, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        named = publishing._replace(origin="supervise.example/ledger")
        assert (
            read_note((await published(database, key_ring, named)).note).origin == "supervise.example/ledger"
        )
        await add_entries(database, 1)
        assert (await published(database, key_ring, publishing)).note.startswith("supervise.example/ledger\n")
        with pytest.raises(OriginDiffers):
            await publish(database, key_ring, publishing._replace(origin="supervise.example/other"))

    async def test_comes_when_it_is_due(
        self, database: Database, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        assert not await publish_when_due(database, key_ring, publishing)
        await add_entries(database, 1)
        await integrate(database)
        assert await publish_when_due(database, key_ring, publishing)
        await integrate_all(database)
        assert not await publish_when_due(database, key_ring, publishing)
        assert await publish_when_due(database, key_ring, publishing._replace(every=timedelta(0)))
        assert [each.size for each in await all_of(database)] == [1, 2]


class TestSeveralPublishers:
    async def test_sign_one_log(
        self, database: Database, key_ring: KeyRing, publishing: Publishing, tmp_path: Path
    ) -> None:
        """Two on one machine and two on others, while the log grows."""
        others = [Publishing(memory=tmp_path / name / "ledger-signed") for name in ("a", "b")]

        async def publish_on(one: Publishing) -> None:
            for _ in range(6):
                await publish(database, key_ring, one)

        async def go_on() -> None:
            for _ in range(20):
                await add_entries(database, 13)

        await asyncio.gather(go_on(), *(publish_on(one) for one in (publishing, publishing, *others)))
        await published(database, key_ring, publishing)
        assert (await state_of(database)).alarms == []
        await assert_honest(database)


class TestAClockThatIsSetBack:
    async def test_never_makes_checkpoints_disordered_nor_too_many(
        self, database: Database, key_ring: KeyRing, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The date of the last one lies ahead for a month; the interval is kept by what went by meanwhile."""
        went_by_s = 0.0
        publishing = publishing._replace(standing=Standing(lambda: went_by_s))
        await add_entries(database, 1)
        found = [await published(database, key_ring, publishing)]
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=30))

        async def grows() -> bool:
            await add_entries(database, 1)
            await integrate(database)
            return await publish_when_due(database, key_ring, publishing)

        for _ in range(2):
            assert [await grows() for _ in range(3)] == [False, False, False]
            went_by_s += 60
            assert await grows()
            found.append((await all_of(database))[-1])
        assert [each.size for each in found] == [2, 6, 10]
        assert {each.issued_at for each in found} == {found[0].issued_at}
        assert await all_of(database) == found
        await assert_honest(database)


REPLACE = """
    UPDATE ledger_entries SET envelope = '[]', leaf_hash = sha256('\\x005b5d'::bytea) WHERE index = {}
"""
FLIP_THE_KEY = """
    UPDATE ledger_log_keys
    SET private_key_sealed = set_byte(private_key_sealed, {0}, get_byte(private_key_sealed, {0}) # 1)
"""
Alteration = tuple[str, tuple[str, ...]]
ALTERATIONS: dict[str, Alteration] = {
    "an envelope": (
        "entry_altered",
        (UNGUARDED, "UPDATE ledger_entries SET envelope = set_byte(envelope, 2, 88) WHERE index = 310"),
    ),
    "a leaf hash": (
        "entry_altered",
        (UNGUARDED, "UPDATE ledger_entries SET leaf_hash = set_byte(leaf_hash, 2, 88) WHERE index = 310"),
    ),
    "an envelope with its leaf hash": (
        "root_differs",
        (REPLACE.format(790),),
    ),
    "an envelope with its leaf hash under a tile": (
        "tile_altered",
        (REPLACE.format(310),),
    ),
    "a tile": (
        "tile_altered",
        ("UPDATE ledger_tiles SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE tile = 2",),
    ),
    "a tile's root": (
        "tile_altered",
        ("UPDATE ledger_tiles SET root = set_byte(root, 4, get_byte(root, 4) # 1) WHERE tile = 2",),
    ),
    "a tile that is gone": ("tile_altered", ("DELETE FROM ledger_tiles WHERE tile = 2",)),
    "the root of the tree": (
        "root_differs",
        ("UPDATE ledger_tree SET root = set_byte(root, 4, get_byte(root, 4) # 1)",),
    ),
    "an entry that is gone": ("entry_missing", ("DELETE FROM ledger_entries WHERE index = 400",)),
    "a tree that shrank": ("shrunk", ("UPDATE ledger_tree SET size = 100",)),
    "what was signed before": (
        "inconsistent",
        ("UPDATE ledger_tiles SET root = set_byte(root, 4, get_byte(root, 4) # 1) WHERE tile = 0",),
    ),
    "the last checkpoint": (
        "signature_broken",
        ("UPDATE ledger_checkpoints SET note = replace(note, '\n301\n', '\n300\n')",),
    ),
    "the row of the tree": ("shrunk", ("DELETE FROM ledger_tree",)),
    "a public key": (
        "signature_broken",
        ("UPDATE ledger_log_keys SET public_key = substr(public_key, 1, 31)",),
    ),
    "a key's id": ("signature_broken", ("UPDATE ledger_log_keys SET kid = 'none'",)),
    "a private key": (
        "key_altered",
        (FLIP_THE_KEY.format(20),),
    ),
    "what names the key that a private key is sealed with": (
        "key_altered",
        (FLIP_THE_KEY.format(2),),
    ),
    "keys that are gone": ("signature_broken", ("DELETE FROM ledger_log_keys",)),
    "a name that is gone": ("signature_broken", ("DELETE FROM ledger_origin",)),
    "the last checkpoint's root": (
        "signature_broken",
        ("UPDATE ledger_checkpoints SET root = sha256('other')",),
    ),
}


class TestABitThatFlips:
    """Between the integration and the signature: nothing is signed, and an alarm tells what was found."""

    @pytest.mark.parametrize("what", ALTERATIONS)
    async def test_is_found_before_it_is_signed(
        self, database: Database, owner_url: str, key_ring: KeyRing, publishing: Publishing, what: str
    ) -> None:
        await add_entries(database, 300)
        last = await published(database, key_ring, publishing)
        await add_entries(database, 500)
        await integrate(database)
        kind, statements = ALTERATIONS[what]
        await behind_the_back(owner_url, *statements)
        with pytest.raises(LogRefused, match=kind):
            await sign(database, key_ring, publishing)
        assert [each.size for each in await all_of(database)] == [last.size]
        state = await state_of(database)
        assert state.refused is not None
        assert state.refused.kind == kind
        with pytest.raises(LogRefused):
            await publish(database, key_ring, publishing)

    async def test_and_is_mended_is_forgotten_but_for_the_alarm(
        self, database: Database, owner_url: str, key_ring: KeyRing, publishing: Publishing
    ) -> None:
        await published(database, key_ring, publishing)
        await add_entries(database, 5)
        await integrate(database)
        flip = "UPDATE ledger_tree SET root = set_byte(root, 4, get_byte(root, 4) # 1)"
        await behind_the_back(owner_url, flip)
        for _ in range(2):
            with pytest.raises(LogRefused):
                await sign(database, key_ring, publishing)
        await behind_the_back(owner_url, flip)
        await published(database, key_ring, publishing)
        state = await state_of(database)
        assert state.refused is None
        assert [each.kind for each in state.alarms] == ["root_differs"]
