"""What was disposed of is no difference, as long as its record says so."""

# ruff: noqa: S608 (statements are put together from constants)

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from fastapi import FastAPI

from app.api.deps import Resources
from app.audit.schemas import Difference
from app.audit.service import Checking, deep_check
from app.core import clock
from app.core.vocabulary import Feed
from app.custody.rounds import close_round
from app.ledger.sequence import sequence
from tests.api.conftest import app, doors, stranger
from tests.retention.conftest import officials, past
from tests.retention.past import C1, C2, Officials, assess, disposed, of_2020, push, push_class_group
from tests.server import CloneServer

__all__ = ["app", "doors", "officials", "past", "stranger"]


LOOK = """
    WITH told AS (
        INSERT INTO video_checks
        SELECT gen_random_uuid(), 'live-a', class_group_id, 'V1', 'probe', now(), 'found', '{"bytes": 1}',
               gen_random_uuid(), 1
        FROM unnest($1::text[]) AS each (class_group_id)
        RETURNING check_id
    ) INSERT INTO video_checks_waiting SELECT check_id FROM told
"""
IN_ROUND = "SELECT check_id FROM custody_rounds JOIN video_checks ON check_id = ANY (check_ids)"
OF_BOTH = f"{IN_ROUND} WHERE cardinality(check_ids) = 4"
OF_ONE = f"{IN_ROUND} WHERE cardinality(check_ids) < 4"
GONE = "SELECT object_id FROM disposed_objects"
HIDDEN = """
    INSERT INTO disposed_objects
    SELECT 'batch', batch_id, leaf_hash, disposal_id FROM batches, disposals WHERE batch_id = $1
"""


async def differences(app: FastAPI) -> list[Difference]:
    resources: Resources = app.state.resources
    checking = Checking(resources.database, resources.key_ring, resources.library)
    return list((await deep_check(checking))[1])


@pytest.fixture
async def gone(past: FastAPI, officials: Officials) -> FastAPI:
    """One class group of two."""
    await push_class_group(past, "C2")
    await assess(past, C1, C2)
    assert await differences(past) == []
    await disposed(officials)
    await sequence(past.state.resources.database)
    return past


@pytest.fixture
async def owner(clone_server: CloneServer, database_name: str) -> AsyncIterator[asyncpg.Connection]:
    """May do what nobody should."""
    connection = await asyncpg.connect(clone_server.superuser_url(database_name))
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


async def look(owner: asyncpg.Connection, *class_group_ids: str) -> None:
    """At a video of each, as custody notes it."""
    await owner.execute(LOOK, list(class_group_ids))


async def closed(app: FastAPI) -> None:
    resources: Resources = app.state.resources
    assert await close_round(resources.database, resources.key_ring)
    await sequence(resources.database)


async def test_a_disposal_is_no_difference(gone: FastAPI) -> None:
    assert await differences(gone) == []


@pytest.mark.parametrize(
    ("act", "table"),
    [
        ("UPDATE disposals SET disposed_at = now()", "disposals"),
        (
            """ALTER TABLE disposal_records DROP CONSTRAINT ck_disposal_records_hashes_document;
               UPDATE disposal_records SET document = document || ' '""",
            "disposal_records",
        ),
        ("DELETE FROM disposed_objects WHERE kind = 'batch'", "batch_archives"),
        ("DELETE FROM disposed_objects WHERE kind = 'run'", "assessment_runs"),
        (
            """INSERT INTO disposed_objects
               SELECT 'batch', batch_id, leaf_hash, disposal_id FROM batches, disposals
               WHERE batch_id NOT IN (SELECT object_id FROM disposed_objects)""",
            "disposed_objects",
        ),
        (
            """INSERT INTO disposed_objects
               SELECT 'batch', batch_id, leaf_hash, gen_random_uuid() FROM batches
               WHERE batch_id NOT IN (SELECT object_id FROM disposed_objects)""",
            "disposed_objects",
        ),
        (
            "INSERT INTO disposal_neighbours SELECT 'live-a', 'C9', disposal_id FROM disposals",
            "disposal_neighbours",
        ),
        (
            "INSERT INTO disposal_neighbours VALUES ('live-a', 'C2', gen_random_uuid())",
            "disposal_neighbours",
        ),
        ("DELETE FROM batch_archives", "batch_archives"),
        ("DELETE FROM disposed_objects WHERE kind = 'decision'", "disposed_objects"),
        ("UPDATE disposed_objects SET hash = sha256('') WHERE kind = 'run'", "disposed_objects"),
        (f"UPDATE batches SET records_root = sha256('') WHERE batch_id IN ({GONE})", "batches"),
        (f"UPDATE batches SET client_id = 'other' WHERE batch_id IN ({GONE})", "batches"),
        (f"UPDATE batches SET leaf_hash = sha256('') WHERE batch_id IN ({GONE})", "batches"),
    ],
)
async def test_what_hides_behind_a_disposal_is_found(
    gone: FastAPI, owner: asyncpg.Connection, act: str, table: str
) -> None:
    await owner.execute(act)
    assert table in {each.table for each in await differences(gone)}


