"""What is kept cannot be deleted: not by the program, not by the schema's owner, not before its time."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core import clock
from app.core.vocabulary import Feed
from app.db.models import Base
from app.db.session import Database, driver, transaction
from app.ingest.feeds import DEFINITIONS
from tests.ingest.deliveries import rows
from tests.retention.past import Officials, of_2020, propose, push, push_class_group, refusal

# ruff: noqa: S608 (names of our own tables)

FEEDS = sorted(DEFINITIONS[feed].table.name for feed in Feed)
BY_CLASS_GROUP = {"class_group_id", "platform"}
WRITTEN_ONCE = (
    *("batches", "batch_archives", "rejections", "rejection_reasons", "batch_class_groups"),
    *("decisions", "assessment_runs", "findings", "waivers", "eligibility_reports", "checklist_answers"),
    *("finding_assignments", "finding_comments"),
    *("rights_requests", "rights_answers", "ledger_entries", "trail_entries", "trail_digests"),
    *(
        "disposals",
        "disposal_records",
        "disposal_neighbours",
        "disposed_objects",
        "legal_holds",
        "lifted_holds",
        "retention_terms",
    ),
)
LIVING = {
    *("assessments", "class_group_assessments", "person_times", "changed_decisions", "touches"),
    *("video_custody",),
}
"""What assessments, or custody, make again and take away by themselves."""


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def push_late(app: FastAPI) -> datetime:
    """A record of C3 that came two days ago."""
    late = clock.now() - timedelta(days=2)
    await push(app, Feed.attendance, of_2020(Feed.attendance, class_group_id="C3", revision=1), at=late)
    return late


def test_every_table_of_class_groups_is_kept_or_made_again() -> None:
    with_key = {
        name for name, table in Base.metadata.tables.items() if set(table.columns.keys()) >= BY_CLASS_GROUP
    }
    kept = set(FEEDS) | set(WRITTEN_ONCE) | {"video_checks"}
    assert with_key <= kept | LIVING


@pytest.mark.usefixtures("past")
class TestTheOwner:
    @pytest.mark.parametrize("table", ["enrollments", "attendance", "decisions", "batch_archives", "batches"])
    async def test_cannot_delete(self, owner: asyncpg.Connection, table: str) -> None:
        with pytest.raises(asyncpg.RestrictViolationError, match=f"delete of {table} is refused: "):
            await owner.execute(f"DELETE FROM {table}")
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") > 0

    @pytest.mark.parametrize("table", sorted({*FEEDS, *WRITTEN_ONCE}))
    async def test_cannot_truncate(self, owner: asyncpg.Connection, table: str) -> None:
        with pytest.raises((asyncpg.RestrictViolationError, asyncpg.FeatureNotSupportedError)):
            await owner.execute(f"TRUNCATE {table}")

    async def test_cannot_reach_round_to_a_partition(self, owner: asyncpg.Connection) -> None:
        partitions = await owner.fetch(
            "SELECT oid::regclass::text FROM pg_class WHERE relispartition AND relkind = 'r'"
        )
        assert len(partitions) > 4
        for (partition,) in partitions:
            for act in ("DELETE FROM", "TRUNCATE"):
                with pytest.raises(asyncpg.RestrictViolationError, match="is refused: it is kept"):
                    await owner.execute(f"{act} {partition}")

    async def test_cannot_say_that_it_disposes(self, owner: asyncpg.Connection) -> None:
        with pytest.raises(asyncpg.CheckViolationError, match="approved by two persons"):
            await owner.execute(
                "INSERT INTO disposals (disposal_id, proposal_id, platform, class_group_id,"
                " disposed_at, xact) VALUES ($1, $1, 'live-a', 'C1', now(), '')",
                uuid4(),
            )

    @pytest.mark.parametrize(
        "change",
        [
            "disposals SET xact = ''",
            "disposal_records SET document = ''",
            "disposed_objects SET hash = NULL",
            "legal_holds SET reason = ''",
            "lifted_holds SET lifted_at = now()",
            "finding_assignments SET assignee_id = NULL",
            "finding_comments SET text = 'x'",
        ],
    )
    async def test_cannot_change_what_was_written_down(self, owner: asyncpg.Connection, change: str) -> None:
        with pytest.raises(asyncpg.RestrictViolationError, match=r"update of \w+ is refused: it is kept"):
            await owner.execute(f"UPDATE {change}")


@pytest.mark.usefixtures("past")
class TestTheProgram:
    @pytest.mark.parametrize("table", FEEDS)
    async def test_cannot_delete_rows_of_a_feed(self, database: Database, table: str) -> None:
        present = (await rows(database, f"SELECT count(*) FROM {table}"))[0][0]
        if not present:
            return
        with pytest.raises(Exception, match="rows go by the disposal of their class group"):
            async with transaction(database) as session:
                await session.execute(text(f"DELETE FROM {table}"))

    async def test_cannot_dispose_of_what_nobody_approved(self, database: Database) -> None:
        with pytest.raises(asyncpg.CheckViolationError, match="approved by two persons"):
            async with transaction(database) as session:
                await (await driver(session)).execute(
                    "SELECT dispose_class_group($1, $1, 'live-a', 'C1', now())", uuid4()
                )

    async def test_may_still_take_away_nothing(self, database: Database) -> None:
        async with transaction(database) as session:
            await session.execute(text("DELETE FROM enrollments WHERE learner_id = 'nobody'"))


class TestBeforeItsTime:
    async def test_a_class_group_is_not_proposed(self, past: FastAPI, officials: Officials) -> None:
        await push_class_group(past, "C3")
        late = await push_late(past)
        answer = await propose(officials.first, "retention:dispose", platform="live-a", class_group_id="C3")
        assert refusal(answer) == (409, "still_kept")
        assert str(late.year + 5) in answer.json()["detail"]

    async def test_the_database_looks_at_its_own_clock(
        self, past: FastAPI, officials: Officials, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A program whose clock is ahead finds it due, and is refused all the same."""
        await push_class_group(past, "C3")
        late = await push_late(past)
        ahead = late.date().replace(day=1, year=late.year + 6)
        monkeypatch.setattr("app.retention.disposal.clock.today", lambda: ahead)
        proposed = await propose(officials.first, "retention:dispose", platform="live-a", class_group_id="C3")
        assert proposed.status_code == 201
        answer = await officials.second.post(f"/api/v1/approvals/{proposed.json()['proposal_id']}/approve")
        assert answer.status_code == 500

    async def test_one_that_runs_is_kept_without_end(self, past: FastAPI, officials: Officials) -> None:
        await push_class_group(past, "C3", closed_at=None, ends_on="2099-12-31")
        told = (await officials.first.get("/api/v1/retention/live-a/C3")).json()
        assert (told["keep_until"], told["is_due"]) == (None, False)
        answer = await propose(officials.first, "retention:dispose", platform="live-a", class_group_id="C3")
        assert refusal(answer) == (409, "still_kept")

    async def test_a_blank_length_keeps_without_end(self, past: FastAPI, officials: Officials) -> None:
        await push_class_group(past, "C3", programme="bj-internet-plus-2020")
        told = (await officials.first.get("/api/v1/retention/live-a/C3")).json()
        assert told["keep_until"] is None
        assert {term["code"]: term["months"] for term in told["terms"]} == {"live-video": 12, "records": None}
