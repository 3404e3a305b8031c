"""What else a decision rests on comes along; what is gone is said to be gone."""

import json
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Feed, Role
from tests.api.conftest import Doors
from tests.api.term import L1, L2, settle
from tests.api.test_waivers import waive_all
from tests.evidence.bundles import bundle, sign, unpacked, verified
from tests.evidence.test_disclosures import batch_of

pytestmark = pytest.mark.usefixtures("closed")


async def test_waivers_come_with_the_entries_of_their_approval(
    app: FastAPI, doors: Doors, tmp_path: Path
) -> None:
    reviewer, approver = await doors.person(Role.reviewer), await doors.person(Role.approver)
    await waive_all(reviewer, approver)
    await settle(app)
    content = await bundle(reviewer, L2)
    assert verified(content, tmp_path / "empty").returncode == 0
    files = unpacked(content)
    approvals = [each for each in json.loads(files["bundle.json"])["entries"] if each["kind"] == "approval"]
    told = [json.loads(files[f"{each['name']}.json"]) for each in approvals]
    assert {each["act"] for each in told} == {"finding:waive"}
    facts = next(json.loads(content) for name, content in files.items() if name.startswith("facts/"))
    waived = {rule["waived_by"] for rule in facts["rules"]} - {None}
    assert {each["proposal_id"] for each in told} == waived
    of_another = json.loads(unpacked(await bundle(reviewer, L1))["bundle.json"])["entries"]
    assert "approval" not in {each["kind"] for each in of_another}


async def test_originals_that_are_gone_are_named_and_the_rest_verifies(
    app: FastAPI,
    platform: httpx.AsyncClient,
    regulator: httpx.AsyncClient,
    superuser: asyncpg.Connection,
    tmp_path: Path,
) -> None:
    await sign(app)
    batch_id = await batch_of(platform, Feed.quiz_answers)
    await superuser.execute("DELETE FROM batch_archives WHERE batch_id = $1", batch_id)
    content = await bundle(regulator, None)
    assert verified(content, tmp_path / "empty").returncode == 0
    about = json.loads(unpacked(content)["bundle.json"])["about"]
    assert about["batches_without_originals"] == [batch_id]
    answer = await platform.get(f"/api/v1/batches/{batch_id}/records/1/proof")
    assert (answer.status_code, answer.json()["code"]) == (410, "disposed")
