"""Bundles through the real door: what is in them, for whom, and that they verify where only Python is."""

import io
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from tests.api.conftest import OTHER_ENTERPRISE, Doors
from tests.api.term import C1, CLOSED, ID_NUMBERS, L1, L2, NAMES, attendance, push, push_term, settle
from tests.evidence.bundles import ask, bundle, change_settings, unpacked, verified

ALWAYS = {"README.txt", "verify.py", "report.html", "report.pdf", "checkpoint", "keys", "bundle.json"}


def lines(files: dict[str, bytes], folder: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for name, content in files.items()
        if name.startswith(f"{folder}/")
        for line in content.splitlines()
    ]


def told(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["bundle.json"])
    return found


def records(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line["record_utf8"]) for line in lines(files, "batches")]


def words(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


@pytest.mark.usefixtures("closed")
class TestOfAnEnrollment:
    async def test_verifies_where_only_python_is(self, regulator: httpx.AsyncClient, tmp_path: Path) -> None:
        done = verified(await bundle(regulator, L2), tmp_path / "empty")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "REFUSE" not in done.stdout

    async def test_holds_all_that_the_decision_rests_on(self, regulator: httpx.AsyncClient) -> None:
        files = unpacked(await bundle(regulator, L2))
        assert files.keys() >= ALWAYS
        kinds = [entry["kind"] for entry in told(files)["entries"]]
        assert (kinds.count("assessment"), kinds.count("policy")) == (1, 1)
        (document,) = lines(files, "runs")
        assert json.loads(document["document"])["learner_id"] == L2
        held = records(files)
        assert {"project_id"} <= set.union(*map(set, held))
        assert [each["lesson_id"] for each in held if "title" in each] == ["S1", "S2", "S3"]
        assert [each["status"] for each in held if each.get("learner_id") == L2 and "status" in each] == [
            "present"
        ] * 2
        facts = json.loads(files[f"facts/P1/{C1}/{L2}.json"])
        assert facts["decision"]["run_id"] in "".join(files)
        assert any(name.startswith("policies/standard-") for name in files)

    async def test_holds_nothing_of_others(self, regulator: httpx.AsyncClient) -> None:
        content = b"\n".join(unpacked(await bundle(regulator, L2)).values())
        for trace in (NAMES[L1], ID_NUMBERS[L1], L1):
            assert trace.encode() not in content
        for trace in (NAMES[L2], ID_NUMBERS[L2], L2):
            assert trace.encode() in content

    async def test_holds_no_accounts_and_contacts_of_the_enterprise(
        self, regulator: httpx.AsyncClient
    ) -> None:
        assert not any("bank_account" in each for each in records(unpacked(await bundle(regulator, L2))))

    async def test_has_a_report_that_says_how_the_learner_stands(self, regulator: httpx.AsyncClient) -> None:
        files = unpacked(await bundle(regulator, L2))
        for page in (words(files["report.pdf"]), files["report.html"].decode()):
            assert L2 in page
            assert "不符合补贴资格" in page

    async def test_of_the_same_state_differs_only_in_when_it_was_made(
        self, regulator: httpx.AsyncClient
    ) -> None:
        one, other = [unpacked(await bundle(regulator, L2)) for _ in range(2)]
        differing = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
        assert differing == {"bundle.json", "report.html", "report.pdf"}
        assert list(one) == list(other)
