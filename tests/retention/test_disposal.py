"""A class group goes once its time is over: whole, by two persons, and its record stays."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from subprocess import run
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.vocabulary import Role
from app.db.session import Database, reading, transaction
from app.ledger.canonical import canonical_json
from app.ledger.envelope import leaf_hash
from app.ledger.merkle import root
from app.ledger.sequence import sequence
from app.privacy.keyring import KeyRing
from app.retention.service import disposed as gone
from tests.api.conftest import LIVE, Doors
from tests.ingest.deliveries import rows
from tests.retention.past import (
    C1,
    ID_NUMBER,
    KEPT_UNTIL,
    NAME,
    OF_A_CLASS_GROUP,
    PHONE,
    Officials,
    disposed,
    propose,
    refusal,
)
from tests.server import CloneServer

RETENTION = "/api/v1/retention/live-a/C1"
COUNTED = "SELECT count(*) FROM {} WHERE platform = 'live-a' AND class_group_id = 'C1'"
WORK = ("finding_assignments", "finding_comments")
WORKED_ON = (
    """
    INSERT INTO finding_assignments VALUES (:id, :id, 'live-a', 'C1', 'user-1', 'user-2', now())
    """,
    """
    INSERT INTO finding_comments VALUES (:id, :id, 'live-a', 'C1', '已致电平台', 'user-2', now())
    """,
)
EMPTIED = (
    *(feed.replace("-", "_") for feed in OF_A_CLASS_GROUP),
    *("assessments", "class_group_assessments", "decisions", "assessment_runs", "findings", "touches"),
)


@pytest.fixture
def copied(clone_server: CloneServer, database_name: str) -> Callable[[], bytes]:
    """Everything that the database holds, as its own program writes it."""
    command = [str(clone_server.tool("pg_dump")), "--data-only", clone_server.superuser_url(database_name)]
    return lambda: run(command, capture_output=True, check=True).stdout


@pytest.mark.usefixtures("past")
class TestBefore:
    async def test_it_is_told_until_when_and_why(self, officials: Officials) -> None:
        told = (await officials.first.get(RETENTION)).json()
        assert (told["keep_until"], told["is_due"]) == (KEPT_UNTIL.isoformat(), True)
        kinds = {each["kind"]: each for each in told["objects"]}
        assert [term["clause"] for term in kinds["videos"]["terms"]] == ["附件 一（一）6", "六（四）"]
        assert [term["code"] for term in kinds["decisions"]["terms"]] == ["originals"]
        assert kinds["decisions"]["keep_until"] == KEPT_UNTIL.isoformat()
        assert kinds["archives"]["number"] == len(OF_A_CLASS_GROUP)

    async def test_it_is_on_the_list_of_what_is_due(self, officials: Officials) -> None:
        (item,) = (await officials.first.get("/api/v1/retention/due")).json()["items"]
        assert (item["class_group_id"], item["kept_until"], item["is_held"]) == (
            "C1",
            KEPT_UNTIL.isoformat(),
            False,
        )

    async def test_one_alone_does_not_dispose(self, officials: Officials) -> None:
        proposed = await propose(officials.second, "retention:dispose", **C1._asdict())
        answer = await officials.second.post(f"/api/v1/approvals/{proposed.json()['proposal_id']}/approve")
        assert refusal(answer) == (403, "second_person_needed")


@pytest.mark.usefixtures("past")
class TestAfter:
    async def test_everything_of_it_is_gone(self, officials: Officials, database: Database) -> None:
        before = {table: (await rows(database, COUNTED.format(table)))[0][0] for table in EMPTIED}
        assert 0 not in {before[table] for table in EMPTIED if table not in {"findings", "touches"}}
        await disposed(officials)
        for table in EMPTIED:
            assert await rows(database, COUNTED.format(table)) == [(0,)]
        kept = "SELECT count(*) FROM batch_archives JOIN batches USING (batch_id) WHERE feed = ANY (:feeds)"
        assert await rows(database, kept, feeds=[feed.value for feed in OF_A_CLASS_GROUP]) == [(0,)]

    async def test_who_took_care_of_findings_and_what_was_said_goes_with_it(
        self, officials: Officials, database: Database
    ) -> None:
        for statement in WORKED_ON:
            async with transaction(database) as session:
                await session.execute(text(statement), {"id": uuid4()})
        for table in WORK:
            with pytest.raises(Exception, match="permission denied"):
                async with transaction(database) as session:
                    await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 (our own tables)
            assert await rows(database, COUNTED.format(table)) == [(1,)]
        await disposed(officials)
        for table in WORK:
            assert await rows(database, COUNTED.format(table)) == [(0,)]

    async def test_nothing_in_the_whole_database_tells_of_its_learner(
        self,
        past: FastAPI,
        doors: Doors,
        officials: Officials,
        copied: Callable[[], bytes],
    ) -> None:
        database = past.state.resources.database
        key_ring: KeyRing = past.state.resources.key_ring
        ((sealed, phone, body, secret),) = await rows(
            database,
            "SELECT id_number_sealed, phone_sealed, body_sealed, secret_sealed"
            " FROM enrollments JOIN batch_archives USING (batch_id)",
        )
        person_key = key_ring.person_key(ID_NUMBER)
        await doors.person(Role.learner, person_key=person_key)
        traces = [person_key, sealed, phone, body, secret]
        marks = [each.hex().encode() for each in traces]
        marks += [text.encode() for text in (NAME, ID_NUMBER, PHONE)]
        before = copied()
        assert [mark for mark in marks[:5] if mark not in before] == []
        assert NAME.encode() in before
        await disposed(officials)
        after = copied()
        assert [mark for mark in marks if mark in after] == []

    async def test_receipts_tell_counts_and_leaf_and_originals_are_gone(
        self, doors: Doors, officials: Officials
    ) -> None:
        await disposed(officials)
        platform = await doors.signed_in(replace(LIVE, platform="live-a"))
        batches = (await platform.get("/api/v1/batches?feed=attendance")).json()["items"]
        path = f"/api/v1/batches/{batches[0]['batch_id']}"
        receipt = (await platform.get(path)).json()
        assert (receipt["accepted"], receipt["ledger"]["index"] is not None) == (1, True)
        assert refusal(await platform.get(f"{path}/rejections")) == (410, "disposed")
        assert refusal(await platform.get(f"{path}/rejections?format=ndjson")) == (410, "disposed")

    async def test_its_record_hashes_to_what_the_ledger_says(
        self, officials: Officials, database: Database
    ) -> None:
        item = await disposed(officials)
        await sequence(database)
        record = (await officials.first.get(f"/api/v1/disposals/{item['disposal_id']}")).content
        told = json.loads(record)
        assert canonical_json(told) == record
        assert hashlib.sha256(record).hexdigest() == item["document_hash"]
        ((envelope, promised),) = await rows(
            database, "SELECT envelope, leaf_hash FROM ledger_entries WHERE kind = 'disposal'"
        )
        assert json.loads(envelope)["document_hash"] == item["document_hash"]
        assert leaf_hash(envelope) == promised
        assert told["kept_until"] == KEPT_UNTIL.isoformat()
        assert told["rows"]["enrollments"] == 1
        assert told["proposal"]["proposer_id"] != told["proposal"]["approver_id"]

    async def test_proofs_of_its_leaves_still_hold(self, officials: Officials, database: Database) -> None:
        entries = "SELECT leaf_hash FROM ledger_entries ORDER BY index"
        before = [row[0] for row in await rows(database, entries)]
        item = await disposed(officials)
        told = (await officials.first.get(f"/api/v1/disposals/{item['disposal_id']}")).json()
        after = [row[0] for row in await rows(database, entries)]
        assert root(after[: len(before)]) == root(before)
        for batch in told["batches"]:
            assert after[batch["ledger_index"]].hex() == batch["leaf_hash"]
        (run_left,) = told["runs"]
        assert after[run_left["ledger_index"]].hex() == run_left["leaf_hash"]

    async def test_who_looks_for_it_is_told_that_it_is_disposed(
        self, officials: Officials, database: Database
    ) -> None:
        item = await disposed(officials)
        told = (await officials.first.get(RETENTION)).json()
        assert [each["disposal_id"] for each in told["disposals"]] == [item["disposal_id"]]
        assert (await officials.first.get("/api/v1/retention/due")).json()["items"] == []
        async with reading(database) as session:
            found = await gone(session)
        assert set(found.class_groups) == {C1}
        assert (len(found.batches), len(found.runs)) == (len(OF_A_CLASS_GROUP), 1)

    async def test_it_is_not_disposed_of_twice(self, officials: Officials) -> None:
        act, arguments = "retention:dispose", C1._asdict()
        first = await propose(officials.first, act, **arguments)
        assert refusal(await propose(officials.second, act, **arguments)) == (409, "already_proposed")
        approve = f"/api/v1/approvals/{first.json()['proposal_id']}/approve"
        assert (await officials.second.post(approve)).status_code == 200
        assert refusal(await officials.second.post(approve)) == (409, "proposal_decided")
        assert refusal(await propose(officials.first, act, **arguments)) == (404, "not_found")
