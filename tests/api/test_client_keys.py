"""A client's own keys: registered, listed, retired, and one after the other without an outage."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.accounts.schemas import NewClient
from app.client import Client, PrivateKey
from app.core.vocabulary import Feed
from tests.api.conftest import LIVE, VOD, Doors
from tests.factories.client_keys import Pair
from tests.ingest.examples import FULL

KEYS = "/api/v1/client/keys"


async def signed_in(doors: Doors, pair: Pair, account: NewClient | None = None) -> httpx.AsyncClient:
    """With this key, which the operator has registered."""
    account, client = account or await doors.register(LIVE), await doors.stranger()
    await pair.register(doors.database, account.client_id)
    answer = await client.post("/oauth/token", data=pair.form(account.client_id))
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


async def test_a_key_is_registered_listed_and_retired(doors: Doors) -> None:
    client = await signed_in(doors, Pair("old"))
    added = await client.post(KEYS, json={"public_key": Pair("new", "ES256").pem, "kid": "new"})
    assert (added.status_code, added.json()["kid"], added.json()["algorithm"]) == (201, "new", "ES256")
    assert (await client.delete(f"{KEYS}/new")).status_code == 204
    listed = (await client.get(KEYS)).json()["items"]
    assert [(key["kid"], key["retired_at"] is None) for key in listed] == [("new", False), ("old", True)]


async def test_pages_hold_as_many_keys_as_are_asked_for(doors: Doors) -> None:
    client = await signed_in(doors, Pair("k2"))
    await client.post(KEYS, json={"public_key": Pair().pem, "kid": "k1"})
    first = (await client.get(KEYS, params={"limit": 1})).json()
    second = (await client.get(KEYS, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [key["kid"] for key in first["items"] + second["items"]] == ["k1", "k2"]


async def test_a_key_without_a_name_is_called_by_its_thumbprint(doors: Doors, tmp_path: Path) -> None:
    client = await signed_in(doors, Pair())
    for algorithm in ("EdDSA", "ES256"):
        pair = Pair(algorithm=algorithm)
        kid = (await client.post(KEYS, json={"public_key": pair.pem})).json()["kid"]
        assert private_key(pair, tmp_path).kid == kid


def private_key(pair: Pair, directory: Path, kid: str | None = None) -> PrivateKey:
    path = directory / f"{pair.kid}.pem"
    path.write_bytes(pair.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return PrivateKey.load(path, kid=kid)


async def test_somebody_elses_keys_do_not_exist(doors: Doors) -> None:
    mine = await signed_in(doors, Pair("mine"))
    theirs = await signed_in(doors, Pair("theirs"), await doors.register(VOD))
    assert (await mine.delete(f"{KEYS}/theirs")).json()["code"] == "client_key_unknown"
    assert [key["kid"] for key in (await mine.get(KEYS)).json()["items"]] == ["mine"]
    assert (await theirs.get(KEYS)).json()["items"][0]["retired_at"] is None


async def test_a_key_is_registered_once_whoever_comes_with_it(doors: Doors) -> None:
    mine = await signed_in(doors, Pair("mine"))
    theirs = await signed_in(doors, Pair("theirs"), await doors.register(VOD))
    key = {"public_key": Pair().pem}
    assert (await mine.post(KEYS, json=key)).status_code == 201
    for client in (mine, theirs):
        answer = await client.post(KEYS, json=key | {"kid": "another-name"})
        assert answer.json()["code"] == "key_registered"


@pytest.mark.parametrize(
    "changes",
    [
        {"public_key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"},
        {"public_key": ""},
        {"kid": "../../etc/passwd"},
        {"kid": "k" * 65},
        {"kid": ""},
        {"not_after": "2020-01-01T00:00:00Z"},
        {"not_after": "2099-01-01T00:00:00"},
        {"colour": "red"},
    ],
)
async def test_what_is_no_key_is_refused(doors: Doors, changes: dict[str, str]) -> None:
    client = await signed_in(doors, Pair())
    answer = await client.post(KEYS, json={"public_key": Pair().pem} | changes)
    assert answer.status_code == 422


async def test_a_private_key_is_not_taken_for_a_public_one(doors: Doors) -> None:
    client = await signed_in(doors, Pair())
    pem = Pair().private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert (await client.post(KEYS, json={"public_key": pem})).json()["code"] == "unusable_key"


async def test_the_scope_must_allow_it(doors: Doors) -> None:
    narrow = await doors.signed_in(LIVE, scope="feeds:push")
    assert (await narrow.get(KEYS)).status_code == 403


async def test_keys_follow_one_another_under_a_running_pusher(served: Doors, tmp_path: Path) -> None:
    """Not one request is refused: neither while both are good, nor when the old one is retired."""
    account, first, second = await served.register(LIVE), Pair("first"), Pair("second", "ES256")
    await first.register(served.database, account.client_id)
    pushers = Pushers(Client(served.base_url, account.client_id, private_key(first, tmp_path, "first")))

    def rotate() -> None:
        with pushers.client as client, pushers.at_work():
            client.post(KEYS, {"public_key": second.pem, "kid": "second"})
            client.use(private_key(second, tmp_path, "second"))
            pushers.let_each_push_twice()  # nothing with a token of the first key is under way any more
            client.request("DELETE", f"{KEYS}/first")
            pushers.let_each_push_twice()

    await asyncio.to_thread(rotate)
    assert {*pushers.statuses} == {200, 201, 204}


class Pushers:
    """Two threads that share a client and push without a pause."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.statuses: list[int] = []
        client._http.event_hooks = {"response": [lambda answer: self.statuses.append(answer.status_code)]}
        self._pushed = [0, 0]
        self._stop = threading.Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with ThreadPoolExecutor(2) as hands:
            pushing = [hands.submit(self._push, hand) for hand in range(2)]
            try:
                yield
            finally:
                self._stop.set()
            for each in pushing:
                each.result()

    def _push(self, hand: int) -> None:
        while not self._stop.is_set():
            lesson_id = f"S{hand}.{self._pushed[hand]}"
            self.client.push(Feed.attendance, [FULL[Feed.attendance] | {"lesson_id": lesson_id}])
            self._pushed[hand] += 1

    def let_each_push_twice(self) -> None:
        before = list(self._pushed)
        while any(now < then + 2 for now, then in zip(self._pushed, before, strict=True)):
            time.sleep(0.005)
