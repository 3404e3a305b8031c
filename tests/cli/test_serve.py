"""`supervise serve` as a process: it starts, joins, revives, and ends in order."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from app.cli.listening import listen
from app.db.embedded.state import is_free
from tests.cli.programs import Program, data_directory, environment_of, running


def test_from_nothing_beside_others_through_a_kill_to_an_orderly_end(tmp_path: Path) -> None:
    with (
        data_directory() as data,
        running(tmp_path / "log", "serve", "--port", "0", "--data-dir", str(data), environment={}) as program,
    ):
        address = program.address()
        new = subprocess.run(
            [sys.executable, "-m", "app.cli", "clients", "add", "--role", "regulator", "--json"],
            env=environment_of({"SUPERVISE_DATA_DIR": str(data)}),
            capture_output=True,
            check=True,
        )
        client = json.loads(new.stdout)
        assert token_status(address, client) == 200, "the other program has left the server running"

        os.kill(postmaster(data), signal.SIGKILL)
        assert becomes_ready(address)
        assert token_status(address, client) == 200

        assert program.end(signal.SIGTERM) == 0
        assert not (data / "postgres/data/postmaster.pid").exists()
        assert "Traceback" not in program.output


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigint_ends_any_number_of_processes_in_order(
    workers: str, foreign: dict[str, str], tmp_path: Path
) -> None:
    arguments = ("serve", "--port", "0", "--workers", workers)
    with running(tmp_path / "log", *arguments, environment=foreign) as program:
        address = program.address()
        assert program.end(signal.SIGINT) == 0
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as client:
        client.get(f"{address}/healthz")


def test_processes_do_not_outlive_the_one_that_started_them(foreign: dict[str, str], tmp_path: Path) -> None:
    with running(tmp_path / "log", "serve", "--port", "0", "--workers", "2", environment=foreign) as program:
        port = int(program.address().rpartition(":")[2])
        assert program.end(signal.SIGKILL) == -signal.SIGKILL
        assert becomes_free(port)


def test_a_port_that_is_let_go_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        threading.Timer(0.3, taken.close).start()
        listen("127.0.0.1", port, patience_s=10).close()


def test_a_taken_port_is_one_sentence(foreign: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        program = Program(tmp_path / "log", "serve", "--port", port, environment=foreign)
        assert program.process.wait(30) == 1
    assert program.output == (
        f"supervise: Cannot listen on 127.0.0.1:{port} (Address already in use). "
        "Choose another port with --port.\n"
    )


def test_a_start_that_fails_says_why_in_one_sentence(foreign: dict[str, str], tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "wrong.yaml").write_text("programme: [")
    foreign |= {"SUPERVISE_PACKS_DIR": str(packs), "LC_ALL": "zh_CN.UTF-8"}
    program = Program(tmp_path / "log", "serve", "--port", "0", environment=foreign)
    assert program.process.wait(30) == 1
    assert "wrong.yaml，第 1 行" in program.output.splitlines()[-1]


def test_it_ends_when_the_program_that_started_it_is_gone(foreign: dict[str, str], tmp_path: Path) -> None:
    arguments = ("serve", "--port", "0", "--until-eof")
    program = Program(tmp_path / "log", *arguments, environment=foreign)
    assert program.process.wait(30) == 0


def postmaster(data: Path) -> int:
    return int((data / "postgres/data/postmaster.pid").read_text().split()[0])


def becomes_free(port: int) -> bool:
    deadline = time.monotonic() + 30
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_free(port)


def token_status(address: str, client: dict[str, str]) -> int:
    with httpx.Client(trust_env=False) as http:
        form = {"grant_type": "client_credentials"}
        access = (client["client_id"], client["client_secret"])
        return http.post(f"{address}/oauth/token", data=form, auth=access).status_code


def becomes_ready(address: str) -> bool:
    deadline = time.monotonic() + 30
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline:
            if client.get(f"{address}/readyz").is_success:
                return True
            time.sleep(0.1)
    return False
