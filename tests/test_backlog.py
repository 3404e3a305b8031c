"""What waits is told at each scrape: bounded, by an index, and not at all while the database is away."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from app import pipeline
from app.core import clock
from app.core.exposition import Waiting, exposition
from app.db.session import Database, WriteSession, transaction
from app.eligibility import touches_repository as touches
from app.ledger import repository as ledger
from app.pipeline import backlog
from tests.db.plans import index_used
from tests.factories import intake
from tests.factories.feeds import KEY


async def leave_waiting(database: Database, *ages_s: int) -> None:
    for age_s in ages_s:
        received_at = clock.now() - timedelta(seconds=age_s)
        async with transaction(database) as session:
            batch_id = await intake.add_batch(session, KEY, received_at=received_at)
            await intake.touch(session, batch_id=batch_id, touched_at=received_at)


async def test_the_number_and_the_age_of_the_oldest_are_told(database: Database) -> None:
    await leave_waiting(database, 90, 30)
    told = await backlog(database)
    assert told is not None
    assert "trail_hours" in told  # as many as struck since the database was made
    assert {what: waiting.number for what, waiting in told.items() if what != "trail_hours"} == {
        "leaves": 2,
        "integration": 0,
        "publication": 0,
        "touches": 2,
        "due_class_groups": 0,
        "resealing": 0,
        "withdrawals": 0,
    }
    assert 90 <= told["leaves"].oldest_age_s < 120
    assert 90 <= told["touches"].oldest_age_s < 120
    assert told["due_class_groups"] == Waiting(0, 0)


async def test_a_long_queue_is_counted_up_to_a_bound(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "COUNTED", 2)
    await leave_waiting(database, 90, 60, 30)
    told = await backlog(database)
    assert told is not None
    assert told["touches"].number == told["leaves"].number == 2
    assert told["touches"].oldest_age_s >= 90


async def test_a_database_that_is_away_is_told_as_such() -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/none")
    assert await backlog(nowhere) is None
    await nowhere.dispose()
    values = told_by(exposition(None))
    assert values["supervise_database_up"] == 0
    assert "supervise_pending" not in values


async def test_a_pool_without_a_free_connection_keeps_no_scrape_waiting(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.connect(database_url, pool_size=1)
    async with database.engine.connect():
        with monkeypatch.context() as impatient:
            impatient.setattr(pipeline, "BACKLOG_PATIENCE_S", 0.1)
            assert await backlog(database) is None
    assert await backlog(database) is not None
    await database.dispose()


def test_the_exposition_holds_what_waits() -> None:
    values = told_by(exposition({"leaves": Waiting(3, 1.5)}))
    assert (values["supervise_pending"], values["supervise_pending_age_seconds"]) == (3, 1.5)
    assert (values["supervise_database_up"], values["supervise_build_info"]) == (1, 1)


@pytest.mark.parametrize(
    ("statement", "arguments", "index"),
    [
        (ledger.WAITING, (10,), "pk_ledger_pending"),
        (touches.TOUCHES_WAITING, (10,), "pk_touches"),
        (touches.DUE_WAITING, (10, intake.RECEIVED_AT), "ix_class_group_assessments_next_due_at"),
    ],
)
async def test_the_oldest_are_found_by_an_index(
    session: WriteSession, statement: str, arguments: tuple[object, ...], index: str
) -> None:
    assert await index_used(session, statement, *arguments) == {index}


def told_by(content: bytes) -> dict[str, float]:
    return {sample.name: sample.value for family in families(content.decode()) for sample in family.samples}
