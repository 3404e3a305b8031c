"""The platform as an operator runs it, and every way to take it down without a word.

`supervise serve` and `supervise worker` as processes of their own on an embedded server that keeps its
promises: fsync, full page writes and synchronous commit are on, and its data lie on a real disk.
"""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx

from app.accounts import service
from app.accounts.schemas import Registration
from app.client import Client
from app.core import clock
from app.core.vocabulary import PlatformKind, Role
from app.db import embedded
from app.db.embedded import postmaster
from app.db.embedded.postmaster import Postmaster
from app.db.embedded.state import DATABASE, State, free_port, is_free
from app.db.session import Database, transaction
from app.privacy.keyring import KeyRing
from tests.cli.programs import Program, data_directory
from tests.faults.pushers import Journal, client_of

PATIENCE_S = 120
PLATFORMS = ["faulty-a", "faulty-b"]
PENDING = "SELECT count(*) FROM ledger_pending"
TWINS = {"faulty-a": "quiet-a", "faulty-b": "quiet-b"}
"""The same records go to these when all faults are over."""


class Site:
    """One server address that stays the same from start to start, as behind a service manager."""

    def __init__(self, data: Path, logs: Path, environment: Mapping[str, str]) -> None:
        self.data, self.logs = data, logs
        self.journal = Journal()
        self.stack = ExitStack()
        self.programs: dict[str, Program] = {}
        self._environment = {"SUPERVISE_DATA_DIR": str(data), "SUPERVISE_LOG_LEVEL": "warning", **environment}
        self._ports: dict[str, int] = {}
        self._clients: dict[tuple[str, str], Client] = {}
        self._starts = 0

    def start(self, name: str) -> None:
        """`server…` or `worker…`; a server takes the port it had before. `servers` are two processes."""
        self._starts += 1
        log = self.logs / f"{self._starts:03}-{name}.log"
        words = ["worker"]
        if name.startswith("server"):
            words = ["serve", "--port", str(self._ports.setdefault(name, free_port()))]
            words += ["--workers", "2"] if name == "servers" else []
        self.programs[name] = Program(log, *words, environment=self._environment)

    def address(self, name: str = "server") -> str:
        return f"http://127.0.0.1:{self._ports[name]}"

    @property
    def said(self) -> str:
        """All that the programs wrote, from warnings upwards."""
        return "".join(log.read_text() for log in sorted(self.logs.glob("*.log")))

    def wait_until_ready(self) -> None:
        for name in self._ports:
            self._wait_until_ready(name)

    def _wait_until_ready(self, name: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        with httpx.Client(trust_env=False, timeout=20) as client:
            while time.monotonic() < deadline and self.programs[name].process.poll() is None:
                with suppress(httpx.TransportError):
                    if client.get(f"{self.address(name)}/readyz").is_success:
                        return
                time.sleep(0.02)
        raise AssertionError(self.programs[name].output)

    async def wait_until_sequenced(self) -> None:
        """Until every decision has its place in the ledger; batches had theirs before they were assessed."""
        deadline = time.monotonic() + PATIENCE_S
        while await self.asked(PENDING):
            assert time.monotonic() < deadline, self.said
            await asyncio.sleep(0.05)

    def wait_for_receipts(self, more: int) -> None:
        """Until so many have arrived since the call. No program may have ended by itself meanwhile."""
        wanted, deadline = len(self.journal.receipts) + more, time.monotonic() + PATIENCE_S
        while len(self.journal.receipts) < wanted:
            ended = [each.output for each in self.programs.values() if each.process.poll() is not None]
            if ended or self.journal.failures or time.monotonic() > deadline:
                raise AssertionError(ended, self.journal.failures, self.journal.pauses)
            time.sleep(0.02)

    def end(self) -> None:
        """In order; what does not end so is killed. Then nobody uses the database, and it is stopped."""
        self.stack.close()
        for program in self.programs.values():
            if program.process.poll() is None:
                program.process.terminate()
        for program in self.programs.values():
            try:
                program.process.wait(PATIENCE_S)
            except Exception:
                program.process.kill()
                raise
        if postmaster.running(self._database_files):
            with embedded.lease(self.data):
                pass

    def kill(self, name: str) -> None:
        program = self.programs[name]
        program.process.kill()
        program.process.wait()

    def kill_child(self, name: str, chance: Random) -> None:
        """One of the processes that a server is made of."""
        children = children_of(self.programs[name].process.pid)
        os.kill(chance.choice([pid for pid in children if b"spawn_main" in command_of(pid)]), signal.SIGKILL)

    def wait_until_free(self, name: str) -> None:
        """Its port, so that it can be started again: its processes are gone too."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_free(self._ports[name]):
            assert time.monotonic() < deadline, self.said
            time.sleep(0.01)

    def stop_postgresql(self) -> None:
        """As an operator would who knows nothing of the programs that use it: at once, but in order."""
        pid = self._postmaster().pid
        os.kill(pid, signal.SIGINT)
        while is_alive(pid):
            time.sleep(0.002)

    def crash_postgresql(self) -> None:
        """One of its children dies, and it throws out everybody and starts over."""
        backends = [pid for pid in children_of(self._postmaster().pid) if b"supervise" in command_of(pid)]
        os.kill(backends[0], signal.SIGKILL)

    def kill_all(self) -> None:
        """Also programs that are about to start."""
        for program in self.programs.values():
            program.process.kill()
        if found := postmaster.running(self._database_files):
            kill_at_once(found.pid)
        for program in self.programs.values():
            program.process.wait()

    def kill_with_children(self, name: str) -> None:
        """As a container dies; `kill` leaves alone what the program was running."""
        kill_at_once(self.programs[name].process.pid)
        self.programs[name].process.wait()

    def kill_postgresql(self) -> None:
        kill_at_once(self._postmaster().pid)

    def kill_recovering_postgresql(self, after_s: float) -> bool:
        """Once somebody has started it, so many seconds later; whether it was recovering still."""
        pid = self._postmaster(is_ready=False).pid
        time.sleep(after_s)
        found = postmaster.running(self._database_files)
        kill_at_once(pid)
        return found is not None and not found.is_ready

    def _postmaster(self, *, is_ready: bool = True) -> Postmaster:
        """Waits for one that is about to come back."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := postmaster.running(self._database_files)) is None or found.is_ready < is_ready:
            assert time.monotonic() < deadline, self.said
            time.sleep(0.01)
        return found

    @property
    def _database_files(self) -> Path:
        return self.data / "postgres/data"

    @property
    def wal(self) -> Path:
        return self._database_files / "pg_wal"

    @property
    def state(self) -> State:
        return State.load(self.data / "postgres/server.json")

    @property
    def key_ring(self) -> KeyRing:
        return KeyRing.load_or_create(self.data / "keyring.json")

    @property
    def database_url(self) -> str:
        """As one who may do everything."""
        return self.state.superuser_url.removesuffix("postgres") + DATABASE

    async def administer(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.database_url)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def asked(self, question: str, *arguments: object) -> Any:  # noqa: ANN401 (whatever it asks for)
        connection = await asyncpg.connect(self.state.program_url)
        try:
            return await connection.fetchval(question, *arguments)
        finally:
            await connection.close()

    async def register(self) -> None:
        """A client of each platform, and of its quiet twin."""
        self.accounts: dict[str, tuple[str, str]] = {}
        database = Database.connect(self.state.program_url)
        async with transaction(database) as session:
            for platform in (*PLATFORMS, *TWINS.values()):
                wanted = Registration(Role.platform, platform=platform, kind=PlatformKind.live)
                new = await service.add_client(session, wanted, clock.now())
                self.accounts[platform] = (new.client_id, new.client_secret)
        await database.dispose()

    def clients(self, platform: str) -> list[Client]:
        """One for each server; they are closed with the site."""
        return [self._client(name, platform) for name in self._ports]

    def _client(self, name: str, platform: str) -> Client:
        if (name, platform) not in self._clients:
            made = client_of(self.address(name), self.accounts[platform], self.journal)
            self._clients[name, platform] = self.stack.enter_context(made)
        return self._clients[name, platform]


def kill_at_once(pid: int) -> None:
    """With all its children. It is stopped first, so that it has no further ones."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    killed = [*children_of(pid), pid]
    for each in killed:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    while any(is_alive(each) for each in killed):
        time.sleep(0.002)


def children_of(pid: int) -> list[int]:
    processes = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    return [each for each in processes if parent_of(each) == pid]


def parent_of(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def is_alive(pid: int) -> bool:
    """A zombie is dead: nobody has noticed yet."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def empty_site(
    logs: Path, *, disk: AbstractContextManager[Path] | None = None, **environment: str
) -> Iterator[Site]:
    """Nothing is there and nothing runs yet; its data go to a disk of its own where one is given."""
    with disk or data_directory() as data:
        site = Site(data, logs, environment)
        try:
            yield site
        finally:
            site.end()


@contextmanager
def opened_site(
    logs: Path, *names: str, disk: AbstractContextManager[Path] | None = None, **environment: str
) -> Iterator[Site]:
    """With the programs of these names, ready."""
    with empty_site(logs, disk=disk, **environment) as site:
        for name in names:
            site.start(name)
            if name.startswith("server"):
                site.wait_until_ready()
        asyncio.run(site.register())
        yield site
