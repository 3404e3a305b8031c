"""The Go project's verifiers of notes and trees, compiled from the toolchain of a development package.

Nothing is fetched: the two packages are the copy inside the toolchain.
"""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from tests.foreign.cases import Case
from tests.verifier.naive_log import base64_of

PACKAGES = "src/cmd/vendor/golang.org/x/mod/sumdb"
MODULE = "module foreign\n\ngo 1.24\n\nrequire golang.org/x/mod v0.0.0\n\nreplace golang.org/x/mod => ./mod\n"


def toolchain() -> Path | None:
    found = find_spec("go")
    return Path(found.origin).parent if found and found.origin else None


def compiled(root: Path, directory: Path) -> Path:
    """The program, made once in a directory that the processes of a run share."""
    program = directory / "foreign"
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            for name in ("note", "tlog"):
                shutil.copytree(root / PACKAGES / name, directory / "mod" / "sumdb" / name)
            (directory / "mod" / "go.mod").write_text("module golang.org/x/mod\n\ngo 1.24\n")
            (directory / "go.mod").write_text(MODULE)
            shutil.copy(Path(__file__).with_name("main.go"), directory)
            command = [str(root / "bin/go"), "build", "-trimpath", "-o", str(program), "."]
            subprocess.run(command, cwd=directory, env=_offline(root, directory), check=True)
    return program


def _offline(root: Path, directory: Path) -> Mapping[str, str]:
    """The cache of the standard library's packages is kept between runs, where Go keeps it for everybody."""
    home = os.environ.get("HOME", str(directory))
    fixed = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local"}
    return {**fixed, "GOROOT": str(root), "GOPATH": str(directory / "path"), "CGO_ENABLED": "0", "HOME": home}


def answers(program: Path, cases: Iterable[Case], tiles: Path | None = None) -> list[str]:
    """Of each case `<nil>` or why it is refused. With `tiles`, paths come from an exported ledger."""
    questions = [{**_asked(case), "Tiles": str(tiles or "")} for case in cases]
    lines = "".join(json.dumps(each) + "\n" for each in questions)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    found = done.stdout.splitlines()
    assert len(found) == len(questions)
    return found


def _asked(case: Case) -> Mapping[str, object]:
    named = {"Vkey": case.vkey, "Note": case.note, "Older": case.older, "Index": case.index}
    return {**named, "Path": [base64_of(each) for each in case.path], "Entry": base64_of(case.entry)}
