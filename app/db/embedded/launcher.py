"""Starts and stops the one server of a data directory. Its callers hold the mutex of lease.py."""

import time
from collections.abc import Mapping
from pathlib import Path

import structlog

from app.db.embedded import binaries, cluster, postmaster
from app.db.embedded.account import Account
from app.db.embedded.configuration import HBA, postgresql_conf
from app.db.embedded.errors import OtherVersion, ServerDidNotStart
from app.db.embedded.state import State, free_port, is_free

PATIENCE_S = 60
log = structlog.get_logger()


class Launcher:
    def __init__(self, home: Path, *, pg_bin: Path | None, settings: Mapping[str, str]) -> None:
        self.data = home / "data"
        self.server_log = self.data / "server.log"
        self._command_log = home / "commands.log"
        self._state_file = home / "server.json"
        self._settings = settings
        self._account = Account.for_data(self.data)
        self._binaries = binaries.find(pg_bin, home=home, account=self._account, log=self._command_log)

    @property
    def state(self) -> State:
        return State.load(self._state_file)

    def is_running(self) -> bool:
        found = postmaster.running(self.data)
        return found is not None and found.is_ready

    def start(self, *, may_move: bool) -> None:
        """Does nothing on a running server. `may_move`: nobody else relies on the port it had."""
        if not self.data.exists():
            self._make()
        self._check_version()
        deadline = time.monotonic() + PATIENCE_S
        while not self.is_running():
            if postmaster.running(self.data) is None:
                self._try_to_start(may_move=may_move)
            if time.monotonic() > deadline:
                raise ServerDidNotStart(self.server_log)
            time.sleep(0.1)

    def stop(self) -> None:
        if postmaster.running(self.data):
            self._control("-m", "fast", "stop")

    def _make(self) -> None:
        state = State.fresh()
        state.save(self._state_file)
        cluster.make(
            self.data,
            state=state,
            binaries=self._binaries,
            account=self._account,
            log=self._command_log,
        )

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self._binaries.major):
            raise OtherVersion(self.data, made_by, self._binaries.version)

    def _try_to_start(self, *, may_move: bool) -> None:
        postmaster.forget_stale(self.data)
        if may_move and not is_free(self.state.port):
            self._move()
        (self.data / "postgresql.conf").write_text(postgresql_conf(self.state.port, self._settings))
        (self.data / "pg_hba.conf").write_text(HBA)
        if self._control("-l", self.server_log, "start") == 0:
            log.info("embedded PostgreSQL started", version=self._binaries.version, data=str(self.data))

    def _move(self) -> None:
        state = self.state
        State(free_port(), state.superuser_password, state.owner_password, state.program_password).save(
            self._state_file
        )

    def _control(self, *command: str | Path) -> int:
        return self._account.run(
            self._binaries / "pg_ctl", "-D", self.data, "-w", "-t", "600", *command, log=self._command_log
        )
