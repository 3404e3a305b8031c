"""The audit has teeth: what is taken away, doubled or changed in the database, it finds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import NamedTuple
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from app.client.receipts import LedgerPlace, Receipt
from app.core import clock
from app.core.ids import PlatformCode
from app.db.session import Database, transaction
from app.ingest.schemas import BatchSummary
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.errors import SealBroken
from app.privacy.keyring import KeyRing
from app.trail.digests import close_hours
from app.trail.schemas import Insider, Purpose
from app.trail.service import record
from tests.faults.load import sendings
from tests.faults.promises import kept, of_twins, standing_of
from tests.faults.pushers import Journal
from tests.faults.site import PLATFORMS, TWINS
from tests.ingest.deliveries import deliver
from tests.server import CloneServer

STREAMS, SENDINGS = 4, 12

VICTIMS = """
    CREATE TEMP VIEW one_batch AS SELECT batch_id FROM batches WHERE accepted > 0 ORDER BY batch_id LIMIT 1;
    CREATE TEMP VIEW one_run AS SELECT run_id FROM assessment_runs ORDER BY run_id LIMIT 1;
    CREATE TEMP VIEW one_entry AS
    SELECT index FROM ledger_entries WHERE kind = 'assessment' ORDER BY index LIMIT 1;
    CREATE TEMP VIEW one_standing AS
    SELECT ctid FROM assessments WHERE platform = 'faulty-a' AND decision_id IS NOT NULL ORDER BY 1 LIMIT 1;
    CREATE TEMP VIEW one_attendance AS
    SELECT ctid FROM attendance
    WHERE platform = 'faulty-a' AND NOT deleted AND revision > 0 ORDER BY 1 LIMIT 1;
