"""Regulators, administrators and auditors see what deep checks found."""

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.api.deps import Resources
from app.audit.schemas import DeepCheck
from app.audit.service import Checking, deep_check
from app.core.vocabulary import Role
from tests.api.conftest import DISTRICT_REGULATOR, REGULATOR, Doors

CHECKS = "/api/v1/ledger/deep-checks"


async def check(app: FastAPI) -> DeepCheck:
    resources: Resources = app.state.resources
    checking = Checking(resources.database, resources.key_ring, resources.library)
    return (await deep_check(checking))[0]


@pytest.fixture
async def differing(app: FastAPI, owner_url: str) -> DeepCheck:
    """A version of a policy was altered since the check before."""
    await check(app)
    connection = await asyncpg.connect(owner_url)
    await connection.execute("UPDATE policy_versions SET text_hash = sha256('x') WHERE number = 1")
    await connection.close()
    return await check(app)


async def items(client: httpx.AsyncClient, query: str = "") -> list[dict[str, object]]:
    answer = await client.get(f"{CHECKS}{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def test_the_newest_comes_first_with_its_differences(doors: Doors, differing: DeepCheck) -> None:
    newest, before = await items(await doors.signed_in(REGULATOR))
    assert newest["check_id"] == str(differing.check_id)
    assert (before["counts"], before["differences"]) == (before["counts"], [])
    (told,) = [each for each in newest["differences"] if each["fault"] == "missing"]  # type: ignore[attr-defined]
    assert (told["table"], told["level"]) == ("policy_texts", "log")
    assert told["last_right_at"] == before["started_at"]
    assert newest["counts"]["differences"] == len(newest["differences"])  # type: ignore[index, arg-type]


async def test_who_is_bound_to_districts_sees_how_many(doors: Doors, differing: DeepCheck) -> None:
    newest, _ = await items(await doors.signed_in(DISTRICT_REGULATOR))
    assert newest["differences"] is None
    assert newest["counts"]["differences"] == differing.counts["differences"]  # type: ignore[index]


@pytest.mark.usefixtures("differing")
async def test_pages_follow_one_another(doors: Doors) -> None:
    person = await doors.person(Role.administrator)
    first = (await person.get(f"{CHECKS}?limit=1")).json()
    second = (await person.get(f"{CHECKS}?limit=1&cursor={first['next_cursor']}")).json()
    assert len({first["items"][0]["check_id"], second["items"][0]["check_id"]}) == 2
    assert second["next_cursor"] is None
