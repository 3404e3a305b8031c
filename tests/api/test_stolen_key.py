"""A stolen key, from the forged evidence to the decision that stands again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.accounts import credentials
from app.accounts.distrust import distrust
from app.accounts.schemas import NewClient
from app.api.deps import Resources
from app.core import clock
from app.core.vocabulary import Feed
from app.db.session import reading, transaction
from app.ingest.withdrawal import find_batches
from app.pipeline import Pipeline
from tests.api import term
from tests.api.conftest import LIVE, Doors
from tests.api.term import C1, L1, L2
from tests.factories.client_keys import Pair

ENROLLMENTS = f"/api/v1/compliance/enrollments/P1/{C1}"


@dataclass
class Theft:
    """A platform whose key `k1` was stolen after its term had been judged; `thief` has it too."""

    app: FastAPI
    doors: Doors
    account: NewClient
    pair: Pair
    thief: httpx.AsyncClient
    regulator: httpx.AsyncClient
    since: datetime

    async def eligibility(self, learner_id: str) -> str:
        answer = await self.regulator.get(f"{ENROLLMENTS}/{learner_id}")
        return str(answer.json()["eligibility"])

    async def is_found_out(self) -> None:
        resources: Resources = self.app.state.resources
        async with transaction(resources.database) as session:
            at = clock.now()
            stolen = credentials.of_key(self.pair.kid)
            await distrust(session, self.account.client_id, stolen, since=self.since, reason="lost", at=at)
            await find_batches(session, recorded_after=at)
        pipeline = Pipeline(resources.database, resources.library, resources.key_ring)
        while await pipeline.take_back():
            pass
        await term.settle(self.app)

    async def rows(self, statement: str) -> list[Any]:
        async with reading(self.doors.database) as session:
            return list((await session.execute(text(statement))).all())


@pytest.fixture
async def theft(
    app: FastAPI, doors: Doors, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> Theft:
    await term.push_term(platform, **term.CLOSED)
    await term.settle(app)
    account, pair = await doors.register(LIVE), Pair()
    await pair.register(doors.database, account.client_id)
    thief, since = await signed_in(doors, account, pair), clock.now()
    return Theft(app, doors, account, pair, thief, regulator, since)


async def signed_in(doors: Doors, account: NewClient, pair: Pair) -> httpx.AsyncClient:
    client = await doors.stranger()
    answer = await client.post("/oauth/token", data=pair.form(account.client_id))
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


async def test_forged_evidence_ceases_to_count_and_what_it_overwrote_counts_again(theft: Theft) -> None:
    before = (await theft.eligibility(L1), await theft.eligibility(L2))
    assert before == ("eligible", "ineligible")
    await term.push(theft.thief, Feed.attendance, term.attendance(L2, 3))
    gone = {"class_group_id": C1, "learner_id": L1, "lesson_id": "S1", "deleted": True, "revision": 9}
    await term.push(theft.thief, Feed.attendance, gone)
    await term.settle(theft.app)
    assert (await theft.eligibility(L1), await theft.eligibility(L2)) == ("ineligible", "eligible")
    await theft.is_found_out()
    assert (await theft.eligibility(L1), await theft.eligibility(L2)) == before
    decided = await theft.rows(
        "SELECT eligibility FROM decisions WHERE learner_id = 'L0001' ORDER BY decided_at"
    )
    assert [eligibility for (eligibility,) in decided] == ["eligible", "ineligible", "eligible"]
    named = await theft.rows(
        "SELECT count(*) FROM assessment_runs JOIN distrusted_batches ON batch_id = ANY (batch_ids) "
        "WHERE assessed_at = (SELECT max(assessed_at) FROM assessment_runs)"
    )
    assert named == [(0,)]
    kinds = await theft.rows(
        "SELECT kind FROM ledger_entries WHERE kind NOT IN ('batch', 'assessment', 'access', 'policy')"
    )
    assert sorted(kind for (kind,) in kinds) == ["distrust", "withdrawal"]


async def test_an_enrollment_that_only_the_thief_knew_is_in_no_list_any_more(theft: Theft) -> None:
    ghost = {**term.enrollment(L1), "learner_id": "GHOST", "id_number": "440203198709195772"}
    await term.push(theft.thief, Feed.enrollments, ghost)
    await term.settle(theft.app)
    assert (await theft.regulator.get(f"{ENROLLMENTS}/GHOST")).status_code == 200
    await theft.is_found_out()
    assert (await theft.regulator.get(f"{ENROLLMENTS}/GHOST")).status_code == 404
    listed = (await theft.regulator.get("/api/v1/compliance/enrollments")).json()["items"]
    assert {each["learner_id"] for each in listed} == {L1, L2}


async def test_the_thief_is_locked_out_at_once_and_so_is_the_key_that_it_made(theft: Theft) -> None:
    own = Pair("own")
    await theft.thief.post("/api/v1/client/keys", json={"public_key": own.pem, "kid": "own"})
    second = await signed_in(theft.doors, theft.account, own)
    assert (await second.get("/api/v1/batches")).status_code == 200
    await theft.is_found_out()
    for client in (theft.thief, second):
        assert (await client.get("/api/v1/batches")).json()["code"] == "token_invalid"
    for pair in (theft.pair, own):
        form = pair.form(theft.account.client_id)
        answer = await (await theft.doors.stranger()).post("/oauth/token", data=form)
        assert answer.json()["error"] == "invalid_client"


async def test_the_platform_sends_its_own_again_under_a_new_key(theft: Theft) -> None:
    await term.push(theft.thief, Feed.attendance, term.attendance(L2, 3))
    await theft.is_found_out()
    fresh = Pair("fresh")
    await fresh.register(theft.doors.database, theft.account.client_id)
    client = await signed_in(theft.doors, theft.account, fresh)
    await term.push(client, Feed.attendance, term.attendance(L2, 3))
    await term.settle(theft.app)
    assert await theft.eligibility(L2) == "eligible"
