"""`supervise` as a process of its own, as an operator runs it."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

PATIENCE_S = 60
ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]+")
OURS = ("SUPERVISE_", "DATABASE_URL", "LC_", "LANG")


class Program:
    """Its standard output and standard error go to one file."""

    def __init__(
        self, log: Path, *arguments: str, environment: Mapping[str, str], module: str = "app.cli"
    ) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment_of(environment),
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def address(self) -> str:
        """Where it serves, once it is ready."""
        deadline = time.monotonic() + PATIENCE_S
        with httpx.Client(trust_env=False) as client:
            while time.monotonic() < deadline and self.process.poll() is None:
                if found := ADDRESS.search(self.output):
                    with suppress(httpx.TransportError):
                        if client.get(f"{found[0]}/readyz").is_success:
                            return found[0]
                time.sleep(0.05)
        raise AssertionError(self.output)

    def end(self, signal: int) -> int:
        self.process.send_signal(signal)
        return self.process.wait(PATIENCE_S)


@contextmanager
def running(
    log: Path, *arguments: str, environment: Mapping[str, str], module: str = "app.cli"
) -> Iterator[Program]:
    program = Program(log, *arguments, environment=environment, module=module)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.process.terminate()
            program.process.wait(PATIENCE_S)


def environment_of(own: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the tester's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "LC_ALL": "C.UTF-8", **own}


@contextmanager
def data_directory() -> Iterator[Path]:
    """Not under pytest's own, which the database's user cannot reach when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="supervise-cli-") as made:
        directory = Path(made)
        directory.chmod(0o755)
        yield directory
