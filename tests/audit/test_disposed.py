"""What was disposed of is no difference, as long as its record says so."""

import asyncpg
import pytest
from fastapi import FastAPI

from app.api.deps import Resources
from app.audit.schemas import Difference
from app.audit.service import Checking, deep_check
from app.ledger.sequence import sequence
from tests.api.conftest import app, doors, stranger
from tests.retention.conftest import officials, past
from tests.retention.past import C1, C2, Officials, assess, disposed, push_class_group
from tests.server import CloneServer

__all__ = ["app", "doors", "officials", "past", "stranger"]


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
    ],
)
async def test_what_hides_behind_a_disposal_is_found(
    gone: FastAPI, clone_server: CloneServer, database_name: str, act: str, table: str
) -> None:
    connection = await asyncpg.connect(clone_server.superuser_url(database_name))
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(act)
    await connection.close()
    assert table in {each.table for each in await differences(gone)}
