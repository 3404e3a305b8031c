"""How tests ask for bundles, sign the log, and take a bundle apart."""

import io
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import httpx
from fastapi import FastAPI

from app.api.deps import Resources
from app.ledger.publication import Publishing, publish
from tests.api.term import C1

WHY = {"purpose": "inspection", "reason": "核对投诉所指的学习记录"}
BUNDLES = "/api/v1/evidence-bundles"


async def sign(app: FastAPI) -> None:
    """A checkpoint over all that is committed."""
    resources: Resources = app.state.resources
    await publish(resources.database, resources.key_ring, Publishing.of(resources.settings))


def change_settings(app: FastAPI, **changes: object) -> None:
    resources: Resources = app.state.resources
    settings = resources.settings.model_copy(update=changes)
    app.state.resources = replace(resources, settings=settings)


async def ask(client: httpx.AsyncClient, *learner_ids: str | None) -> httpx.Response:
    """Of these enrollments of C1; None: of the whole class group."""
    items = [
        {"platform": "P1", "class_group_id": C1} | ({} if each is None else {"learner_id": each})
        for each in learner_ids
    ]
    return await client.post(BUNDLES, json={"items": items, **WHY})


async def bundle(client: httpx.AsyncClient, *learner_ids: str | None) -> bytes:
    answer = await ask(client, *learner_ids)
    assert answer.status_code == 200, answer.text
    return answer.content


def unpacked(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for name, each in files.items():
            archive.writestr(name, each)
    return content.getvalue()


def verified(content: bytes, place: Path) -> subprocess.CompletedProcess[str]:
    """By the script that came along, in a directory that holds nothing else, without site-packages."""
    place.mkdir(exist_ok=True)
    (place / "bundle.zip").write_bytes(content)
    (place / "verify.py").write_bytes(unpacked(content)["verify.py"])
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "bundle.zip"],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONUTF8": "1"},
    )
