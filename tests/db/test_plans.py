"""The helper that names indexes tells a plan that uses one from a plan that does not."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from app.db.models import Batch, Enrollment, LedgerEntry, Rejection
from app.db.session import WriteSession
from tests.db.plans import index_used


async def test_names_the_index_of_a_statement(session: WriteSession) -> None:
    statement = select(Enrollment).where(Enrollment.person_key == b"\x01")
    assert await index_used(session, statement) == {"ix_enrollments_person_key"}


async def test_names_the_index_of_a_statement_for_the_driver(session: WriteSession) -> None:
    statement = "SELECT 1 FROM batches WHERE platform = $1 AND batch_id > $2 ORDER BY batch_id LIMIT 50"
    assert await index_used(session, statement, "P1", uuid4()) == {"ix_batches_platform_batch_id"}


async def test_takes_lists_as_they_are_written(session: WriteSession) -> None:
    statement = select(Batch).where(Batch.batch_id.in_([uuid4(), uuid4()]))
    assert await index_used(session, statement) == {"pk_batches"}


async def test_names_the_index_of_the_table_for_those_of_its_partitions(session: WriteSession) -> None:
    statement = select(LedgerEntry).where(LedgerEntry.subject_id == uuid4())
    assert await index_used(session, statement) == {"ix_ledger_entries_subject_id"}


async def test_fails_where_a_whole_table_is_read(session: WriteSession) -> None:
    with pytest.raises(AssertionError, match="reads all of enrollments"):
        await index_used(session, select(Enrollment).where(Enrollment.name == "李雷"))


async def test_a_rejection_is_found_by_its_batch(session: WriteSession) -> None:
    statement = select(Rejection).where(Rejection.batch_id == uuid4()).order_by(Rejection.line).limit(100)
    assert await index_used(session, statement) == {"pk_rejections"}