async def test_a_batch_that_is_kept_for_another_class_group_does_not_go_by_hand(
    past: FastAPI, officials: Officials, owner: asyncpg.Connection
) -> None:
    """The record names it, as one that is kept."""
    await push_class_group(past, "C2")
    shared = [of_2020(Feed.videos, class_group_id=each, video_id="V2") for each in ("C1", "C2")]
    batch_id = (await push(past, Feed.videos, *shared)).batch.batch_id
    await assess(past, C1, C2)
    await disposed(officials)
    await sequence(past.state.resources.database)
    assert await differences(past) == []
    await owner.execute(HIDDEN, batch_id)
    await owner.execute("DELETE FROM batch_archives WHERE batch_id = $1", batch_id)
    assert "disposed_objects" in {each.table for each in await differences(past)}


class TestLooksAtVideos:
    @pytest.fixture
    async def looked_at(self, past: FastAPI, officials: Officials, owner: asyncpg.Connection) -> FastAPI:
        """A round of both class groups, one of C2 alone; then C1 is disposed of."""
        await push_class_group(past, "C2")
        await assess(past, C1, C2)
        for looks in (("C1", "C1", "C2", "C2"), ("C2", "C2", "C2")):
            await look(owner, *looks)
            await closed(past)
        assert await differences(past) == []
        await disposed(officials)
        await sequence(past.state.resources.database)
        return past

    async def test_those_that_were_disposed_of_are_no_difference(self, looked_at: FastAPI) -> None:
        assert await differences(looked_at) == []

    @pytest.mark.parametrize("in_round", [OF_BOTH, OF_ONE])
    async def test_no_other_goes_unseen_with_them(
        self, looked_at: FastAPI, owner: asyncpg.Connection, in_round: str
    ) -> None:
        """So that the rest of its round could be rewritten."""
        await owner.execute(f"DELETE FROM video_checks WHERE check_id IN ({in_round} LIMIT 1)")
        await owner.execute(f"UPDATE video_checks SET outcome = 'well' WHERE check_id IN ({in_round})")
        assert {each.table for each in await differences(looked_at)} == {"video_checks"}

    async def test_a_round_that_lacks_none_is_hashed_again(
        self, looked_at: FastAPI, owner: asyncpg.Connection
    ) -> None:
        await owner.execute(f"UPDATE video_checks SET outcome = 'well' WHERE check_id IN ({OF_ONE} LIMIT 1)")
        assert "custody_rounds" in {each.table for each in await differences(looked_at)}

    async def test_a_disposal_accounts_for_no_later_round(
        self,
        past: FastAPI,
        officials: Officials,
        owner: asyncpg.Connection,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A look that was disposed of before it came into a round is lacking nowhere."""
        await push_class_group(past, "C2")
        await assess(past, C1, C2)
        await look(owner, "C1", "C2", "C2")
        await disposed(officials)
        later = clock.now() + timedelta(days=1)
        with monkeypatch.context() as tomorrow:
            tomorrow.setattr(clock, "now", lambda: later)
            await closed(past)
        assert await differences(past) == []
        await owner.execute(f"DELETE FROM video_checks WHERE check_id IN ({OF_ONE} LIMIT 1)")
        assert {each.table for each in await differences(past)} == {"video_checks"}
