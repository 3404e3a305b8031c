"""`supervise worker` as a process: what it tells on its own port, and how it ends."""

import json
import signal
import time
from pathlib import Path

import httpx
import pytest

from app.api import worker_health
from app.db.session import Database
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.cli.programs import Program, running


def test_it_tells_how_it_is_and_ends_in_order(foreign: dict[str, str], tmp_path: Path) -> None:
    environment = {**foreign, "SUPERVISE_WORKER_PORT": "0"}
    with (
        running(tmp_path / "log", "worker", environment=environment) as program,
        httpx.Client(trust_env=False, base_url=program.address()) as client,
    ):
        assert client.get("/healthz").json() == {"status": "ok"}
        told = client.get("/metrics").text
        assert 'supervise_pending{what="touches"} 0.0' in told
        assert 'supervise_stage_seconds_count{stage="sequence"}' in told
        assert 'supervise_database_connections{pool="worker",state="waiting"} 0.0' in told
        assert client.get("/nowhere").status_code == 404
        assert program.end(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in program.output.splitlines()]
    assert {"event", "level", "timestamp"} <= set.intersection(*(set(line) for line in lines))


def test_without_a_port_it_tells_nothing(foreign: dict[str, str], tmp_path: Path) -> None:
    with running(tmp_path / "log", "worker", environment=foreign) as program:
        wait_for("Assessing.", program)
        assert "http://" not in program.output
        assert program.end(signal.SIGTERM) == 0


async def test_one_that_takes_no_step_any_more_is_not_healthy(
    database: Database, key_ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Pipeline(database, PolicyLibrary.load(), key_ring)
    transport = httpx.ASGITransport(worker_health.application(pipeline))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await client.head(path)).status_code == 200
            assert (await client.post(path)).status_code == 405
        monkeypatch.setattr(worker_health, "HANGS_AFTER_S", -1)
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"status": "hangs"})


async def test_a_database_that_is_away_makes_it_unready_not_unhealthy(key_ring: KeyRing) -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/none")
    pipeline = Pipeline(nowhere, PolicyLibrary.load(), key_ring)
    transport = httpx.ASGITransport(worker_health.application(pipeline))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        assert "supervise_database_up 0.0" in (await client.get("/metrics")).text
    await nowhere.dispose()


def wait_for(words: str, program: Program) -> None:
    deadline = time.monotonic() + 30
    while words not in program.output and time.monotonic() < deadline:
        time.sleep(0.05)
    assert words in program.output
