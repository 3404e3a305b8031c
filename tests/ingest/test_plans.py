"""The hot queries of ingest go through the indexes they were made for."""

import asyncpg
import pytest

from app.accounts.authorisation import Reach
from app.core.ids import BatchId, new_uuid
from app.core.vocabulary import Feed
from app.db.session import Database, WriteSession, driver, transaction
from app.ingest import districts_repository, receipts_repository, repository
from app.ingest.feeds import DEFINITIONS
from app.ingest.schemas import BatchFilter
from tests.db.plans import index_used
from tests.ingest.deliveries import PLATFORM
from tests.ingest.examples import FULL, NOW
from tests.server import CloneServer


@pytest.mark.parametrize("feed", Feed)
async def test_stored_versions_are_found_by_primary_key(session: WriteSession, feed: Feed) -> None:
    definition = DEFINITIONS[feed]
    wanted = [[FULL[feed][field.name]] for field in definition.keys]
    statement = repository.existing_statement(definition.table)
    (used,) = await index_used(session, statement, PLATFORM, *wanted)
    assert used in {definition.table.primary_key.name, "ix_enterprises_uscc"}  # which is as good


async def test_stored_versions_are_found_by_the_whole_key_though_the_table_was_empty_a_moment_ago(
    database: Database, clone_server: CloneServer, database_name: str
) -> None:
    """The planner looked when there was nothing: still one probe a key, never one scan for each."""
    owner = await asyncpg.connect(clone_server.owner_url(database_name))
    await owner.execute("ANALYZE learning_records")
    await owner.close()
    statement = repository.existing_statement(DEFINITIONS[Feed.learning_records].table)
    async with transaction(database) as session:
        await repository.lock_stripes(session, Feed.learning_records, PLATFORM, [("C", "L", "x")])
        plan = await (await driver(session)).fetch(f"EXPLAIN {statement}", PLATFORM, ["C"], ["L"], ["x"])
    condition = next(line for (line,) in plan if "Index Cond" in line)
    assert all(name in condition for name in ("platform", "class_group_id", "learner_id", "session_id"))


async def test_districts_are_found_by_the_credit_codes_of_enterprises(session: WriteSession) -> None:
    named = [FULL[Feed.enterprises]["uscc"]]
    looked_up = await index_used(session, districts_repository.districts_statement(named))
    assert looked_up == {"ix_enterprises_uscc"}
    moved = await index_used(session, districts_repository.move_statement(named))
    assert moved == looked_up | {"ix_class_groups_enterprise_uscc_closed_at", "pk_class_groups"}


async def test_lists_of_batches_are_read_in_order(session: WriteSession) -> None:
    for before in (None, BatchId(new_uuid(NOW))):
        statement = receipts_repository.batches_statement(
            Reach(platform=PLATFORM), BatchFilter(), before=before, limit=50
        )
        used = await index_used(session, statement)
        assert used == {"ix_batches_platform_batch_id", "ix_ledger_entries_subject_id", "ix_touches_batch_id"}
