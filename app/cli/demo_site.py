"""What a demo leaves in its data directory, and the server it starts there."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import msgspec

from app.cli.listening import listen
from app.core import files
from app.core.config import default_data_dir
from app.core.errors import AppError, Conflict, Text
from app.simulator.term import Term

CHECKOUT_DIR = Path("var/demo")
TOKEN_LIFETIME_S = 86_400
START_LIMIT_S = 180
PORTS_TO_TRY = 50
QUIETER = {"SUPERVISE_LOG_LEVEL": "warning"}


class Credentials(msgspec.Struct, frozen=True):
    client_id: str
    client_secret: str


class DemoState(msgspec.Struct):
    """The term that this directory holds, and the clients that were made for it."""

    seed: int
    as_of: date
    learners: int
    is_played: bool = False
    clients: dict[str, Credentials] = {}

    @property
    def term(self) -> Term:
        return Term(self.seed, self.as_of, self.learners)


class OtherTerm(Conflict):
    code = "other_term"

    def __init__(self, data_dir: Path, held: Term) -> None:
        term = f"seed {held.seed}, as of {held.as_of}, {held.learners} learners"
        super().__init__(
            Text(
                f"{data_dir} 中已有另一学期（{term}）。请改用其他 --data-dir，或先删除该目录。",
                f"{data_dir} holds another term ({term}). Choose another --data-dir, or delete it first.",
            )
        )


class ServerDidNotStart(AppError):
    def __init__(self, log: Path) -> None:
        super().__init__(Text(f"服务未能启动，原因见 {log}。", f"The server did not start; {log} says why."))


class ServerEnded(AppError):
    def __init__(self, log: Path) -> None:
        super().__init__(Text(f"服务已意外结束，原因见 {log}。", f"The server has ended; {log} says why."))


def demo_dir(wanted: Path | None) -> Path:
    """`var/demo` of the current directory, unless the user who runs the database could not get there."""
    if wanted:
        return wanted.resolve()
    here = CHECKOUT_DIR.resolve()
    is_reachable = os.geteuid() != 0 or all(
        parent.stat().st_mode & 0o001 for parent in here.parents if parent.exists()
    )
    return here if is_reachable else default_data_dir() / "demo"


def load(data_dir: Path) -> DemoState | None:
    try:
        return msgspec.json.decode((data_dir / "demo.json").read_bytes(), type=DemoState)
    except FileNotFoundError:
        return None


def save(data_dir: Path, state: DemoState) -> None:
    """Holds secrets of clients: readable by its owner alone, whole or not at all."""
    data_dir.mkdir(parents=True, exist_ok=True)
    files.replace(data_dir / "demo.json", msgspec.json.format(msgspec.json.encode(state)))


def free_port(host: str, first: int) -> int:
    """`first`, or the next one that nobody listens on."""
    for port in range(first, first + PORTS_TO_TRY):
        try:
            listen(host, port).close()
        except Conflict:
            continue
        return port
    listen(host, first).close()
    return first


@dataclass(frozen=True, slots=True)
class RunningServer:
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def wait_until_it_ends(self) -> None:
        while self.process.poll() is None:
            time.sleep(0.2)


@contextmanager
def running_server(data_dir: Path, host: str, port: int) -> Iterator[RunningServer]:
    """`supervise serve` in a process of its own that ends with the block, or with us."""
    log = data_dir / "serve.log"
    command = [sys.executable, "-m", "app.cli", "serve", "--until-eof", "--host", host, "--port", str(port)]
    url = f"http://{host}:{port}"
    with log.open("ab") as output:
        # A session of its own: Ctrl-C reaches us, and we end it after the play has stopped.
        process = subprocess.Popen(  # noqa: S603 (our own program)
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=_environment(data_dir),
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, url, log)
        yield RunningServer(url, log, process)
    finally:
        process.terminate()
        process.communicate()


def _environment(data_dir: Path) -> dict[str, str]:
    """A demo never touches the database that the environment may name."""
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {
        **QUIETER,
        **own,
        "SUPERVISE_DATA_DIR": str(data_dir),
        "SUPERVISE_TOKEN_LIFETIME_S": str(TOKEN_LIFETIME_S),
    }


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(f"{url}/readyz").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise ServerDidNotStart(log)
