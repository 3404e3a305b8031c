"""A class group lies in the district of its enterprise, whichever of the two comes first or changes."""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select

from app.core.ids import PlatformCode
from app.core.vocabulary import Feed
from app.db import migrate
from app.db.models import ClassGroup, Enterprise
from app.db.session import Database, reading, transaction
from app.ingest.districts_repository import districts, lock_districts, move_class_groups
from app.ingest.errors import BatchRejected
from app.privacy.keyring import KeyRing
from app.records.districts import district_of
from tests.factories.feeds import BATCH, put
from tests.ingest.deliveries import PLATFORM, deliver, rows
from tests.ingest.examples import NOW, OTHER_USCC, USCC, Record, changed

BEFORE = "20261121_02"
"""The revision that knew of no districts of class groups."""
OTHER = PlatformCode("vod-b")
NORTH, SOUTH, EAST = "110105", "440204", "330106"
WAITS = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Intake:
    """Each batch is received a second after the one before."""

    def __init__(self, database: Database, key_ring: KeyRing) -> None:
        self.database, self.key_ring = database, key_ring
        self.moments = (NOW + timedelta(seconds=number) for number in count())

    async def enterprise(
        self, district: str, *, platform: PlatformCode = PLATFORM, uscc: str = USCC, **changes: object
    ) -> None:
        entry = changed(Feed.enterprises, uscc=uscc, district_code=district, **changes)
        await self.deliver(Feed.enterprises, entry, platform=platform)

    async def class_groups(
        self, *numbers: int, platform: PlatformCode = PLATFORM, uscc: str = USCC, **changes: object
    ) -> None:
        records = (class_group(number, uscc, **changes) for number in numbers)
        await self.deliver(Feed.class_groups, *records, platform=platform)

    async def deliver(self, feed: Feed, *records: Record | bytes, **changes: object) -> None:
        await deliver(self.database, self.key_ring, feed, *records, received_at=next(self.moments), **changes)

    async def found(self) -> Mapping[tuple[str, str], str | None]:
        """The district of each class group, which is the one that the entries say."""
        statement = select(
            ClassGroup.platform,
            ClassGroup.class_group_id,
            ClassGroup.district_code,
            district_of(ClassGroup.enterprise_uscc),
        )
        async with reading(self.database) as session:
            answer = (await session.execute(statement)).all()
        assert [kept for *_, kept, _ in answer] == [said for *_, said in answer]
        return {(platform, class_group_id): kept for platform, class_group_id, kept, _ in answer}


def class_group(number: int, uscc: str = USCC, **changes: object) -> Record:
    return changed(Feed.class_groups, class_group_id=f"C{number}", enterprise_uscc=uscc, **changes)


@pytest.fixture
def intake(database: Database, key_ring: KeyRing) -> Intake:
    return Intake(database, key_ring)


async def test_is_known_at_once_where_the_enterprise_came_first(intake: Intake) -> None:
    await intake.enterprise(NORTH)
    await intake.class_groups(1)
    assert await intake.found() == {(PLATFORM, "C1"): NORTH}


async def test_comes_late_with_the_enterprise_to_the_class_groups_of_all_platforms(intake: Intake) -> None:
    await intake.class_groups(1)
    await intake.class_groups(2, platform=OTHER)
    await intake.class_groups(3, uscc=OTHER_USCC)
    assert set((await intake.found()).values()) == {None}
    await intake.enterprise(NORTH)
    assert await intake.found() == {(PLATFORM, "C1"): NORTH, (OTHER, "C2"): NORTH, (PLATFORM, "C3"): None}


@pytest.mark.parametrize("number", [120, 1200])
async def test_of_large_batches_comes_with_the_rows(intake: Intake, number: int) -> None:
    """By COPY, and with one that is stored already among them."""
    await intake.enterprise(NORTH)
    await intake.class_groups(*range(number))
    await intake.class_groups(*range(number - 1, 2 * number), name="更名", revision=1)
    assert set((await intake.found()).values()) == {NORTH}
    assert len(await intake.found()) == 2 * number


