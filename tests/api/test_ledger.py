"""Anybody who may sign in reads the log and checks it; officials publish on demand."""

import hashlib
import json
from base64 import b64decode
from datetime import datetime
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI

from app.core.vocabulary import Role
from app.ledger.merkle import root
from tests.api.conftest import REGULATOR, Doors
from tests.api.term import CLOSED, get, push_term, settle
from tests.ledger.log import behind_the_back

LEDGER = "/api/v1/ledger"


@pytest.fixture
async def regulator(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(REGULATOR)


@pytest.fixture
async def published(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> dict[str, Any]:
    """A term is pushed and decided, and all of it is in a checkpoint."""
    await push_term(platform, **CLOSED)
    await settle(app)
    answer = await regulator.post(f"{LEDGER}/checkpoints")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def verified(note: str, vkey: str) -> tuple[str, int, str]:
    """Origin, size and root, by the words of C2SP signed-note and nothing of the platform's."""
    name, key_id, encoded = vkey.split("+", 2)
    material = b64decode(encoded)
    assert hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex() == key_id
    text, lines = note.split("\n\n")
    (line,) = lines.splitlines()
    dash, named, signature = line.split(" ")
    assert (dash, named, material[:1]) == ("\N{EM DASH}", name, b"\x01")
    assert b64decode(signature)[:4].hex() == key_id
    Ed25519PublicKey.from_public_bytes(material[1:]).verify(b64decode(signature)[4:], f"{text}\n".encode())
    origin, size, encoded_root = text.split("\n")
    return origin, int(size), b64decode(encoded_root).hex()


async def test_nothing_is_there_before_the_first_checkpoint(platform: httpx.AsyncClient) -> None:
    answer = await platform.get(f"{LEDGER}/checkpoint")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_checkpoint_yet")
    standing = await get(platform, LEDGER)
    assert (standing["origin"], standing["published"], standing["refused"]) == (None, None, None)


class TestACheckpoint:
    async def test_is_a_note_that_the_key_of_the_log_signed(
        self, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        (key,) = (await get(platform, f"{LEDGER}/keys"))["log"]
        answer = await platform.get(f"{LEDGER}/checkpoint")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == published["note"]
        origin, size, found = verified(answer.text, key["vkey"])
        assert (size, found) == (published["size"], published["root"])
        assert origin == (await get(platform, LEDGER))["origin"]
        assert key["retired_at"] is None

    async def test_covers_every_entry_in_its_order(
        self, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        leaves, kinds = [], set()
        for index in range(published["size"]):
            entry = await get(platform, f"{LEDGER}/entries/{index}")
            hashed = hashlib.sha256(b"\x00" + entry["envelope"].encode()).hexdigest()
            assert (entry["index"], entry["leaf_hash"]) == (index, hashed)
            assert json.loads(entry["envelope"])["kind"] == entry["kind"]
            leaves.append(bytes.fromhex(hashed))
            kinds.add(entry["kind"])
        assert root(leaves).hex() == published["root"]
        assert {"batch", "assessment", "policy", "key"} <= kinds

    async def test_is_found_again_by_its_size(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        await push_term(platform, class_group_id="C9")
        later = (await regulator.post(f"{LEDGER}/checkpoints")).json()
        assert later["size"] > published["size"]
        assert datetime.fromisoformat(later["issued_at"]) > datetime.fromisoformat(published["issued_at"])
        first = await get(platform, f"{LEDGER}/checkpoints", limit=1)
        rest = await get(platform, f"{LEDGER}/checkpoints", limit=1, cursor=first["next_cursor"])
        assert [*first["items"], *rest["items"]] == [later, published]
        assert rest["next_cursor"] is None
        assert (await platform.get(f"{LEDGER}/checkpoints/{published['size']}")).text == published["note"]

    async def test_is_the_same_where_nothing_came_to_it(
        self, regulator: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        assert (await regulator.post(f"{LEDGER}/checkpoints")).json() == published

    async def test_is_published_by_officials_alone(
        self, doors: Doors, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        assert (await platform.post(f"{LEDGER}/checkpoints")).status_code == 403
        clerk = await doors.person(Role.clerk)
        assert (await clerk.post(f"{LEDGER}/checkpoints")).json() == published


class TestTheThreeStates:
    async def test_follow_one_another(
        self, app: FastAPI, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        await push_term(platform, class_group_id="C9")
        await settle(app)
        standing = await get(platform, LEDGER)
        assert standing["sequenced"] > standing["integrated"]["size"] == published["size"]
        assert standing["published"] == published
        assert (standing["refused"], standing["alarms"]) == (None, [])

    async def test_tell_why_nothing_is_signed(
        self, regulator: httpx.AsyncClient, owner_url: str, published: dict[str, Any]
    ) -> None:
        await behind_the_back(owner_url, "UPDATE ledger_tree SET root = sha256('other')")
        refused = await regulator.post(f"{LEDGER}/checkpoints")
        assert (refused.status_code, refused.json()["code"], refused.json()["kind"]) == (
            409,
            "log_refused",
            "root_differs",
        )
        standing = await get(regulator, LEDGER)
        assert standing["refused"] == standing["alarms"][0]
        assert (standing["refused"]["kind"], standing["refused"]["checkpoint_size"]) == (
            "root_differs",
            published["size"],
        )
        assert standing["published"] == published


class TestProofs:
    async def test_an_entry_is_in_the_tree(
        self, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        size = published["size"]
        for index in (0, size // 2, size - 1):
            proof = await get(platform, f"{LEDGER}/proofs/inclusion", index=index)
            assert (proof["size"], proof["checkpoint"]) == (size, published["note"])
            assert climbed(proof) == published["root"]

    async def test_a_proof_for_an_older_size_is_another_one(
        self, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        size = published["size"]
        older = await get(platform, f"{LEDGER}/proofs/inclusion", index=0, size=size - 1)
        assert older["checkpoint"] is None
        assert (
            climbed(older)
            != published["root"]
            == climbed(await get(platform, f"{LEDGER}/proofs/inclusion", index=0, size=size))
        )

    async def test_as_a_file_it_bears_the_checkpoint(
        self, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        answer = await platform.get(f"{LEDGER}/proofs/inclusion", params={"index": 1, "format": "tlog-proof"})
        head, _, note = answer.text.partition("\n\n")
        first, index, *path = head.split("\n")
        assert (first, index, note) == ("c2sp.org/tlog-proof@v1", "index 1", published["note"])
        told = await get(platform, f"{LEDGER}/proofs/inclusion", index=1)
        assert [b64decode(each).hex() for each in path] == told["path"]

    async def test_a_larger_tree_continues_a_smaller_one(
        self, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        size = published["size"]
        proof = await get(platform, f"{LEDGER}/proofs/consistency", **{"from": 1})
        assert (proof["from"], proof["to"]) == (1, size)
        first = (await get(platform, f"{LEDGER}/entries/0"))["leaf_hash"]
        as_inclusion = {"index": 0, "size": size, "leaf_hash": first, "path": proof["path"]}
        assert climbed(as_inclusion) == published["root"]  # of a tree of one leaf both proofs are the same

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            ("entries/100000", 404, "no_such_entry"),
            ("entries/first", 404, "no_such_entry"),
            ("checkpoints/100000", 404, "no_such_checkpoint"),
            ("proofs/inclusion?index=100000", 409, "not_in_log_yet"),
            ("proofs/inclusion?index=0&size=100000", 404, "no_such_size"),
            ("proofs/inclusion?index=0&size=1&format=tlog-proof", 404, "no_such_checkpoint"),
            ("proofs/inclusion?index=-1", 422, "invalid"),
            ("proofs/consistency?from=0", 422, "invalid"),
            ("proofs/consistency?from=2&to=1", 409, "sizes_reversed"),
            ("tile/0/001", 404, "no_such_tile"),
            ("tile/0/000.p/255", 404, "no_such_tile"),
            ("tile/0/000.p/256", 404, "no_such_tile"),
            ("tile/0/x000/000.p/1", 404, "no_such_tile"),
            ("tile/64/000.p/1", 404, "no_such_tile"),
            ("tile/entries/000", 404, "no_such_tile"),
        ],
    )
    @pytest.mark.usefixtures("published")
    async def test_what_is_not_there_is_refused_with_its_reason(
        self, platform: httpx.AsyncClient, path: str, status: int, code: str
    ) -> None:
        answer = await platform.get(f"{LEDGER}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)


class TestTiles:
    async def test_hold_leaf_hashes_and_envelopes(
        self, platform: httpx.AsyncClient, published: dict[str, Any]
    ) -> None:
        size = published["size"]
        tile = await platform.get(f"{LEDGER}/tile/0/000.p/{size}")
        bundle = await platform.get(f"{LEDGER}/tile/entries/000.p/{size}")
        assert tile.headers["content-type"] == bundle.headers["content-type"] == "application/octet-stream"
        leaves = [tile.content[at : at + 32] for at in range(0, len(tile.content), 32)]
        assert root(leaves).hex() == published["root"]
        assert [hashlib.sha256(b"\x00" + each).digest() for each in unbundled(bundle.content)] == leaves
        narrower = await platform.get(f"{LEDGER}/tile/0/000.p/3")
        assert narrower.content == tile.content[:96]


def unbundled(content: bytes) -> list[bytes]:
    found = []
    while content:
        length = int.from_bytes(content[:2])
        found.append(content[2 : 2 + length])
        content = content[2 + length :]
    return found


def climbed(proof: dict[str, Any]) -> str:
    """The root that a path leads to, by RFC 9162 §2.1.3.2."""
    number, last = proof["index"], proof["size"] - 1
    node = bytes.fromhex(proof["leaf_hash"])
    for sibling in map(bytes.fromhex, proof["path"]):
        if number % 2 or number == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while number % 2 == 0 and number:
                number, last = number >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        number, last = number >> 1, last >> 1
    assert last == 0
    return node.hex()
