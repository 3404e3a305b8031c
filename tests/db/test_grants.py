"""What the program's role may do: live where rows live, only add where nothing may ever change."""

import asyncpg
import pytest

from app.db.models import (
    AssessmentRun,
    Base,
    Batch,
    BatchArchive,
    BatchClassGroup,
    ChecklistAnswer,
    CustodyRound,
    Decision,
    DeepCheck,
    Disposal,
    DisposalNeighbour,
    DisposalRecord,
    DisposedObject,
    Distrust,
    Draw,
    EligibilityReport,
    FindingAssignment,
    FindingComment,
    LedgerAlarm,
    LedgerCheckpoint,
    LedgerCosignature,
    LedgerEntry,
    LedgerOrigin,
    LedgerTile,
    LegalHold,
    LiftedHold,
    PolicyRecord,
    PolicyText,
    Proposal,
    Rejection,
    RejectionReason,
    RetentionTerm,
    RightsAnswer,
    TrailDigest,
    TrailEntry,
    VideoCheck,
    Waiver,
)
from app.db.session import Database, ReadSession, driver, transaction

APPEND_ONLY = {
    model.__tablename__
    for model in (
        AssessmentRun,
        Batch,
        BatchArchive,
        BatchClassGroup,
        ChecklistAnswer,
        CustodyRound,
        Decision,
        DeepCheck,
        DisposalRecord,
        Distrust,
        Draw,
        EligibilityReport,
        FindingAssignment,
        FindingComment,
        LedgerAlarm,
        LedgerCheckpoint,
        LedgerCosignature,
        LedgerEntry,
        LegalHold,
        LiftedHold,
        LedgerOrigin,
        LedgerTile,
        PolicyRecord,
        PolicyText,
        Proposal,
        Rejection,
        RejectionReason,
        RetentionTerm,
        RightsAnswer,
        TrailDigest,
        TrailEntry,
        VideoCheck,
        Waiver,
    )
}
BY_THE_OWNER = {each.__tablename__ for each in (Disposal, DisposalNeighbour, DisposedObject)}
"""The program calls a function of the owner that writes them."""
LIVING = set(Base.metadata.tables) - APPEND_ONLY - BY_THE_OWNER
EVERYTHING = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"}


async def rights(session: ReadSession, table: str) -> set[str]:
    connection = await driver(session)
    version = connection.get_server_version()
    known = EVERYTHING if version.major >= 17 else EVERYTHING - {"MAINTAIN"}
    return {
        right
        for right in known
        if await connection.fetchval("SELECT has_table_privilege($1, $2)", table, right)
    }


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
async def test_the_program_may_only_add_to_what_must_never_change(session: ReadSession, table: str) -> None:
    assert await rights(session, table) == {"SELECT", "INSERT"}


@pytest.mark.parametrize("table", sorted(BY_THE_OWNER))
async def test_the_program_may_only_read_what_the_owner_writes(session: ReadSession, table: str) -> None:
    assert await rights(session, table) == {"SELECT"}


@pytest.mark.parametrize("table", sorted(LIVING))
async def test_the_program_may_change_rows_that_live(session: ReadSession, table: str) -> None:
    assert await rights(session, table) == {"SELECT", "INSERT", "UPDATE", "DELETE"}


async def test_the_program_has_no_way_round_to_the_partitions(session: ReadSession) -> None:
    rows = await (await driver(session)).fetch(
        "SELECT oid::regclass::text FROM pg_class WHERE relispartition AND relkind = 'r'"
    )
    assert len(rows) > 3
    for (partition,) in rows:
        assert await rights(session, partition) == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET kind = 'other'",
        "DELETE FROM rejections",
        "TRUNCATE batches",
        "DROP TABLE batches",
        "ALTER TABLE batches ADD COLUMN note text",
        "CREATE TABLE notes (note text)",
        "CREATE FUNCTION note() RETURNS int LANGUAGE sql RETURN 1",
        "UPDATE alembic_version SET version_num = 'other'",
        "SET ROLE supervise_owner",
        "SET session_replication_role = replica",
    ],
)
async def test_the_program_is_refused(session: ReadSession, statement: str) -> None:
    connection = await driver(session)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)


async def test_the_login_has_no_more_rights_than_the_role(database: Database) -> None:
    async with transaction(database) as session:
        connection = await driver(session)
        await connection.execute("SET ROLE NONE")
        assert await connection.fetchval("SELECT current_user") == "supervise"
        assert await rights(session, "ledger_entries") == {"SELECT", "INSERT"}


async def test_every_session_acts_as_the_role(database: Database) -> None:
    async with transaction(database) as session:
        assert await (await driver(session)).fetchval("SELECT current_user") == "supervise_program"
