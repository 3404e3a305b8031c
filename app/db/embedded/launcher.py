"""Starts and stops the one server of a data directory. Its callers hold the mutex of lease.py."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from app.db.embedded import archive, binaries, cluster, postmaster
from app.db.embedded.account import Account
from app.db.embedded.archive import AS_BEFORE, Archiving
from app.db.embedded.configuration import HBA, postgresql_conf
from app.db.embedded.errors import OtherContainer, OtherVersion, ServerNotStarted
from app.db.embedded.state import State, free_port, is_free, namespace

PATIENCE_S = 90
"""Longer than a statement may run: an orphan of a killed server may be busy with one."""
RECOVERY_S = 600
LARGE_LOG_BYTES = 10_000_000

log = structlog.get_logger()


class Launcher:
    def __init__(
        self,
        home: Path,
        *,
        pg_bin: Path | None,
        settings: Mapping[str, str],
        archiving: Archiving = AS_BEFORE,
    ) -> None:
        self.data = home / "data"
        self.server_log = self.data / "server.log"
        self._command_log = home / "commands.log"
        self._command_log.touch(mode=0o600)
        self._state_file = home / "server.json"
        self._settings = settings
        self._archiving = archiving
        self._account = Account.for_data(self.data)
        self.binaries = binaries.find(pg_bin, home=home, account=self._account, log=self._command_log)

    @property
    def state(self) -> State:
        return State.load(self._state_file)

    @property
    def version(self) -> str:
        return self.binaries.version

    def is_running(self) -> bool:
        found = postmaster.running(self.data)
        return found is not None and found.is_ready

    def start(self, *, alone: bool) -> None:
        """Does nothing on a running server. `alone`: no other program uses it and knows its port."""
        if not self.data.exists():
            self._make()
        deadline = time.monotonic() + PATIENCE_S
        while not self.is_running():
            if time.monotonic() > deadline:
                raise ServerNotStarted(self.server_log)
            if postmaster.running(self.data):
                time.sleep(0.1)  # somebody was killed while starting it
            else:
                self._launch(alone=alone)

    def stop(self) -> None:
        if postmaster.running(self.data):
            self._control("-m", "fast", "stop")

    def _make(self) -> None:
        state = State.fresh()
        state.save(self._state_file)
        cluster.make(
            self.data,
            state=state,
            binaries=self.binaries,
            account=self._account,
            log=self._command_log,
        )

    def _launch(self, *, alone: bool) -> None:
        self._check_version()
        self._take_over(alone=alone)
        postmaster.forget_stale(self.data)
        self._shorten_log()
        self._configure()
        if self._control("-l", self.server_log, "start") == 0:
            log.info("embedded PostgreSQL started", version=self.version, directory=str(self.data))
            if self.state.wal_directory:
                self._control(
                    "reload"
                )  # or its checkpointer sleeps ten minutes before it minds archive_timeout
        else:
            time.sleep(0.2)

    def _configure(self) -> None:
        state = self.state
        directory = self._archiving.directory(state.wal_directory)
        if directory != state.wal_directory:
            state = replace(state, wal_directory=directory)
            state.save(self._state_file)
        if directory is not None:
            archive.prepare(Path(directory), self._account)
        settings = {**archive.settings_for(directory, self._archiving.timeout_s), **self._settings}
        (self.data / "postgresql.conf").write_text(postgresql_conf(state.port, settings))
        (self.data / "pg_hba.conf").write_text(HBA)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self.binaries.major):
            raise OtherVersion(self.data, made_by, self.version)

    def _take_over(self, *, alone: bool) -> None:
        """From whoever ran the server last, together with the port, where that is still free."""
        state = self.state
        if not alone and state.namespace != namespace():
            raise OtherContainer(self.data)
        port = free_port() if alone and not is_free(state.port) else state.port
        replace(state, port=port, namespace=namespace()).save(self._state_file)

    def _shorten_log(self) -> None:
        if self.server_log.exists() and self.server_log.stat().st_size > LARGE_LOG_BYTES:
            self.server_log.replace(self.server_log.with_suffix(".log.1"))

    def _control(self, *command: str | Path) -> int:
        """Waits until it is done; recovery after a kill may take a while."""
        pg_ctl = (self.binaries / "pg_ctl", "-D", self.data, "-w", "-t", str(RECOVERY_S))
        return self._account.run(*pg_ctl, *command, log=self._command_log)
