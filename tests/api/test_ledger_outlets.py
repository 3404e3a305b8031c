"""Whoever reads the log sees where its checkpoints went, who cosigned them, and who contradicts it."""

from base64 import b64decode
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI

from app.ledger.checkpoint_directory import CheckpointDirectory
from app.ledger.cosignature import WitnessKey
from app.ledger.outlets import Outlets, bring_out
from app.ledger.witnesses import Witness as Configured
from tests.api.conftest import REGULATOR, Doors
from tests.api.term import get
from tests.ledger.house import HOST, NAME
from tests.ledger.witness import COSIGNED_AT, Witness, standing_at

LEDGER = "/api/v1/ledger"


@pytest.fixture
async def regulator(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(REGULATOR)


async def published(regulator: httpx.AsyncClient) -> str:
    answer = await regulator.post(f"{LEDGER}/checkpoints")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["note"])


async def test_cosignatures_are_served_with_the_key_that_verifies_them(
    app: FastAPI, regulator: httpx.AsyncClient, platform: httpx.AsyncClient, tmp_path: Path
) -> None:
    note = await published(regulator)
    witness = Witness(NAME)
    witness.knows((await get(platform, f"{LEDGER}/keys"))["log"][0]["vkey"])
    async with standing_at(HOST, tmp_path, witness) as outbound:
        configured = Configured(WitnessKey.parse(witness.vkey), f"https://{HOST}/log")
        outlets = Outlets(CheckpointDirectory(tmp_path), (configured,), outbound)
        assert await bring_out(app.state.resources.database, outlets) == 2
    served = (await platform.get(f"{LEDGER}/checkpoint")).text
    assert served.startswith(note)
    text, line = note.partition("\n\n")[0] + "\n", served.removeprefix(note)
    (key,) = (await get(platform, f"{LEDGER}/keys"))["witnesses"]
    assert key["name"] == NAME
    public_key = Ed25519PublicKey.from_public_bytes(b64decode(key["vkey"].split("+", 2)[2])[1:])
    signed = f"cosignature/v1\ntime {COSIGNED_AT}\n{text}".encode()
    public_key.verify(b64decode(line.split(" ")[2])[12:], signed)
    size = int(text.split("\n")[1])
    assert (await platform.get(f"{LEDGER}/checkpoints/{size}")).text == served
    told = [
        {name: outlet[name] for name in ("kind", "name", "state", "size", "told")}
        for outlet in (await get(platform, LEDGER))["outlets"]
    ]
    assert told == [
        {"kind": "directory", "name": tmp_path.name, "state": "holds", "size": size, "told": None},
        {"kind": "witness", "name": NAME, "state": "holds", "size": size, "told": None},
    ]


async def test_a_fork_is_shown_with_its_alarm(
    app: FastAPI, regulator: httpx.AsyncClient, platform: httpx.AsyncClient, tmp_path: Path
) -> None:
    note = await published(regulator)
    ahead = note.replace("\n", "\n9", 1)  # a size that was never published
    (tmp_path / "checkpoint").write_text(ahead)
    database = app.state.resources.database
    assert await bring_out(database, Outlets(CheckpointDirectory(tmp_path))) == 0
    standing = await get(platform, LEDGER)
    (outlet,), (alarm,) = standing["outlets"], standing["alarms"]
    assert (outlet["state"], outlet["told"]) == ("contradicted", "checkpoint")
    assert (alarm["kind"], alarm["details"]["reason"]) == ("fork", "checkpoint")
    assert standing["refused"] is None
    assert str(tmp_path.parent) not in str(standing)
    assert (tmp_path / "checkpoint").read_text() == ahead
