"""Quotas: records a day and requests a minute, the same for all processes, and fair to who repeats itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from app.accounts import quotas, service
from app.accounts.errors import QuotaExceeded
from app.accounts.schemas import Quota
from app.core import clock
from app.core.config import Settings
from app.core.ids import ClientId
from app.core.vocabulary import Feed
from app.db.session import Database, transaction
from app.main import create_app
from tests.api.conftest import LIVE, Doors, account_form
from tests.ingest.deliveries import ndjson
from tests.ingest.examples import FULL, Record

PUSH = f"/api/v1/feeds/{Feed.attendance}"
NDJSON = {"Content-Type": "application/x-ndjson"}


def records(first: int, number: int) -> list[Record]:
    return [FULL[Feed.attendance] | {"lesson_id": f"S{each}"} for each in range(first, first + number)]


class Bounded(NamedTuple):
    client_id: ClientId
    http: httpx.AsyncClient

    async def push(self, *pushed: Record | bytes, key: str = "") -> httpx.Response:
        headers = NDJSON | ({"Idempotency-Key": key} if key else {})
        return await self.http.post(PUSH, content=ndjson(*pushed), headers=headers)


async def bounded(doors: Doors, quota: Quota) -> Bounded:
    account, http = await doors.register(LIVE), await doors.stranger()
    async with transaction(doors.database) as session:
        await service.set_quota(session, account.client_id, quota)
    form = {"grant_type": "client_credentials", **account_form(account)}
    token = (await http.post("/oauth/token", data=form)).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    return Bounded(account.client_id, http)


@pytest.fixture
async def ten(doors: Doors) -> Bounded:
    """A client that may have ten records stored in a day."""
    return await bounded(doors, Quota(records_a_day=10))


def assert_exceeded(answer: httpx.Response) -> int:
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    return int(answer.headers["retry-after"])


async def test_a_batch_that_does_not_fit_is_refused_whole_and_a_smaller_one_is_stored(ten: Bounded) -> None:
    assert (await ten.push(*records(0, 8))).json()["accepted"] == 8
    wait_s = assert_exceeded(await ten.push(*records(8, 3)))
    midnight = clock.now() + timedelta(seconds=wait_s)
    assert abs((midnight.astimezone(clock.SHANGHAI).hour * 60 + midnight.minute) % 1440) <= 1
    assert (await ten.push(*records(8, 2))).json()["accepted"] == 2
    assert_exceeded(await ten.push(*records(10, 1)))


async def test_who_repeats_itself_pays_nothing(ten: Bounded) -> None:
    first = await ten.push(*records(0, 10), key="k")
    again = await ten.push(*records(0, 10), key="k")
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", first.json())
    assert (await ten.push(*records(0, 10))).json()["unchanged"] == 10
    newer = [record | {"revision": 1} for record in records(0, 1)]
    assert_exceeded(await ten.push(*newer))


async def test_what_is_rejected_counts_for_its_reasons_are_kept(ten: Bounded) -> None:
    await ten.push(*[b"{}"] * 6)
    assert_exceeded(await ten.push(*records(0, 5)))
    refused = await ten.http.post(f"{PUSH}?atomic=true", content=ndjson(*[b"{}"] * 20), headers=NDJSON)
    assert refused.json()["code"] == "batch_rejected"  # nothing of it is kept
    assert (await ten.push(*records(0, 4))).json()["accepted"] == 4


async def test_batches_at_once_do_not_get_more_together(ten: Bounded) -> None:
    answers = await asyncio.gather(*(ten.push(*records(4 * number, 4)) for number in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429, 429, 429]


async def test_a_day_ends_at_midnight_in_beijing(database: Database) -> None:
    client = ClientId("platform-0123456789abcdef")
    evening = datetime(2026, 6, 1, 23, 59, 30, tzinfo=clock.SHANGHAI)

    async def count(at: datetime) -> None:
        async with transaction(database) as session:
            await quotas.count_records(session, client, 5, 5, at)

    await count(evening)
    with pytest.raises(QuotaExceeded) as refusal:
        await count(evening + timedelta(seconds=10))
    assert refusal.value.retry_after_s == 21
    await count(evening + timedelta(seconds=31))


async def test_a_minute_of_requests_counts_for_all_processes_together(database: Database) -> None:
    client, at = ClientId("platform-0123456789abcdef"), datetime(2026, 6, 1, 12, 0, 30, tzinfo=clock.SHANGHAI)

    async def count(moment: datetime) -> int:
        try:
            async with transaction(database) as session:
                await quotas.count_request(session, client, 5, moment)
        except QuotaExceeded as refusal:
            return refusal.retry_after_s
        return 0

    assert sorted(await asyncio.gather(*(count(at) for _ in range(9)))) == [0] * 5 + [31] * 4
    assert await count(at + timedelta(seconds=30)) == 0


async def test_requests_beyond_the_quota_are_told_so(doors: Doors) -> None:
    client = await bounded(doors, Quota(requests_a_minute=1))
    answers = [await client.http.get("/api/v1/assessment") for _ in range(3)]  # in two minutes at most
    assert 1 <= assert_exceeded(next(each for each in answers if each.status_code == 429)) <= 60


@pytest.fixture
async def frugal(settings: Settings) -> AsyncIterator[FastAPI]:
    """A server whose settings give every client a quota."""
    app = create_app(settings.model_copy(update={"work_in_server": False, "records_a_day": 3}))
    async with app.router.lifespan_context(app):
        yield app


async def test_the_settings_speak_where_the_client_says_nothing(frugal: FastAPI, doors: Doors) -> None:
    transport = httpx.ASGITransport(frugal)
    elsewhere = Doors(doors.database, transport, doors.base_url, doors.stack)
    silent, own = await bounded(elsewhere, Quota()), await bounded(elsewhere, Quota(records_a_day=5))
    assert_exceeded(await silent.push(*records(0, 4)))
    assert (await own.push(*records(0, 4))).status_code == 200


async def test_what_is_over_is_forgotten(database: Database) -> None:
    async with transaction(database) as session:
        await quotas.count_records(session, ClientId("c"), 5, 1, clock.now() - timedelta(days=3))
        await quotas.count_records(session, ClientId("c"), 5, 2, clock.now())
        await service.prune_credentials(session, clock.now())
        with pytest.raises(QuotaExceeded):
            await quotas.count_records(session, ClientId("c"), 5, 4, clock.now())
        await quotas.count_records(session, ClientId("c"), 5, 5, clock.now() - timedelta(days=3))
