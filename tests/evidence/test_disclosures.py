"""One record, one decision: what is handed out hashes to what a signed checkpoint holds."""

import hashlib
import json
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from app.ledger.leaves import LEAF_PREFIX
from tests.api.conftest import OTHER_ENTERPRISE, Doors
from tests.api.term import C1, L1, L2, NAMES, attendance, decision_of, push
from tests.evidence.bundles import WHY, change_settings, sign
from tests.ledger.test_merkle import root_by_path

ORIGINALS = "/api/v1/personal-data/originals"


async def batch_of(client: httpx.AsyncClient, feed: Feed) -> str:
    found = (await client.get("/api/v1/batches", params={"feed": feed})).json()["items"]
    return str(found[0]["batch_id"])


async def entries(database: Database, action: str) -> list[TrailEntry]:
    async with reading(database) as session:
        statement = select(TrailEntry).where(TrailEntry.action == action).order_by(TrailEntry.entry_id)
        return list(await session.scalars(statement))


def assert_proved(proof: dict[str, Any], preimage: bytes, root: str) -> None:
    """From the bytes to the root that the entry names, and from the entry to the checkpoint."""
    leaf = hashlib.sha256(LEAF_PREFIX + bytes.fromhex(proof["salt"]) + preimage).digest()
    path = tuple(map(bytes.fromhex, proof["path"]))
    assert root_by_path(leaf, proof["position"], proof["size"], path).hex() == root == proof["root"]
    head, _, note = proof["tlog_proof"].partition("\n\n")
    title, index, *hashes = head.split("\n")
    assert (title, index) == ("c2sp.org/tlog-proof@v1", f"index {proof['ledger_index']}")
    assert len(note.split("\n")[1]) <= len(hashes) + 1
    assert "— " in note


@pytest.mark.usefixtures("closed")
class TestARecord:
    async def test_is_told_to_the_platform_that_pushed_it_with_its_proof(
        self, app: FastAPI, platform: httpx.AsyncClient, database: Database
    ) -> None:
        await sign(app)
        batch_id = await batch_of(platform, Feed.enrollments)
        answer = await platform.get(f"/api/v1/batches/{batch_id}/records/2/proof")
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert json.loads(told["record_utf8"])["name"] == NAMES[L2]
        assert (told["outcome"], told["outcome_byte"], told["line"]) == ("accepted", 1, 2)
        root = json.loads(told["proof"]["envelope"])["records_root"]
        assert_proved(told["proof"], b"\x01" + told["record_utf8"].encode(), root)
        (entry,) = await entries(database, "originals:read")
        assert str(entry.entry_id) == told["entry_id"]
        assert entry.subject.items() >= {"learner_id": L2, "class_group_id": C1, "line": "2"}.items()

    async def test_is_told_where_it_was_rejected_and_is_no_utf_8(
        self, app: FastAPI, platform: httpx.AsyncClient
    ) -> None:
        body = b'{"class_group_id":"\xff"}\n\n{"class_group_id":1}\n'
        headers = {"Content-Type": "application/x-ndjson"}
        receipt = await platform.post("/api/v1/feeds/lessons", content=body, headers=headers)
        batch_id = receipt.json()["batch_id"]
        await sign(app)
        told = (await platform.get(f"/api/v1/batches/{batch_id}/records/1/proof")).json()
        assert (told["record_utf8"], told["outcome"]) == (None, "rejected")
        root = json.loads(told["proof"]["envelope"])["records_root"]
        assert_proved(told["proof"], b"\x04" + body.split(b"\n")[0], root)
        third = (await platform.get(f"/api/v1/batches/{batch_id}/records/3/proof")).json()
        assert third["record_utf8"] == '{"class_group_id":1}'
        assert third["proof"]["position"] == 1

    @pytest.mark.parametrize("line", ["0", "3", "x", "-1", "1e1", "99999999999", "٣"])
    async def test_that_is_not_there_is_not_found(
        self, app: FastAPI, platform: httpx.AsyncClient, line: str
    ) -> None:
        await sign(app)
        batch_id = await batch_of(platform, Feed.enrollments)
        answer = await platform.get(f"/api/v1/batches/{batch_id}/records/{line}/proof")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_is_nobody_elses(
        self, app: FastAPI, doors: Doors, platform: httpx.AsyncClient, other_platform: httpx.AsyncClient
    ) -> None:
        await sign(app)
        address = f"/api/v1/batches/{await batch_of(platform, Feed.enrollments)}/records/1/proof"
        assert (await other_platform.get(address)).status_code == 404
        for role in (Role.reviewer, Role.agent, Role.operator, Role.auditor):
            assert (await (await doors.person(role)).get(address)).status_code == 403

    async def test_waits_for_a_checkpoint(self, app: FastAPI, platform: httpx.AsyncClient) -> None:
        await sign(app)
        await push(platform, Feed.attendance, attendance(L2, 3))
        address = f"/api/v1/batches/{await batch_of(platform, Feed.attendance)}/records/1/proof"
        answer = await platform.get(address)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_provable_yet")
        await sign(app)
        assert (await platform.get(address)).status_code == 200

    async def test_whose_archive_was_altered_is_not_told(
        self, app: FastAPI, platform: httpx.AsyncClient, owner: asyncpg.Connection
    ) -> None:
        await sign(app)
        batch_id = await batch_of(platform, Feed.enrollments)
        altered = "UPDATE batch_archives SET outcomes = decode('0102', 'hex') WHERE batch_id = $1"
        await owner.execute(altered, batch_id)
        answer = await platform.get(f"/api/v1/batches/{batch_id}/records/1/proof")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


