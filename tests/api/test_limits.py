"""Rates by address and by client; whose address it is, whatever headers say."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from app.api.address import UNKNOWN, address_of, site_of
from app.api.limits import BoundedStorage, Limits, RateLimited
from app.core.config import Settings
from app.core.ids import ClientId
from app.main import create_app
from tests.api.conftest import LIVE, Doors, account_form

PROXY, OTHER_PROXY, CLIENT, FORGED = "10.0.0.1", "10.9.9.9", "203.0.113.7", "198.51.100.1"
TRUSTED = Settings.model_validate({"trusted_proxies": "10.0.0.0/8, fd00::/8"}).trusted_proxies


def scope(peer: str | None, *forwarded: str) -> dict[str, object]:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    return {"type": "http", "client": peer and (peer, 4711), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (CLIENT, [], CLIENT),
        (CLIENT, [FORGED], CLIENT),
        (PROXY, [], PROXY),
        (PROXY, [CLIENT], CLIENT),
        (PROXY, [f"{FORGED}, {CLIENT}"], CLIENT),
        (PROXY, [FORGED, CLIENT], CLIENT),
        (PROXY, [f"{FORGED}, {CLIENT}, {OTHER_PROXY}"], CLIENT),
        (PROXY, [f"{FORGED}, {CLIENT}:4711"], CLIENT),
        (PROXY, ["[2001:db8::7]:4711"], "2001:db8::7"),
        (PROXY, ["2001:db8::7"], "2001:db8::7"),
        (PROXY, [f"::ffff:{CLIENT}"], CLIENT),
        (f"::ffff:{PROXY}", [CLIENT], CLIENT),
        (PROXY, ["unknown"], PROXY),
        (PROXY, [f"{FORGED}, _hidden"], PROXY),
        (PROXY, [""], PROXY),
        (PROXY, [f"{OTHER_PROXY}"], OTHER_PROXY),
        (PROXY, [", ".join([FORGED, *[OTHER_PROXY] * 5000])], OTHER_PROXY),
        (PROXY, ["' OR 1=1 --"], PROXY),
        (None, [CLIENT], UNKNOWN),
        ("/run/socket", [CLIENT], UNKNOWN),
    ],
)
def test_whose_address_it_is(peer: str | None, forwarded: list[str], address: str) -> None:
    assert address_of(scope(peer, *forwarded), TRUSTED) == address


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert address_of(scope(PROXY, FORGED), ()) == PROXY


@pytest.mark.parametrize("text", ["10.0.0.1/8", "nowhere", "10.0.0.0/33"])
def test_a_proxy_that_is_no_network_stops_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        Settings.model_validate({"trusted_proxies": text})


def test_the_holder_of_a_network_is_one_site() -> None:
    assert site_of("2001:db8:1:2::7") == site_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert site_of("2001:db8:1:3::7") != site_of("2001:db8:1:2::7")
    assert site_of(CLIENT) == CLIENT


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def limits_of(clock: Clock, **changes: int) -> Limits:
    return Limits(Settings(**changes), now=clock)  # type: ignore[arg-type]  # numbers of settings


@pytest.mark.parametrize(
    ("setting", "ask"),
    [
        ("address_requests_a_minute", lambda limits, who: limits.count_request(who)),
        ("client_requests_a_minute", lambda limits, who: limits.count_client(ClientId(who))),
    ],
)
def test_who_asks_too_often_comes_back_when_the_minute_is_over(
    setting: str, ask: Callable[[Limits, str], None]
) -> None:
    clock = Clock()
    limits = limits_of(clock, **{setting: 3})
    for _ in range(3):
        ask(limits, CLIENT)
    clock.now_s += 20
    with pytest.raises(RateLimited) as refusal:
        ask(limits, CLIENT)
    assert refusal.value.retry_after_s == 41
    ask(limits, FORGED)
    clock.now_s += refusal.value.retry_after_s
    ask(limits, CLIENT)


def test_memory_is_bounded_however_many_addresses_there_are() -> None:
    clock = Clock()
    storage = BoundedStorage(100, clock)
    for number in range(10_000):
        storage.incr(f"address {number}", 60)
    assert len(storage) == 100
    assert (storage.get("address 9999"), storage.get("address 0")) == (1, 0)


@pytest.fixture
async def strict(settings: Settings) -> AsyncIterator[FastAPI]:
    """A server that has patience for five failures or forty requests a minute, behind a proxy."""
    changes = {
        "work_in_server": False,
        "address_failures_a_minute": 5,
        "address_requests_a_minute": 40,
        "trusted_proxies": TRUSTED,
    }
    app = create_app(settings.model_copy(update=changes))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def knock(strict: FastAPI, doors: Doors) -> Callable[[str], Doors]:
    """The doors as somebody at this address sees them."""
    return lambda peer: Doors(
        doors.database, httpx.ASGITransport(strict, client=(peer, 1)), doors.base_url, doors.stack
    )


async def test_who_guesses_secrets_is_stopped_and_who_is_known_goes_on(knock: Callable[[str], Doors]) -> None:
    honest = await knock(CLIENT).signed_in(LIVE)
    assert (await honest.get("/api/v1/batches")).status_code == 200
    guesser = await knock(CLIENT).stranger()
    form = {
        "grant_type": "client_credentials",
        "client_id": "platform-0123456789abcdef",
        "client_secret": "x",
    }
    statuses = [(await guesser.post("/oauth/token", data=form)).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    for language, words in (("zh-CN", "请求过于频繁"), ("en", "Too many requests")):
        refused = await guesser.post("/oauth/token", data=form, headers={"Accept-Language": language})
        assert (refused.json()["code"], words in refused.json()["detail"]) == ("rate_limited", True)
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert refused.headers["x-content-type-options"] == "nosniff"
    assert (await honest.get("/api/v1/batches")).status_code == 200
    elsewhere = await knock(FORGED).stranger()
    assert (await elsewhere.post("/oauth/token", data=form)).status_code == 401


async def test_who_guesses_tokens_is_stopped_too(knock: Callable[[str], Doors]) -> None:
    guesser = await knock(CLIENT).stranger()
    statuses = [
        (await guesser.get("/api/v1/batches", headers={"Authorization": f"Bearer {number}"})).status_code
        for number in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2


async def test_a_forged_header_makes_nobody_somebody_else(knock: Callable[[str], Doors]) -> None:
    guesser = await knock(CLIENT).stranger()
    statuses = [
        (await guesser.get("/api/v1/batches", headers={"X-Forwarded-For": f"192.0.2.{n}"})).status_code
        for n in range(7)
    ]
    assert statuses[5:] == [429, 429]
    through_a_proxy = await knock(PROXY).stranger()
    statuses = [
        (
            await through_a_proxy.get(
                "/api/v1/batches", headers={"X-Forwarded-For": f"192.0.2.{n}, {FORGED}"}
            )
        ).status_code
        for n in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2
    another = {"X-Forwarded-For": "192.0.2.1"}
    assert (await through_a_proxy.get("/api/v1/batches", headers=another)).status_code == 401


async def test_a_flood_stops_before_anything_is_done_and_probes_go_on(knock: Callable[[str], Doors]) -> None:
    flood = await knock(CLIENT).stranger()
    statuses = [(await flood.get("/openapi.json")).status_code for _ in range(42)]
    assert statuses == [200] * 40 + [429] * 2
    for probe in ("/healthz", "/readyz", "/metrics"):
        assert (await flood.get(probe)).status_code == 200


async def test_one_client_has_a_bound_of_its_own(settings: Settings, doors: Doors) -> None:
    app = create_app(settings.model_copy(update={"work_in_server": False, "client_requests_a_minute": 3}))
    async with app.router.lifespan_context(app):
        crowd = Doors(doors.database, httpx.ASGITransport(app), doors.base_url, doors.stack)
        account, other = await crowd.register(LIVE), await crowd.signed_in(LIVE)
        http = await crowd.stranger()
        form = {"grant_type": "client_credentials", **account_form(account)}
        for _ in range(4):  # with a token of its own for each request
            token = (await http.post("/oauth/token", data=form)).json()["access_token"]
            answer = await http.get("/api/v1/batches", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert (await other.get("/api/v1/batches")).status_code == 200
