"""The primary dies under load, the synchronous standby takes over: nothing is lost, nobody starts anew."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg
import pytest

from app.accounts import service
from app.accounts.schemas import Registration
from app.backup.programs import Login, run
from app.core import clock
from app.core.vocabulary import PlatformKind, Role
from app.db import embedded
from app.db.embedded import postmaster
from app.db.embedded.account import Account
from app.db.embedded.configuration import HBA, postgresql_conf
from app.db.embedded.state import free_port
from app.db.migrate import upgrade
from app.db.session import Database, transaction
from tests.cli.programs import data_directory, running
from tests.faults.pushers import Journal, client_of, pushing
from tests.faults.site import PATIENCE_S, kill_at_once

pytestmark = pytest.mark.long

PUSHERS = 4
PROGRESS = 100
PLATFORM = "faulty-a"
IN_STEP = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum' AND state = 'streaming'"
STORED = "SELECT count(*) FROM batches WHERE batch_id = ANY($1)"


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary that is leased, and a standby whose answer each commit waits for."""

    primary: embedded.Server
    standby: Path
    standby_port: int

    @property
    def url(self) -> str:
        """Both, and whichever takes writes."""
        state = self.primary.state
        hosts = f"127.0.0.1:{state.port},127.0.0.1:{self.standby_port}"
        login = f"supervise:{state.program_password}"
        return f"postgresql://{login}@{hosts}/supervise?target_session_attrs=read-write"

    def control(self, *words: str | Path) -> None:
        account = Account.for_data(self.standby)
        command = (self.primary.binaries / "pg_ctl", *words, "-D", self.standby, "-w")
        assert account.run(*command, log=self.standby.parent / "commands.log") == 0

    def kill_primary(self) -> None:
        """And fence it: nobody starts it again, for only its programs would."""
        found = postmaster.running(self.primary.home / "data")
        assert found is not None
        kill_at_once(found.pid)


@contextmanager
def pair(root: Path) -> Iterator[Pair]:
    with embedded.lease(root / "one") as primary:
        upgrade(primary.owner_url)
        standby = root / "two/data"
        made = Pair(primary, standby, free_port())
        copy(made)
        made.control("start", "-l", standby / "server.log")
        try:
            asyncio.run(wait_for_each_commit(primary))
            yield made
        finally:
            made.control("stop", "-m", "immediate")


def copy(made: Pair) -> None:
    """`--write-recovery-conf` makes it a standby of where it came from."""
    login = Login.of(made.primary.superuser_url)
    made.standby.parent.mkdir(mode=0o755)
    words = (
        f"--dbname={login.address}?application_name=two",
        f"--pgdata={made.standby}",
        "--checkpoint=fast",
    )
    directory = made.primary.binaries.directory
    ended = run(directory, "pg_basebackup", *words, "--write-recovery-conf", password=login.password)
    assert ended.status == 0, ended.said
    (made.standby / "postgresql.conf").write_text(postgresql_conf(made.standby_port, {}))
    (made.standby / "pg_hba.conf").write_text(HBA)
    owner = (made.primary.home / "data").stat()
    for file in (made.standby, *made.standby.rglob("*")):
        os.chown(file, owner.st_uid, owner.st_gid)


async def wait_for_each_commit(primary: embedded.Server) -> None:
    connection = await asyncpg.connect(primary.superuser_url)
    await connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (two)'")
    await connection.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + PATIENCE_S
    while not await connection.fetchval(IN_STEP):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await connection.close()


async def register(url: str) -> tuple[str, str]:
    database = Database.connect(url)
    async with transaction(database) as session:
        wanted = Registration(Role.platform, platform=PLATFORM, kind=PlatformKind.live)
        new = await service.add_client(session, wanted, clock.now())
    await database.dispose()
    return new.client_id, new.client_secret


async def lost(made: Pair, batch_ids: list[str]) -> int:
    state = made.primary.state
    url = f"postgresql://supervise:{state.program_password}@127.0.0.1:{made.standby_port}/supervise"
    connection = await asyncpg.connect(url)
    stored = await connection.fetchval(STORED, batch_ids)
    await connection.close()
    return len(batch_ids) - int(stored)


def test_nothing_acknowledged_is_lost_and_the_server_goes_on(
    chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    journal = Journal()
    with data_directory() as root, pair(root) as made, ExitStack() as stack:
        environment = {"DATABASE_URL": made.url, "SUPERVISE_DATA_DIR": str(root / "program")}
        server = stack.enter_context(
            running(tmp_path / "server.log", "serve", "--port", "0", environment=environment)
        )
        account = asyncio.run(register(made.url))
        client = stack.enter_context(client_of(server.address(), account, journal))
        with pushing({PLATFORM: [client]}, journal.streams(chance, PUSHERS, [PLATFORM]), journal):
            wait_for_receipts(journal, PROGRESS)
            with journal.frozen() as promised:
                made.kill_primary()
            died_at = time.monotonic()
            made.control("promote")
            tally["ms until promoted"] = round(1000 * (time.monotonic() - died_at))
            wait_for_receipts(journal, 1)
            tally["ms until the next receipt"] = round(1000 * (time.monotonic() - died_at))
            wait_for_receipts(journal, PROGRESS)
        tally["promised"] = len(promised)
        tally["lost"] = asyncio.run(lost(made, [each.batch_id for each in journal.receipts.values()]))
        assert tally["lost"] == 0
        assert journal.failures == []
        assert tally["ms until the next receipt"] < 30 * 60 * 1000
        tally.update(journal.pauses)


def wait_for_receipts(journal: Journal, more: int) -> None:
    wanted, deadline = len(journal.receipts) + more, time.monotonic() + PATIENCE_S
    while len(journal.receipts) < wanted:
        assert time.monotonic() < deadline, (journal.failures, journal.pauses)
        assert journal.failures == []
        time.sleep(0.01)
