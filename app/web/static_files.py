"""The files that browsers fetch: their names, addresses and bytes. No routes.

A file lies under `static/` when the process starts, or it is none. Its address holds a digest of what it
says, so that browsers may keep it for ever. The files below one directory there share one digest: they import
each other by relative addresses.
"""

import gzip
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PurePosixPath

DIGITS = 12
_DIRECTORY = Path(__file__).parent / "static"
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}


class NoSuchAsset(LookupError):
    """A template names a file that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No file {name} under app/web/static. `make setup` puts what lies in vendor/ there."
        )


@dataclass(frozen=True)
class StaticFile:
    """One file as it was read."""

    content: bytes
    media_type: str
    changed: tuple[int, int]
    """When in ns, and the size: another pair is another file."""

    @cached_property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()

    @cached_property
    def compressed(self) -> bytes | None:
        """With gzip; None where that would not be shorter."""
        short = gzip.compress(self.content, mtime=0)
        return short if len(short) < len(self.content) else None


class StaticFiles:
    """What lay in a directory when this was made. A file that changed since is read again."""

    def __init__(self, directory: Path) -> None:
        self._paths = {
            path.relative_to(directory).as_posix(): path
            for path in sorted(directory.rglob("*"))
            if path.is_file() and path.suffix in _MEDIA_TYPES
        }
        self._files = {name: _read(path) for name, path in self._paths.items()}

    @property
    def names(self) -> list[str]:
        return list(self._files)

    def address(self, name: str) -> str:
        return f"/static/{self._digest(name)}/{name}"

    def find(self, digest: str, name: str) -> StaticFile | None:
        """None where no such file is, or it no longer says what it said under this digest."""
        if name not in self._files or digest != self._digest(name):
            return None
        return self._files[name]

    def _digest(self, name: str) -> str:
        """Of the file alone, or of all that share its directory."""
        if name not in self._files:
            raise NoSuchAsset(name)
        first, *below = PurePosixPath(name).parts
        if not below:
            return self._fresh(name).digest[:DIGITS]
        shared = {each: self._fresh(each).digest for each in self._files if each.startswith(f"{first}/")}
        return _digest_of(shared)

    def _fresh(self, name: str) -> StaticFile:
        """As it is now; one that was taken away stays as it was."""
        path = self._paths[name]
        with suppress(FileNotFoundError):
            if _changed(path) != self._files[name].changed:
                self._files[name] = _read(path)
        return self._files[name]


def _read(path: Path) -> StaticFile:
    return StaticFile(path.read_bytes(), _MEDIA_TYPES[path.suffix], _changed(path))


def _changed(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_mtime_ns, state.st_size


def _digest_of(files: Mapping[str, str]) -> str:
    lines = "".join(f"{digest} {name}\n" for name, digest in files.items())
    return sha256(lines.encode()).hexdigest()[:DIGITS]


FILES = StaticFiles(_DIRECTORY)


def asset(name: str) -> str:
    """The address of a file, e.g. `/static/1f0c…/style.css`; NoSuchAsset where it is none."""
    return FILES.address(name)
