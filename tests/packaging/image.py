"""The steps of the Dockerfile, done without a container engine, in a root of their own.

Each stage is a directory that processes take for `/`. Of the machine it sees what stands for the base image
(Python, the system's libraries and tools), read-only; the environment is empty but for what the Dockerfile
sets. Needs root and mount namespaces, as container engines do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.packaging.dockerfile import ROOT, Stage, copied, stages

WHEELS = "/wheelhouse"
FROM_MACHINE = ("usr", "dev")
PYTHON = ("/usr/local", sys.base_prefix)
LINKS = ("bin", "sbin", "lib", "lib64")
ACCOUNTS = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "group": "root:x:0:\n",
    "shadow": "root:*::0:::::\n",
    "gshadow": "root:*::\n",
    "pip.conf": f"[global]\nno-index = true\nfind-links = {WHEELS}\n",
}
BASE_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Container:
    """A root that processes take for `/`, and what is mounted into it."""

    root: Path
    mounts: Mapping[str, Path] = field(default_factory=dict)
    """Directories of the machine by their place inside; `:ro` behind it: read-only."""
    is_read_only: bool = False

    def command(
        self, *words: str, environment: Mapping[str, str], directory: str, user: tuple[int, int] = (0, 0)
    ) -> list[str]:
        """Runs `words` as the first process in there, without a right that root has."""
        rights = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"] if any(user) else []
        identity = [f"--reuid={user[0]}", f"--regid={user[1]}", "--clear-groups", *rights]
        variables = [f"{name}={value}" for name, value in environment.items()]
        inside = ["chroot", str(self.root), "setpriv", *identity, "env", "-i", "-C", directory, *variables]
        isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec"]
        return [*isolated, f'{self._mounting()}\nexec "$@"', "sh", *inside, *words]

    def _mounting(self) -> str:
        root = self.root
        steps = [f"mount --bind {root} {root}"]
        steps += [f"mount --bind /{name} {root}/{name}" for name in FROM_MACHINE]
        # The base image has its Python there; this one may also look for its library where it was built.
        steps += [f"mount --bind {sys.base_prefix} {root}{place}" for place in PYTHON]
        steps += [f"mount -o remount,ro,bind {root}{place}" for place in ("/usr", *PYTHON)]
        steps.append(f"mount -t proc proc {root}/proc")
        if self.is_read_only:
            steps += [f"mount -o remount,ro,bind {root}", f"mount -t tmpfs tmpfs {root / 'tmp'}"]
        for at, source in self.mounts.items():
            place, _, mode = at.partition(":")
            steps.append(f"mount --bind {source} {root}{place}")
            if mode == "ro":
                steps.append(f"mount -o remount,ro,bind {root}{place}")
        return "\n".join(steps)


def can_run() -> bool:
    attempt = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", "mount -t proc proc /proc"]
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"):
        return False
    return subprocess.run(attempt, capture_output=True, check=False).returncode == 0


def built(directory: Path) -> tuple[Path, Stage]:
    """The root of the last stage, and what the Dockerfile says of it."""
    wheels = _wheels(directory / "wheels")
    roots: dict[str | None, Path] = {None: ROOT}
    for number, stage in enumerate(stages()):
        root = _base(directory / f"stage-{number}")
        _build(stage, root, roots, wheels)
        roots[stage.name] = root
    return root, stage


def _wheels(directory: Path) -> Path:
    """From wherever this machine has its packages: the steps themselves reach no network."""
    for lock in ("build", "runtime"):
        options = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--dest", str(directory))
        command = [sys.executable, "-m", "pip", "download", *options, "-r", str(ROOT / f"deploy/{lock}.lock")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return directory


def _base(root: Path) -> Path:
    for name in (*FROM_MACHINE, "etc", "proc", "tmp", "var/lib", "opt", WHEELS[1:], sys.base_prefix[1:]):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    for name in LINKS:
        (root / name).symlink_to(f"usr/{name}")
    for name, content in ACCOUNTS.items():
        (root / "etc" / name).write_text(content)
    for name in ("ld.so.cache", "login.defs", "nsswitch.conf"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    return root


def _build(stage: Stage, root: Path, roots: Mapping[str | None, Path], wheels: Path) -> None:
    environment, directory = {"PATH": BASE_PATH}, "/"
    container = Container(root, {WHEELS: wheels})
    for instruction in stage.instructions:
        match instruction.name:
            case "ENV":
                environment |= instruction.pairs
            case "WORKDIR":
                directory = instruction.value
                (root / directory[1:]).mkdir(parents=True, exist_ok=True)
            case "COPY":
                _copy(*copied(instruction), root=root, roots=roots, directory=directory)
            case "RUN":
                shell = ("/bin/sh", "-c", instruction.value)
                command = container.command(*shell, environment=environment, directory=directory)
                done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
                assert done.returncode == 0, f"{instruction.value}\n{done.stdout}{done.stderr}"


def _copy(
    stage: str | None,
    sources: Sequence[str],
    target: str,
    *,
    root: Path,
    roots: Mapping[str | None, Path],
    directory: str,
) -> None:
    place = root / str(Path(directory, target))[1:]
    for source in (roots[stage] / source.lstrip("/") for source in sources):
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules") if stage is None else None
            shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True, ignore=ignored)
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place / source.name)