"""

TAMPERINGS = {
    "a byte of an archive": """
        UPDATE batch_archives SET body_sealed = set_byte(body_sealed, 40, get_byte(body_sealed, 40) # 1)
        WHERE batch_id = (TABLE one_batch)""",
    "an outcome": """
        UPDATE batch_archives SET outcomes = set_byte(outcomes, 0, get_byte(outcomes, 0) % 4 + 1)
        WHERE batch_id = (TABLE one_batch)""",
    "a missing archive": "DELETE FROM batch_archives WHERE batch_id = (TABLE one_batch)",
    "archives that changed places": """
        UPDATE batch_archives SET (body_sealed, secret_sealed) = (
            SELECT body_sealed, secret_sealed FROM batch_archives ORDER BY batch_id LIMIT 1)""",
    "a missing batch": "DELETE FROM batches WHERE batch_id = (TABLE one_batch)",
    "a doubled batch": """
        INSERT INTO batches
        SELECT (jsonb_populate_record(batches, jsonb_build_object('batch_id', gen_random_uuid()))).*
        FROM batches WHERE batch_id = (TABLE one_batch)""",
    "a count of a batch": """
        UPDATE batches SET received = received + 1, stale = stale + 1 WHERE batch_id = (TABLE one_batch)""",
    "a missing rejection": "DELETE FROM rejections WHERE line = 1",
    "a missing leaf of a batch": "DELETE FROM ledger_entries WHERE subject_id = (TABLE one_batch)",
    "a missing last leaf": """
        DELETE FROM ledger_entries WHERE index = (SELECT max(index) FROM ledger_entries)""",
    "a leaf that moved": """
        UPDATE ledger_entries SET index = index + 1 WHERE index = (SELECT max(index) FROM ledger_entries)""",
    "a doubled leaf": """
        INSERT INTO ledger_entries
        SELECT (SELECT size FROM ledger_head), subject_id, kind, recorded_at, leaf_hash, envelope
        FROM ledger_entries WHERE index = (TABLE one_entry)""",
    "another leaf of a batch": """
        UPDATE ledger_entries SET envelope = envelope || ' ', leaf_hash = sha256('\\x00' || envelope || ' ')
        WHERE subject_id = (TABLE one_batch)""",
    "another leaf of a run": """
        UPDATE ledger_entries SET envelope = envelope || ' ', leaf_hash = sha256('\\x00' || envelope || ' ')
        WHERE index = (TABLE one_entry)""",
    "another head": "UPDATE ledger_head SET size = size + 1",
    "a leaf that waits": """
        INSERT INTO ledger_pending
        SELECT gen_random_uuid(), kind, recorded_at, leaf_hash, envelope FROM ledger_entries
        WHERE index = (TABLE one_entry)""",
    "a missing run": "DELETE FROM assessment_runs WHERE run_id = (TABLE one_run)",
    "a run that passes over a batch": """
        UPDATE assessment_runs SET batch_ids = batch_ids[2:] WHERE run_id = (TABLE one_run)""",
    "a run of another ledger": """
        UPDATE assessment_runs SET ledger_size = ledger_size - 1 WHERE run_id = (TABLE one_run)""",
    "a run by another policy": """
        UPDATE assessment_runs SET policy_hash = sha256(policy_hash) WHERE run_id = (TABLE one_run)""",
    "a run with another root": """
        UPDATE assessment_runs SET decisions_root = sha256(decisions_root) WHERE run_id = (TABLE one_run)""",
    "missing decisions": "DELETE FROM decisions WHERE run_id = (TABLE one_run)",
    "another decision": """
        UPDATE decisions SET document = replace(convert_from(document, 'UTF8'), '"v":1', '"v":2')::bytea
        WHERE run_id = (TABLE one_run)""",
    "a doubled decision": """
        INSERT INTO decisions
        SELECT gen_random_uuid(), run_id, platform, class_group_id, learner_id, now(), eligibility, document
        FROM decisions WHERE run_id = (TABLE one_run)""",
    "a missing row": "DELETE FROM attendance WHERE ctid = (TABLE one_attendance)",
    "an older row": "UPDATE attendance SET revision = revision - 1 WHERE ctid = (TABLE one_attendance)",
    "another row": "UPDATE attendance SET status = 'on_leave' WHERE ctid = (TABLE one_attendance)",
    "a row from another line": "UPDATE attendance SET line = line + 100 WHERE ctid = (TABLE one_attendance)",
    "a doubled row": "UPDATE attendance SET lesson_id = 'S99' WHERE ctid = (TABLE one_attendance)",
    "a missing link": "DELETE FROM batch_class_groups WHERE batch_id = (TABLE one_batch)",
    "a link too many": "INSERT INTO batch_class_groups VALUES ('faulty-a', 'C99', (TABLE one_batch))",
    "a touch that stayed": """
        INSERT INTO touches (platform, class_group_id, batch_id, touched_at)
        VALUES ('faulty-a', 'C99', (TABLE one_batch), now())""",
    "a missing standing": "DELETE FROM assessments WHERE ctid = (TABLE one_standing)",
    "another standing": "UPDATE assessments SET outcome_tags = '{}' WHERE ctid = (TABLE one_standing)",
    "a standing without its decision": """
        UPDATE assessments SET decision_id = NULL WHERE ctid = (TABLE one_standing)""",
    "a standing on another decision": """
        UPDATE assessments SET decision_id = (
            SELECT decision_id FROM decisions WHERE platform = 'quiet-b' ORDER BY decision_id LIMIT 1)
        WHERE ctid = (TABLE one_standing)""",
    "another class group": """
        UPDATE class_group_assessments SET headcount = headcount + 1 WHERE platform = 'faulty-a'""",
    "an entry of the trail that says something else": """
        UPDATE trail_entries SET subject = '{}' WHERE actor_id = 'auditor-1'""",
    "an entry of the trail that is missing": "DELETE FROM trail_entries WHERE actor_id = 'auditor-1'",
    "an entry of the trail in another hour": """
        UPDATE trail_entries SET hour = hour - interval '1 hour' WHERE actor_id = 'auditor-1'""",
    "an hour of the trail that is missing": "DELETE FROM trail_digests",
    "an hour of the trail with another root": "UPDATE trail_digests SET root = sha256(root)",
    "a missing finding": "UPDATE findings SET state = 'resolved' WHERE platform = 'faulty-a'",
}


class Played(NamedTuple):
    """Platforms that were told the same, with batches and without; nobody had a fault."""

    connection: asyncpg.Connection
    key_ring: KeyRing
    journal: Journal

    async def audit(self) -> None:
        await kept(self.connection, self.key_ring, self.journal)


@pytest.fixture(scope="module")
async def played(clone_server: CloneServer, key_ring: KeyRing) -> AsyncIterator[Played]:
    name = f"audit_{uuid4().hex}"
    await clone_server.create(name)
    database = Database.connect(clone_server.program_url(name))
    journal = Journal()
    await play(database, key_ring, journal)
    await database.dispose()
    connection = await asyncpg.connect(clone_server.superuser_url(name))
    await connection.execute(VICTIMS)
    await connection.execute("SET session_replication_role = replica")  # past the guards of what is kept
    yield Played(connection, key_ring, journal)
    await connection.close()
    await clone_server.drop(name)


async def play(database: Database, key_ring: KeyRing, journal: Journal) -> None:
    """Assessed again and again, so that there is more than one decision on an enrollment."""
    pipeline = Pipeline(database, PolicyLibrary.load(), key_ring)
    for seed in range(STREAMS):
        for sending in islice(sendings(seed, PLATFORMS, lambda: 0, repeated=0), SENDINGS):
            receipt = await deliver(
                database, key_ring, sending.feed, *sending.lines, platform=PlatformCode(sending.platform)
            )
            journal.note_sending(sending)
            journal.note_receipt(sending, as_clients_read_it(receipt.batch), epoch=journal.epoch)
            await pipeline.run_round(asyncio.Event())
    for (platform, feed), records in of_twins(standing_of(journal)).items():
        lines = [msgspec.json.encode(record) for record in records]
        await deliver(database, key_ring, feed, *lines, platform=PlatformCode(TWINS[platform]))
    await leave_a_trail(database, key_ring)
    while not (await pipeline.run_round(asyncio.Event())).was_idle:
        pass


async def leave_a_trail(database: Database, key_ring: KeyRing) -> None:
    """Of an hour that is over, as far as its closing is told."""
    for number in range(3):
        async with transaction(database) as session:
            purpose = Purpose("audit", "年度审计") if number else None
            subject = {"platform": "faulty-a", "class_group_id": f"C{number}"}
            await record(session, Insider(f"auditor-{number}"), "reports:read", subject, purpose=purpose)
    assert await close_hours(database, key_ring, until=clock.now() + timedelta(hours=1))


def as_clients_read_it(batch: BatchSummary) -> Receipt:
    return Receipt(
        str(batch.batch_id),
        batch.feed,
        *batch.counts,
        rejections=(),
        ledger=LedgerPlace(batch.leaf_hash.hex()),
        received_at=batch.received_at.isoformat(),
    )


async def test_it_finds_nothing_where_all_is_well(played: Played) -> None:
    counts = await kept(played.connection, played.key_ring, played.journal)
    assert counts["receipts"] == STREAMS * SENDINGS
    assert counts["leaves"] > counts["receipts"]
    assert counts["judged"] > 0


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_it_finds(tampering: str, played: Played) -> None:
    transaction = played.connection.transaction()
    await transaction.start()
    try:
        status = await played.connection.execute(TAMPERINGS[tampering])
        assert not status.endswith(" 0"), "nothing was changed, so nothing is proved"
        with pytest.raises((AssertionError, SealBroken, KeyError)):
            await played.audit()
    finally:
        await transaction.rollback()


async def test_it_finds_a_receipt_without_its_batch(played: Played) -> None:
    journal = replace(played.journal, receipts=dict(played.journal.receipts))
    key, receipt = journal.receipts.popitem()
    journal.receipts[key] = msgspec.structs.replace(receipt, batch_id=str(uuid4()))
    with pytest.raises(AssertionError, match="promised and is lost"):
        await played._replace(journal=journal).audit()


async def test_it_finds_a_batch_that_nobody_was_promised(played: Played) -> None:
    journal = replace(played.journal, receipts=dict(played.journal.receipts), sent=played.journal.sent[:-1])
    del journal.receipts[played.journal.sent[-1].key]
    with pytest.raises(AssertionError, match="has another batch already"):
        await played._replace(journal=journal).audit()
