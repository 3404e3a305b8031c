"""After a rotation everything that lives is sealed anew, whatever else happens to its rows meanwhile."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.accounts.signing_keys import ensure_signing_key, signing_key
from app.core import clock
from app.core.vocabulary import Feed
from app.db.models import BatchArchive, Enrollment, Resealing
from app.db.session import Database, reading, transaction
from app.privacy import keyring_file
from app.privacy.contexts import column_context
from app.privacy.errors import (
    KeyRingChangedLately,
    SealingKeyInUse,
    SealingKeyIsNewest,
    SealingKeyUnknown,
)
from app.privacy.keyring import KeyRing
from app.rotation import service
from app.rotation.schemas import Status
from tests.ingest.deliveries import deliver
from tests.ingest.examples import FULL

ID_NUMBER = column_context("enrollments", "id_number_sealed")
LEARNERS = 25
ALL_VALUES = 2 * LEARNERS + 2 + 1
AT_ONCE = timedelta()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


@pytest.fixture
def ring(path: Path) -> KeyRing:
    return KeyRing.load_or_create(path)


@pytest.fixture
async def stored(database: Database, ring: KeyRing) -> None:
    """A roster, an enterprise and a signing key, all under the first key."""
    roster = [FULL[Feed.enrollments] | {"learner_id": f"L{number}"} for number in range(LEARNERS)]
    await deliver(database, ring, Feed.enrollments, *roster)
    await deliver(database, ring, Feed.enterprises, FULL[Feed.enterprises])
    async with transaction(database) as session:
        await ensure_signing_key(session, ring, clock.now())


def rotated(path: Path) -> KeyRing:
    keyring_file.add_key(path)
    return KeyRing.load_or_create(path)


async def reseal_all(database: Database, ring: KeyRing) -> int:
    values = 0
    while page := await service.reseal_page(database, ring, limit=10, settling=AT_ONCE):
        values += page.values
    return values


async def status(database: Database, ring: KeyRing) -> Status:
    async with reading(database) as session:
        return await service.status(session, ring)


async def counts(database: Database, ring: KeyRing) -> dict[str, tuple[int, int]]:
    return {use.key_id: (use.living, use.kept) for use in (await status(database, ring)).keys}


@pytest.mark.usefixtures("stored")
async def test_what_lives_follows_the_new_key_and_says_the_same(
    database: Database, ring: KeyRing, path: Path
) -> None:
    (old,) = ring.key_ids
    new = rotated(path)
    living, kept = (await counts(database, new))[old]
    assert living == ALL_VALUES
    assert await reseal_all(database, new) == living
    assert await counts(database, new) == {old: (0, kept), new.key_ids[-1]: (living, 0)}
    assert (await status(database, new)).waiting == {}
    async with reading(database) as session:
        for sealed in await session.scalars(select(Enrollment.id_number_sealed)):
            assert sealed is not None
            assert new.open(sealed, ID_NUMBER).decode() == FULL[Feed.enrollments]["id_number"]
        assert await signing_key(session, new)


@pytest.mark.usefixtures("stored")
async def test_what_is_append_only_stays_as_it_came_in(database: Database, ring: KeyRing, path: Path) -> None:
    async def archived() -> list[bytes]:
        async with reading(database) as session:
            return list(await session.scalars(select(BatchArchive.body_sealed)))

    before = await archived()
    await reseal_all(database, rotated(path))
    assert await archived() == before
    assert all(body.startswith(ring.seal(b"", "")[:1] + bytes.fromhex(ring.key_ids[0])) for body in before)


@pytest.mark.usefixtures("stored")
async def test_a_pass_goes_on_where_the_last_page_ended(database: Database, path: Path) -> None:
    """What a kill takes back is the page that was under way."""
    new = rotated(path)
    done = 0
    while not await place_in_the_roster(database):
        page = await service.reseal_page(database, KeyRing.load_or_create(path), limit=10)
        done += page.values if page else 0
    assert 0 < done < ALL_VALUES
    assert await reseal_all(database, new) == ALL_VALUES - done


async def place_in_the_roster(database: Database) -> list[str] | None:
    async with reading(database) as session:
        return await session.scalar(select(Resealing.after).where(Resealing.table_name == "enrollments"))


@pytest.mark.usefixtures("stored")
async def test_a_row_in_anothers_hands_is_left_to_the_next_pass(database: Database, path: Path) -> None:
    """Nobody waits for anybody, and what the other one writes stands."""
    new = rotated(path)
    own = new.seal(b"another", ID_NUMBER)
    async with transaction(database) as session:
        of_one = update(Enrollment).where(Enrollment.learner_id == "L3")
        await session.execute(of_one.values(id_number_sealed=own))
        async with asyncio.timeout(10):
            for _ in range(3):
                await service.reseal_page(database, new, limit=10)
    assert await reseal_all(database, new) > 0
    assert next(living for living, _ in (await counts(database, new)).values()) == 0
    async with reading(database) as session:
        statement = select(Enrollment.id_number_sealed).where(Enrollment.learner_id == "L3")
        assert await session.scalar(statement) == own


@pytest.mark.usefixtures("stored")
async def test_several_workers_share_the_tables(database: Database, path: Path) -> None:
    new = rotated(path)
    done = await asyncio.gather(*(reseal_all(database, new) for _ in range(4)))
    assert next(living for living, _ in (await counts(database, new)).values()) == 0
    assert sum(done) >= ALL_VALUES


@pytest.mark.usefixtures("stored")
async def test_what_a_late_program_sealed_is_found_by_a_later_pass(
    database: Database, ring: KeyRing, path: Path
) -> None:
    new = rotated(path)
    ring._file = None  # it never looks again
    while await service.reseal_page(database, new):
        pass
    assert (await status(database, new)).waiting  # not believed before everybody must have seen the key
    late = FULL[Feed.enrollments] | {"learner_id": "L99"}
    await deliver(database, ring, Feed.enrollments, late)
    assert (await counts(database, new))[ring._sealing.header[1:].hex()][0] == 2
    async with transaction(database) as session:
        await session.execute(update(Resealing).values(due_at=clock.now()))
    assert await reseal_all(database, new) == 2


@pytest.mark.usefixtures("stored")
async def test_a_key_is_retired_once_nothing_is_sealed_with_it(
    database: Database, ring: KeyRing, path: Path
) -> None:
    (old,) = ring.key_ids
    unused = rotated(path).key_ids[-1]
    new = rotated(path)
    async with reading(database) as session:
        with pytest.raises(KeyRingChangedLately):
            await service.retire(session, new, path, unused)
        an_hour_ago = (clock.now() - timedelta(hours=1)).timestamp()
        os.utime(path, (an_hour_ago, an_hour_ago))
        with pytest.raises(SealingKeyUnknown):
            await service.retire(session, new, path, "00000000")
        with pytest.raises(SealingKeyIsNewest):
            await service.retire(session, new, path, new.key_ids[-1])
        with pytest.raises(SealingKeyInUse) as refused:
            await service.retire(session, new, path, old)
        assert str(ALL_VALUES + 4) in refused.value.detail.en
        await service.retire(session, new, path, unused)
    assert KeyRing.load_or_create(path).key_ids == [old, new.key_ids[-1]]


@pytest.mark.usefixtures("stored")
async def test_values_of_a_foreign_ring_are_told_as_such(database: Database, tmp_path: Path) -> None:
    foreign = KeyRing.load_or_create(tmp_path / "foreign.json")
    found = await status(database, foreign)
    assert [(use.is_known, use.seals, use.living > 0) for use in found.keys] == [
        (True, True, False),
        (False, False, True),
    ]
