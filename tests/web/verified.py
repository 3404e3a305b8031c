"""What people hold of a term that was played: a receipt, a bundle, the numbers of papers, a recording."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI

from app.core.vocabulary import Role
from tests.api.conftest import LIVE, REGULATOR, Doors, opened_doors
from tests.api.kept_videos import take_in, video
from tests.api.term import C1, CLOSED, L1, get, push_term, settle
from tests.server import CloneServer

RECORDING = b"a recording, byte by byte" * 1000
BUNDLE = {
    "items": [{"platform": "P1", "class_group_id": C1, "learner_id": L1}],
    "purpose": "inspection",
    "reason": "核对补贴资格",
}


class Held(NamedTuple):
    app: FastAPI
    doors: Doors
    receipt: dict[str, Any]
    bundle: bytes
    proof: str
    decision_id: str
    export_id: str
    batch_id: str


@asynccontextmanager
async def held_by_people(clone_server: CloneServer, data_dir: Path) -> AsyncIterator[Held]:
    """A class group of P1 is closed and decided; all of it is in a checkpoint."""
    async with opened_doors(clone_server, data_dir) as (app, doors):
        platform, regulator = await doors.signed_in(LIVE), await doors.signed_in(REGULATOR)
        await push_term(platform, **CLOSED)
        recorded = {"hash_algorithm": "sha256", "hash": hashlib.sha256(RECORDING).hexdigest()}
        await take_in(app, platform, video(**recorded))
        await settle(app)
        assert (await regulator.post("/api/v1/ledger/checkpoints")).status_code == 200
        reviewer = await doors.person(Role.reviewer)
        bundle = await reviewer.post("/api/v1/evidence-bundles", json=BUNDLE)
        assert bundle.status_code == 200, bundle.text
        detail = await get(regulator, f"/api/v1/compliance/enrollments/P1/{C1}/{L1}")
        decision_id = detail["decision"]["decision_id"]
        proof = await regulator.get(f"/api/v1/decisions/{decision_id}/proof")
        assert proof.status_code == 200, proof.text
        file = await regulator.get("/api/v1/compliance/enrollments?format=csv")
        batches = (await get(platform, "/api/v1/batches"))["items"]
        receipt = await get(platform, f"/api/v1/batches/{batches[-1]['batch_id']}")
        yield Held(
            app,
            doors,
            receipt,
            bundle.content,
            proof.text,
            decision_id,
            file.text.splitlines()[1].rpartition(",")[2].split(" ")[0].strip('"'),
            receipt["batch_id"],
        )


async def stranger(held: Held) -> httpx.AsyncClient:
    """In a browser of its own, at our pages."""
    client = await held.doors.stranger()
    client.headers["Origin"] = held.doors.base_url
    return client
