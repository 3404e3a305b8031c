"""What several class groups share goes with the last of them; a month of archives once nothing is in it."""

import asyncpg
import pytest
from fastapi import FastAPI

from app.accounts.authorisation import Reach
from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db.session import Database, reading
from app.ingest import receipts
from app.ingest.errors import BatchDisposed
from app.retention.disposal import drop_emptied_months
from tests.ingest.deliveries import rows
from tests.retention.past import (
    APPROVALS,
    C1,
    C2,
    Officials,
    assess,
    disposed,
    of_2020,
    propose,
    push,
    push_class_group,
)
from tests.server import CloneServer

ARCHIVED = "SELECT count(*) FROM batch_archives WHERE batch_id = :batch_id"
PARTITION = "SELECT to_regclass('batch_archives_2020_05') IS NOT NULL"


async def share(app: FastAPI) -> BatchId:
    """A batch with attendance of both class groups."""
    both = [
        of_2020(Feed.attendance, class_group_id=each, lesson_id="S2", revision=1) for each in ("C1", "C2")
    ]
    return (await push(app, Feed.attendance, *both)).batch.batch_id


async def test_a_batch_of_two_class_groups_goes_with_the_last(
    past: FastAPI, officials: Officials, database: Database
) -> None:
    await push_class_group(past, "C2")
    batch_id = await share(past)
    await assess(past, C1, C2)
    await disposed(officials)
    assert await rows(database, ARCHIVED, batch_id=batch_id) == [(1,)]
    async with reading(database) as session:
        assert await receipts.rejections(session, batch_id, Reach(), limit=1) == []
    await disposed(officials, C2)
    assert await rows(database, ARCHIVED, batch_id=batch_id) == [(0,)]
    async with reading(database) as session:
        with pytest.raises(BatchDisposed):
            await receipts.rejections(session, batch_id, Reach(), limit=1)


async def test_archives_are_kept_for_whoever_shares_them(past: FastAPI, officials: Officials) -> None:
    await push_class_group(past, "C2", programme="bj-internet-plus-2020")
    await share(past)
    await assess(past, C1, C2)
    told = (await officials.first.get("/api/v1/retention/live-a/C1")).json()
    until = {each["kind"]: each["keep_until"] for each in told["objects"]}
    assert (until["archives"], until["feed_rows"]) == (None, "2025-05-02")


async def test_a_class_group_is_kept_for_one_that_was_judged_with_its_hours(
    past: FastAPI, officials: Officials
) -> None:
    """The same person in the same year, by a policy that sets no length."""
    await push_class_group(past, "C2", programme="bj-internet-plus-2020")
    told = (await officials.first.get("/api/v1/retention/live-a/C1")).json()
    assert [each["class_group_id"] for each in told["kept_for"]] == ["C2"]
    assert told["keep_until"] is None


async def test_a_month_is_dropped_once_nothing_is_in_it(
    past: FastAPI, officials: Officials, database: Database
) -> None:
    await push_class_group(past, "C2")
    await assess(past, C2)
    await disposed(officials)
    assert "batch_archives_2020_05" not in await drop_emptied_months(database)
    assert await rows(database, PARTITION) == [(True,)]
    await disposed(officials, C2)
    assert "batch_archives_2020_05" in await drop_emptied_months(database)
    assert await rows(database, PARTITION) == [(False,)]
    assert await drop_emptied_months(database) == []


async def test_a_disposal_that_is_cut_off_has_not_happened(
    past: FastAPI,
    officials: Officials,
    clone_server: CloneServer,
    database_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The connection dies after the rows went and before the record is written."""
    database: Database = past.state.resources.database

    async def cut_off(*_: object) -> None:
        superuser = await asyncpg.connect(clone_server.superuser_url(database_name))
        await superuser.execute(
            "SELECT pg_terminate_backend(pid, 9000) FROM pg_locks"
            " WHERE relation = 'legal_holds'::regclass AND mode = 'ShareLock' AND pid <> pg_backend_pid()"
        )
        await superuser.close()

    proposed = await propose(officials.first, "retention:dispose", **C1._asdict())
    approval = f"{APPROVALS}/{proposed.json()['proposal_id']}/approve"
    counted = "SELECT count(*) FROM enrollments UNION ALL SELECT count(*) FROM batch_archives"
    before = await rows(database, counted)
    with monkeypatch.context() as dying:
        dying.setattr("app.retention.disposals_repository.store", cut_off)
        cut = await officials.second.post(approval)
        assert cut.status_code in {500, 503}
    assert await rows(database, counted) == before
    assert (await officials.first.get("/api/v1/disposals")).json()["items"] == []
    assert (await officials.second.post(approval)).status_code == 200
    assert len((await officials.first.get("/api/v1/disposals")).json()["items"]) == 1
