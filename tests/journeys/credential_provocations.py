"""How to be refused over keys, quotas and rates: requests that earn each error of theirs."""

from collections.abc import Mapping

import httpx

from app.accounts import errors as accounts
from app.accounts.schemas import NewClient, Quota
from app.accounts.service import set_quota
from app.api.limits import Limits, RateLimited
from app.core import errors
from app.core.vocabulary import Feed
from app.db.session import transaction
from tests.api.conftest import LIVE
from tests.factories.client_keys import Pair
from tests.ingest.examples import FULL
from tests.journeys.error_world import Provocation, World

KEYS = "/api/v1/client/keys"
FLOODING = "192.0.2.1"


async def newcomer(world: World) -> tuple[NewClient, httpx.AsyncClient]:
    """A client of the platform with a key of its own, signed in with it."""
    account, client, pair = await world.doors.register(LIVE), await world.doors.stranger(), Pair()
    await pair.register(world.doors.database, account.client_id)
    answer = await client.post("/oauth/token", data=pair.form(account.client_id))
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    client.headers["Accept-Language"] = world.stranger.headers["Accept-Language"]
    return account, client


async def with_an_unusable_key(world: World) -> httpx.Response:
    return await world.platform.post(KEYS, json={"public_key": "x"})


async def with_a_key_twice(world: World) -> httpx.Response:
    _, client = await newcomer(world)
    key = {"public_key": Pair().pem}
    await client.post(KEYS, json=key)
    return await client.post(KEYS, json=key)


async def with_too_many_keys(world: World) -> httpx.Response:
    _, client = await newcomer(world)
    for _ in range(10):
        answer = await client.post(KEYS, json={"public_key": Pair().pem})
    return answer


async def with_its_own_key(world: World) -> httpx.Response:
    _, client = await newcomer(world)
    return await client.delete(f"{KEYS}/k1")


async def with_no_such_key(world: World) -> httpx.Response:
    return await world.platform.delete(f"{KEYS}/nothing")


async def beyond_its_records(world: World) -> httpx.Response:
    account, client = await newcomer(world)
    async with transaction(world.doors.database) as session:
        await set_quota(session, account.client_id, Quota(records_a_day=0))
    record = FULL[Feed.attendance] | {"lesson_id": "S77"}
    return await client.post(f"/api/v1/feeds/{Feed.attendance}", json=[record])


async def from_a_flooding_address(world: World) -> httpx.Response:
    limits: Limits = world.app.state.resources.limits
    for _ in range(world.app.state.resources.settings.address_failures_a_minute):
        limits.count_failure(FLOODING)
    transport = httpx.ASGITransport(world.app, client=(FLOODING, 1))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://supervise.test", headers=world.stranger.headers
    ) as client:
        return await client.get("/api/v1/batches")


PROBLEMS: Mapping[type[errors.AppError], Provocation] = {
    accounts.UnusableKey: with_an_unusable_key,
    accounts.KeyRegistered: with_a_key_twice,
    accounts.TooManyKeys: with_too_many_keys,
    accounts.KeyInUse: with_its_own_key,
    accounts.ClientKeyUnknown: with_no_such_key,
    accounts.QuotaExceeded: beyond_its_records,
    RateLimited: from_a_flooding_address,
}

OF_ADMINISTRATORS = "asked by administrators, with a fresh factor: tests/api/test_clients.py, tests/accounts"
NOT_OVER_HTTP: Mapping[type[errors.AppError], str] = dict.fromkeys(
    (
        accounts.ClientUnknown,
        accounts.OnlySecret,
        accounts.PlatformDiffers,
        accounts.UnusableDistrust,
        accounts.UnusableRegistration,
    ),
    OF_ADMINISTRATORS,
)
