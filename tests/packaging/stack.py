"""The services of compose.yaml, run without a container engine.

The program is the image as `image.py` builds it; PostgreSQL is set up as the entry point of its image does.
Only ports differ from what is written there, and all services share the machine's network.
"""

import json
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.db.embedded import binaries
from app.db.embedded.account import Account
from app.db.embedded.state import free_port
from tests.packaging import image
from tests.packaging.composition import PASSWORDS, composition
from tests.packaging.dockerfile import ROOT, Stage
from tests.packaging.image import Container

PATIENCE_S = 60
SECRETS = {name: f"{name.lower().replace('_', '')}4711" for name in PASSWORDS}
HOSTS = "127.0.0.1 localhost database\n"


@dataclass(frozen=True, slots=True)
class Service:
    """One that runs. What it writes goes to a file."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def end(self) -> int:
        """As `docker stop` does it: the signal goes to the first process in the container."""
        self._signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()  # takes all that is in the container with it
            self.process.wait(PATIENCE_S)

    def _signal(self, number: int) -> None:
        outside = self.process.pid
        children = Path(f"/proc/{outside}/task/{outside}/children").read_text().split()
        os.kill(int(children[0]), number)


@dataclass(frozen=True, slots=True)
class Stack:
    directory: Path
    root: Path
    image: Stage
    services: Mapping[str, Mapping[str, Any]]
    database_port: int
    ports: Mapping[str, int] = field(default_factory=lambda: {"server": free_port(), "worker": free_port()})

    def run(self, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A command in a container of this service, to its end; none: the service's own."""
        command = self._command(name, *(words or self._own_words(name)))
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env={}, timeout=PATIENCE_S
        )

    @contextmanager
    def started(self, name: str) -> Iterator[Service]:
        log = self.directory / f"{name}.log"
        with log.open("wb") as output:
            command = self._command(name, *self._own_words(name))
            process = subprocess.Popen(command, stdout=output, stderr=output, env={})
        service = Service(process, log, self.ports[name])
        try:
            self._await_health(name, service)
            yield service
        finally:
            service.kill()

    def health(self, name: str) -> int:
        port = str(self.ports[name])
        check = [word.replace("8000", port) for word in self.image.health_check]
        command = self._container(name).command(
            *check, environment=self.image.environment, directory="/", user=self.image.user
        )
        return subprocess.run(command, capture_output=True, check=False, env={}).returncode

    def _await_health(self, name: str, service: Service) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.health(name) != 0:
            assert service.process.poll() is None, service.log.read_text()
            assert time.monotonic() < deadline, service.log.read_text()
            time.sleep(0.2)

    def _own_words(self, name: str) -> list[str]:
        port = str(self.ports.get(name, ""))
        words = self.services[name]["command"]
        return [*self.image.last("ENTRYPOINT").words, *(port if word == "8000" else word for word in words)]

    def _command(self, name: str, *words: str) -> list[str]:
        own = {
            variable: value.replace("@database:5432/", f"@database:{self.database_port}/")
            for variable, value in self.services[name]["environment"].items()
        }
        return self._container(name).command(
            *words,
            environment={**self.image.environment, **own},
            directory=self.image.last("WORKDIR").value,
            user=self.image.user,
        )

    def _container(self, name: str) -> Container:
        volumes = self.services[name].get("volumes", [f"of-{name}:/var/lib/supervise"])
        mounts = {
            place: self._volume(volume) for volume, _, place in (each.partition(":") for each in volumes)
        }
        return Container(self.root, mounts, is_read_only=self.services[name]["read_only"])

    def _volume(self, name: str) -> Path:
        """A new one gets the owner and the mode that its place has in the image."""
        place, found = self.root / "var/lib/supervise", self.directory / f"volume-{name}"
        if not found.exists():
            found.mkdir()
            os.chown(found, place.stat().st_uid, place.stat().st_gid)
            found.chmod(stat.S_IMODE(place.stat().st_mode))
        return found


@contextmanager
def built(directory: Path) -> Iterator[Stack]:
    """The image is built, the database runs, is set up and healthy; nothing else is started."""
    root, stage = image.built(directory)
    (root / "etc/hosts").write_text(HOSTS)
    services = composition(SECRETS)["services"]
    with _database(directory / "database", services["database"]) as port:
        yield Stack(directory, root, stage, services, port)


@contextmanager
def _database(home: Path, service: Mapping[str, Any]) -> Iterator[int]:
    """initdb, roles.sql on a socket alone, then the real start: the order of docker-entrypoint.sh."""
    home.mkdir(mode=0o711)
    data, log, port = home / "data", home / "log", free_port()
    account = Account.for_data(data)
    programs = binaries.find(None, home=home, account=account, log=log)
    for place in (data, sockets := home / "sockets"):
        place.mkdir(mode=0o700)
        account.give(place)
    (home / "password").write_text(service["environment"]["POSTGRES_PASSWORD"])
    account.give(home / "password")
    options = service["environment"]["POSTGRES_INITDB_ARGS"].split()
    initdb = ("-D", data, "--username=postgres", f"--pwfile={home / 'password'}")
    assert account.run(programs / "initdb", *initdb, *options, log=log) == 0, log.read_text()
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write("\nhost all all all scram-sha-256\n")
    command = [*service["command"][1:], f"-p{port}", f"-k{sockets}"]

    def control(*words: str) -> None:
        assert account.run(programs / "pg_ctl", "-D", data, "-w", *words, log=log) == 0, log.read_text()

    def start(addresses: str) -> None:
        options = " ".join([*command, f"-clisten_addresses={addresses}"])
        control("-o", options, "-l", str(data / "server.log"), "start")

    start("")
    _set_up(programs / "psql", service, sockets=sockets, port=port)
    control("-mfast", "stop")
    start("127.0.0.1")
    try:
        check = [word for word in service["healthcheck"]["test"] if word != "CMD"]
        check[0] = str(programs / check[0])
        assert subprocess.run([*check, f"--port={port}"], check=False).returncode == 0
        yield port
    finally:
        control("-mfast", "stop")
        shutil.rmtree(data)


def _set_up(psql: Path, service: Mapping[str, Any], *, sockets: Path, port: int) -> None:
    (script,) = [each.split(":")[0] for each in service["volumes"] if "initdb.d" in each]
    words = [
        "-v",
        "ON_ERROR_STOP=1",
        "--no-psqlrc",
        "--username=postgres",
        "--no-password",
        "--dbname=postgres",
    ]
    place = [f"--host={sockets}", f"--port={port}", "--file", str(ROOT / script)]
    done = subprocess.run(
        [str(psql), *words, *place], env=service["environment"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
