"""The whole server at a real port: what a receipt promises, what is logged, a database that goes away."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed
from app.db.models import Batch
from app.db.session import Database, reading
from tests.api.conftest import LIVE, Doors
from tests.server import CloneServer

RECORD = EXAMPLES[Feed.attendance]
PATH = "/api/v1/feeds/attendance"


@pytest.fixture
async def pusher(served: Doors) -> httpx.AsyncClient:
    return await served.signed_in(LIVE)


async def test_a_receipt_is_durable_when_it_arrives(pusher: httpx.AsyncClient, database: Database) -> None:
    for _ in range(20):
        receipt = (await pusher.post(PATH, json=[RECORD])).json()
        async with reading(database) as session:
            assert await session.get(Batch, receipt["batch_id"]) is not None


async def test_a_line_is_logged_without_the_address(
    pusher: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        params = {"class_group_id": "C2026-001", "learner_id": "L0001", "lesson_id": "S01"}
        answer = await pusher.get("/api/v1/records/attendance", params=params)
    written = [entry.getMessage() for entry in caplog.records if entry.name.startswith("supervise")]
    (line,) = [line for line in written if "/api/v1/records/{feed}" in line]
    assert answer.headers["x-request-id"] in line
    assert "client_id='platform-" in line
    assert "status=404" in line
    assert "L0001" not in "".join(written)


async def test_a_database_that_goes_away_is_waited_for(
    pusher: httpx.AsyncClient, clone_server: CloneServer, database_name: str
) -> None:
    assert (await pusher.post(PATH, json=[RECORD])).status_code == 200
    await clone_server.administer(f"ALTER DATABASE {database_name} CONNECTION LIMIT 0")
    await clone_server.administer(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database_name}'"  # noqa: S608
    )
    for path in (PATH, "/api/v1/assessment", "/readyz"):
        answer = await pusher.request("POST" if path == PATH else "GET", path, json=[RECORD])
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
    assert (await pusher.get("/healthz")).status_code == 200
    await clone_server.administer(f"ALTER DATABASE {database_name} CONNECTION LIMIT -1")
    assert (await pusher.post(PATH, json=[RECORD])).json()["unchanged"] == 1


async def test_every_line_of_a_push_that_fails_bears_its_request_id(
    pusher: httpx.AsyncClient, clone_server: CloneServer, database_name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await clone_server.administer(f"ALTER DATABASE {database_name} CONNECTION LIMIT 0")
    await clone_server.administer(
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database_name}'"  # noqa: S608
    )
    with caplog.at_level(logging.INFO):
        answer = await pusher.post(PATH, json=[RECORD], headers={"X-Request-Id": "push-4711"})
    await clone_server.administer(f"ALTER DATABASE {database_name} CONNECTION LIMIT -1")
    assert answer.headers["x-request-id"] == "push-4711"
    written = [entry.getMessage() for entry in caplog.records if entry.name == "supervise.requests"]
    failed, told = [line for line in written if "push-4711" in line]
    assert failed.startswith("event='request could not be served'")
    assert "'TooManyConnectionsError'" in failed
    assert "status=503" in told
    assert f"code='{answer.json()['code']}'" in told


COUNTS = """
from app.core import metrics
from app.core.exposition import exposition

metrics.finished(metrics.Stage.store, 7)
metrics.RESTING.set(3)
print(exposition(None).decode())
"""


def test_the_counts_of_several_processes_are_added_up(tmp_path: Path) -> None:
    told = ""
    for _ in range(2):
        told = subprocess.run(
            [sys.executable, "-c", COUNTS],
            capture_output=True,
            check=True,
            text=True,
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        ).stdout
    assert 'supervise_stage_items_total{stage="store"} 14.0' in told
    assert "supervise_class_groups_resting 3.0" in told, "those of the process that has ended rest no more"
    assert float(re.findall(r"^process_resident_memory_bytes (.+)", told, re.MULTILINE)[0]) > 1e7
    assert float(re.findall(r"^process_cpu_seconds_total (.+)", told, re.MULTILINE)[0]) > 0
