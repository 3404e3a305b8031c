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
from tests.api.term import (
    C1,
    CLOSED,
    ENROLLMENTS,
    ID_NUMBERS,
    L1,
    L2,
    NAMES,
    attendance,
    push,
    push_term,
    settle,
)
from tests.evidence.bundles import BUNDLES, WHY, ask, bundle, change_settings, unpacked, verified

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


@pytest.mark.usefixtures("closed")
class TestOfAClassGroup:
    async def test_discloses_all_of_it_and_verifies(
        self, regulator: httpx.AsyncClient, tmp_path: Path
    ) -> None:
        content = await bundle(regulator, None)
        done = verified(content, tmp_path / "empty")
        assert done.returncode == 0, done.stdout + done.stderr
        files = unpacked(content)
        assert {f"facts/P1/{C1}/{each}.json" for each in (L1, L2)} <= files.keys()
        assert [json.loads(each["document"])["learner_id"] for each in lines(files, "runs")] == [L1, L2]
        assert not any("path" in each for each in lines(files, "runs") + lines(files, "batches"))
        page = words(files["report.pdf"])
        assert all(each in page for each in (L1, L2, NAMES[L1], "2人中1人符合补贴资格"))

    async def test_tells_of_each_what_the_api_tells(self, regulator: httpx.AsyncClient) -> None:
        files = unpacked(await bundle(regulator, None))
        for learner_id in (L1, L2):
            shown = (await regulator.get(f"{ENROLLMENTS}/P1/{C1}/{learner_id}")).json()
            facts = json.loads(files[f"facts/P1/{C1}/{learner_id}.json"])
            assert facts == shown | {"learner_name": NAMES[learner_id]}

    async def test_holds_an_enrollment_once_where_both_are_named(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        files = unpacked(await bundle(regulator, L1, None, L1))
        assert told(files)["about"]["items"] == [{"platform": "P1", "class_group_id": C1}]
        assert [entry.number for entry in await entries(database)] == [2]

    async def test_leaves_out_records_of_others_in_the_same_batch(
        self, app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient, tmp_path: Path
    ) -> None:
        elsewhere = {**attendance(L1, 3), "class_group_id": "C2"}
        await push(platform, Feed.attendance, attendance(L2, 3), elsewhere)
        await settle(app)
        content = await bundle(regulator, None)
        assert verified(content, tmp_path / "empty").returncode == 0
        files = unpacked(content)
        assert not any(each.get("class_group_id") == "C2" for each in records(files))
        assert [each["n"] for each in lines(files, "batches") if "path" in each] == [0]

    async def test_holds_the_run_of_each_who_stands_on_another_one(
        self, app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient, tmp_path: Path
    ) -> None:
        await push(platform, Feed.attendance, attendance(L2, 3))
        await settle(app)
        content = await bundle(regulator, None)
        assert verified(content, tmp_path / "whole").returncode == 0
        runs = [each for each in told(unpacked(content))["entries"] if each["kind"] == "assessment"]
        assert len(runs) == 2
        assert len(runs[1]["batches"]) == len(runs[0]["batches"]) + 1
        alone = await bundle(regulator, L2)
        assert verified(alone, tmp_path / "alone").returncode == 0
        (document,) = lines(unpacked(alone), "runs")
        assert (document["n"], "path" in document) == (0, False)


async def entries(database: Database) -> list[TrailEntry]:
    async with reading(database) as session:
        statement = select(TrailEntry).where(
            TrailEntry.action == "evidence:bundle", TrailEntry.kind == "read"
        )
        return list(await session.scalars(statement.order_by(TrailEntry.entry_id)))


@pytest.mark.usefixtures("closed")
class TestForWhom:
    async def test_platforms_get_their_records_and_nothing_of_money(
        self, app: FastAPI, platform: httpx.AsyncClient, tmp_path: Path
    ) -> None:
        await push_term(platform, programme="sg-onjob-2020", revision=2, closed_at=CLOSED["closed_at"])
        await settle(app)
        content = await bundle(platform, None)
        assert verified(content, tmp_path / "empty").returncode == 0
        files = unpacked(content)
        assert {each.get("id_number") for each in records(files)} >= set(ID_NUMBERS.values())
        assert lines(files, "runs") == []
        assert b'subsidy_fen": 0' not in b"".join(files.values())
        assert json.loads(files[f"facts/P1/{C1}/{L1}.json"])["subsidy_fen"] is None

    async def test_enterprises_get_decisions_without_originals(
        self, doors: Doors, enterprise: httpx.AsyncClient, tmp_path: Path
    ) -> None:
        for client in (enterprise, await doors.person(Role.agent)):
            content = await bundle(client, L2)
            assert verified(content, tmp_path / "empty").returncode == 0
            files = unpacked(content)
            assert lines(files, "batches") == []
            assert [json.loads(each["document"])["learner_id"] for each in lines(files, "runs")] == [L2]
            assert ID_NUMBERS[L2].encode() not in b"".join(files.values())

    async def test_officials_with_the_right_to_reveal(self, doors: Doors) -> None:
        for role in (Role.reviewer, Role.approver):
            assert (await ask(await doors.person(role, districts=("4402",)), L1)).status_code == 200
        for role in (Role.clerk, Role.auditor, Role.administrator, Role.operator, Role.learner):
            assert (await ask(await doors.person(role), L1)).status_code == 403

    async def test_nobody_elses(self, doors: Doors, other_platform: httpx.AsyncClient) -> None:
        for stranger in (
            other_platform,
            await doors.signed_in(OTHER_ENTERPRISE),
            await doors.person(Role.reviewer, districts=("3302",)),
        ):
            for learner_id in (L1, None):
                assert (await ask(stranger, learner_id)).status_code == 404


@pytest.mark.usefixtures("closed")
class TestTheTrail:
    async def test_names_purpose_and_number_and_the_person_finds_it(
        self, app: FastAPI, doors: Doors, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        files = unpacked(await bundle(regulator, L1, L2))
        one, other = await entries(database)
        assert (one.purpose_code, one.purpose, one.number) == ("inspection", WHY["reason"], 1)
        assert [each.subject["learner_id"] for each in (one, other)] == [L1, L2]
        assert told(files)["about"]["bundle_id"] == str(one.entry_id) == other.subject["bundle_id"]
        person_key = app.state.resources.key_ring.person_key(ID_NUMBERS[L1])
        me = await doors.person(Role.learner, person_key=person_key)
        (access,) = (await me.get("/api/v1/me/accesses")).json()["items"]
        assert (access["action"], access["purpose"]) == ("evidence:bundle", WHY["reason"])

    async def test_counts_a_bundle_as_one_reveal_of_the_day(
        self, app: FastAPI, doors: Doors, platform: httpx.AsyncClient, database: Database
    ) -> None:
        change_settings(app, reveals_per_day=2)
        reviewer = await doors.person(Role.reviewer)
        for _ in range(2):
            assert (await ask(reviewer, L1, L2)).status_code == 200
        answer = await ask(reviewer, L1)
        assert (answer.status_code, answer.json()["code"]) == (429, "reveal_limit_reached")
        assert len(await entries(database)) == 4
        change_settings(app, reveals_per_day=0)
        assert (await ask(platform, L1)).status_code == 200


class TestRefusals:
    @pytest.mark.usefixtures("running")
    async def test_while_the_class_group_runs(self, regulator: httpx.AsyncClient) -> None:
        answer = await ask(regulator, None)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_final")

    @pytest.mark.usefixtures("closed")
    async def test_of_whom_nobody_knows(self, regulator: httpx.AsyncClient, database: Database) -> None:
        assert (await ask(regulator, "nobody")).status_code == 404
        assert await entries(database) == []

    @pytest.mark.usefixtures("closed")
    async def test_of_more_records_than_allowed(
        self, app: FastAPI, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        change_settings(app, bundle_records=10)
        answer = await ask(regulator, None)
        assert (answer.status_code, answer.json()["code"]) == (413, "bundle_too_large")
        assert await entries(database) == []
        assert list(app.state.resources.settings.spool_dir.iterdir()) == []

    @pytest.mark.usefixtures("closed")
    async def test_where_nobody_signs(
        self, regulator: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def publish(*_: object) -> None:
            pass  # another program has the first entries in hand

        monkeypatch.setattr("app.ledger.publication.publish", publish)
        answer = await ask(regulator, None)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_provable_yet")
        assert await entries(database) == []

    @pytest.mark.usefixtures("closed")
    @pytest.mark.parametrize(
        "changes", [{"items": []}, {"purpose": "curiosity"}, {"reason": " "}, {"learner_id": L1}]
    )
    async def test_without_object_or_purpose(
        self, regulator: httpx.AsyncClient, changes: dict[str, object]
    ) -> None:
        wanted = {"items": [{"platform": "P1", "class_group_id": C1}], **WHY, **changes}
        assert (await regulator.post(BUNDLES, json=wanted)).status_code == 422