class TestTheEntryThatDecides:
    async def test_is_that_of_who_named_the_enterprise_first(self, intake: Intake) -> None:
        await intake.class_groups(1)
        await intake.enterprise(NORTH)
        await intake.enterprise(SOUTH, platform=OTHER)
        assert await intake.found() == {(PLATFORM, "C1"): NORTH}

    async def test_moves_class_groups_when_it_changes(self, intake: Intake) -> None:
        await intake.class_groups(1)
        await intake.class_groups(2, platform=OTHER)
        await intake.enterprise(NORTH)
        await intake.enterprise(EAST, revision=1)
        assert set((await intake.found()).values()) == {EAST}

    async def test_of_an_older_revision_moves_nothing(self, intake: Intake) -> None:
        await intake.class_groups(1)
        await intake.enterprise(NORTH, revision=2)
        await intake.enterprise(EAST, revision=1)
        assert await intake.found() == {(PLATFORM, "C1"): NORTH}

    async def test_passes_to_the_next_when_it_is_deleted_and_back_when_it_returns(
        self, intake: Intake
    ) -> None:
        await intake.class_groups(1, platform=OTHER)
        await intake.enterprise(NORTH)
        await intake.enterprise(SOUTH, platform=OTHER)
        await intake.enterprise(NORTH, deleted=True, revision=1)
        assert await intake.found() == {(OTHER, "C1"): SOUTH}
        await intake.enterprise(SOUTH, platform=OTHER, deleted=True, revision=1)
        assert await intake.found() == {(OTHER, "C1"): None}
        await intake.enterprise(EAST, revision=2)
        assert await intake.found() == {(OTHER, "C1"): EAST}


class TestAClassGroup:
    async def test_follows_the_enterprise_it_passes_to(self, intake: Intake) -> None:
        await intake.enterprise(NORTH)
        await intake.enterprise(SOUTH, uscc=OTHER_USCC)
        await intake.class_groups(1)
        await intake.class_groups(1, uscc=OTHER_USCC, revision=1)
        assert await intake.found() == {(PLATFORM, "C1"): SOUTH}
        await intake.enterprise(EAST, revision=1)
        assert await intake.found() == {(PLATFORM, "C1"): SOUTH}

    async def test_keeps_right_when_it_is_deleted_and_returns(self, intake: Intake) -> None:
        await intake.enterprise(NORTH)
        await intake.class_groups(1)
        await intake.class_groups(1, deleted=True, revision=1)
        await intake.enterprise(EAST, revision=1)
        await intake.class_groups(1, revision=2)
        assert await intake.found() == {(PLATFORM, "C1"): EAST}


async def test_a_batch_that_is_refused_moves_nothing(intake: Intake) -> None:
    await intake.class_groups(1)
    with pytest.raises(BatchRejected):
        entry = changed(Feed.enterprises, district_code=NORTH)
        await intake.deliver(Feed.enterprises, entry, b"{}", atomic=True)
    assert await intake.found() == {(PLATFORM, "C1"): None}


class TestAtOnce:
    async def test_a_class_group_waits_for_the_entry_that_is_being_stored(self, intake: Intake) -> None:
        async with transaction(intake.database) as session:
            await lock_districts(session, [USCC], is_shared=False)
            arriving = asyncio.create_task(intake.class_groups(1))
            while not await rows(intake.database, WAITS):
                assert not arriving.done()
            entry = {"platform": OTHER, "uscc": USCC, "district_code": NORTH, "first_batch_id": BATCH}
            await put(session, Enterprise, **entry)
            await move_class_groups(session, [USCC])
        await arriving
        assert await intake.found() == {(PLATFORM, "C1"): NORTH}

    @pytest.mark.parametrize("seed", range(3))
    async def test_whatever_comes_at_once_each_lies_where_the_entries_say(
        self, intake: Intake, seed: int
    ) -> None:
        """Class groups that arrive, pass to the other enterprise, enterprises that are named and moved."""
        chance = random.Random(seed)  # noqa: S311 (an order, no secret)
        pushes = [
            *(
                intake.class_groups(*range(20), platform=platform, uscc=uscc, revision=revision)
                for platform in (PLATFORM, OTHER)
                for revision, uscc in enumerate((USCC, OTHER_USCC, USCC))
            ),
            *(
                intake.enterprise(district, platform=platform, uscc=uscc, revision=revision)
                for platform in (PLATFORM, OTHER)
                for uscc in (USCC, OTHER_USCC)
                for revision, district in enumerate((NORTH, SOUTH, EAST))
            ),
        ]
        chance.shuffle(pushes)
        await asyncio.gather(*pushes)
        assert len(await intake.found()) == 40


async def test_only_those_asked_for_are_told(database: Database, intake: Intake) -> None:
    await intake.enterprise(NORTH)
    async with transaction(database) as session:
        assert await districts(session, [USCC, OTHER_USCC]) == {USCC: NORTH}


async def test_class_groups_that_were_stored_before_are_given_theirs(intake: Intake, owner_url: str) -> None:
    await intake.class_groups(1, 2)
    await intake.class_groups(3, uscc=OTHER_USCC)
    await intake.enterprise(NORTH)
    await intake.enterprise(SOUTH, platform=OTHER)
    before = await intake.found()
    await intake.database.dispose()
    await asyncio.to_thread(migrate.downgrade, owner_url, BEFORE)
    await asyncio.to_thread(migrate.upgrade, owner_url)
    assert await intake.found() == before
    assert before == {(PLATFORM, "C1"): NORTH, (PLATFORM, "C2"): NORTH, (PLATFORM, "C3"): None}