@pytest.mark.usefixtures("closed")
class TestAReveal:
    async def asked(
        self, client: httpx.AsyncClient, platform: httpx.AsyncClient, feed: Feed = Feed.attendance
    ) -> httpx.Response:
        wanted = {"batch_id": await batch_of(platform, feed), "line": 1, **WHY}
        return await client.post(ORIGINALS, json=wanted)

    async def test_tells_an_official_and_the_person_concerned(
        self, app: FastAPI, doors: Doors, platform: httpx.AsyncClient, database: Database
    ) -> None:
        await sign(app)
        answer = await self.asked(await doors.person(Role.reviewer, districts=("4402",)), platform)
        assert answer.status_code == 200, answer.text
        assert json.loads(answer.json()["record_utf8"])["learner_id"] == L1
        (entry,) = await entries(database, "originals:reveal")
        assert (entry.purpose_code, entry.purpose, entry.number) == ("inspection", WHY["reason"], 1)
        assert entry.subject.items() >= {"platform": "P1", "class_group_id": C1, "learner_id": L1}.items()

    async def test_ends_at_the_district_and_at_records_that_are_nobodys(
        self, app: FastAPI, doors: Doors, platform: httpx.AsyncClient, database: Database
    ) -> None:
        await sign(app)
        stranger = await doors.person(Role.reviewer, districts=("3302",))
        near = await doors.person(Role.reviewer, districts=("4402",))
        assert (await self.asked(stranger, platform)).status_code == 404
        assert (await self.asked(near, platform, Feed.enterprises)).status_code == 404
        assert await entries(database, "originals:reveal") == []
        everywhere = await doors.person(Role.approver)
        assert (await self.asked(everywhere, platform, Feed.enterprises)).status_code == 200

    async def test_is_for_nobody_else(
        self, app: FastAPI, doors: Doors, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await sign(app)
        for client in (regulator, platform, await doors.person(Role.clerk), await doors.person(Role.agent)):
            assert (await self.asked(client, platform)).status_code == 403

    async def test_counts_like_any_other_reveal(
        self, app: FastAPI, doors: Doors, platform: httpx.AsyncClient, database: Database
    ) -> None:
        change_settings(app, reveals_per_day=1)
        await sign(app)
        reviewer = await doors.person(Role.reviewer)
        assert (await self.asked(reviewer, platform)).status_code == 200
        again = await self.asked(reviewer, platform)
        assert (again.status_code, again.json()["code"]) == (429, "reveal_limit_reached")
        assert len(await entries(database, "originals:reveal")) == 1


@pytest.mark.usefixtures("closed")
class TestADecision:
    async def test_is_told_with_its_proof(
        self, app: FastAPI, regulator: httpx.AsyncClient, enterprise: httpx.AsyncClient, database: Database
    ) -> None:
        await sign(app)
        decision_id = await decision_of(database, L2)
        for client in (regulator, enterprise):
            answer = await client.get(f"/api/v1/decisions/{decision_id}/proof")
            assert answer.status_code == 200, answer.text
            told = answer.json()
            assert json.loads(told["document"])["learner_id"] == L2
            root = json.loads(told["proof"]["envelope"])["decisions"]["root"]
            assert_proved(told["proof"], told["document"].encode(), root)
        assert [each.subject["learner_id"] for each in await entries(database, "decision-proofs:read")] == [
            L2
        ] * 2

    async def test_is_not_for_platforms_as_it_tells_of_money(
        self, app: FastAPI, platform: httpx.AsyncClient, database: Database
    ) -> None:
        await sign(app)
        address = f"/api/v1/decisions/{await decision_of(database, L1)}/proof"
        assert (await platform.get(address)).status_code == 403

    async def test_does_not_exist_for_others(self, app: FastAPI, doors: Doors, database: Database) -> None:
        await sign(app)
        address = f"/api/v1/decisions/{await decision_of(database, L1)}/proof"
        for stranger in (
            await doors.signed_in(OTHER_ENTERPRISE),
            await doors.person(Role.clerk, districts=("3302",)),
        ):
            assert (await stranger.get(address)).status_code == 404
        clerk = await doors.person(Role.clerk)
        for unknown in ("x", "00000000-0000-7000-8000-000000000000"):
            assert (await clerk.get(f"/api/v1/decisions/{unknown}/proof")).status_code == 404
