"""The key ring's file: made once, readable by its owner alone, never stored in the database.

A rotation replaces it as a whole; programs that rotate at once take turns.
"""

import fcntl
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from app.core import files
from app.core.files import sync_directory
from app.privacy.errors import (
    KeyRingBroken,
    KeyRingExposed,
    KeyRingUnreachable,
    SealingKeyIsNewest,
    SealingKeyUnknown,
)

SECRET_BYTES = 32
KEY_ID_BYTES = 4

Secret = Annotated[bytes, msgspec.Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
KeyId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]


class SealingKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ids are random, so that a value sealed by another ring is told from a changed one."""

    key_id: KeyId
    secret: Secret

    def __repr__(self) -> str:
        return f"SealingKey({self.key_id})"


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sealing keys may grow in number, the newest last.

    The other two secrets are never rotated: what they have hashed is compared for years.
    """

    format: Literal[1]
    sealing: Annotated[list[SealingKey], msgspec.Meta(min_length=1)]
    person_secret: Secret
    content_secret: Secret

    def __repr__(self) -> str:
        return f"Keys({self.sealing})"


class Stamp(NamedTuple):
    """Differs whenever the file was replaced or written to."""

    inode: int
    size: int
    modified_ns: int


def stamp(path: Path) -> Stamp | None:
    """None: there is no file that can be asked."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def changed_at(path: Path) -> datetime:
    """When a key last came or went."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def new_sealing_key() -> SealingKey:
    return SealingKey(secrets.token_hex(KEY_ID_BYTES), secrets.token_bytes(SECRET_BYTES))


def new_keys() -> Keys:
    return Keys(
        format=1,
        sealing=[new_sealing_key()],
        person_secret=secrets.token_bytes(SECRET_BYTES),
        content_secret=secrets.token_bytes(SECRET_BYTES),
    )


def load_or_create(path: Path) -> Keys:
    """Of programs that create at once, the slower ones read what the fastest made."""
    try:
        if not path.exists():
            create(path, new_keys())
        return load(path)
    except OSError as failure:
        raise KeyRingUnreachable(path, failure.strerror or str(failure)) from failure


def load(path: Path) -> Keys:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyRingExposed(path, mode)
        content = file.read()
    try:
        keys = msgspec.json.decode(content, type=Keys)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise KeyRingBroken(path) from None  # the cause might quote a key
    if len({key.key_id for key in keys.sealing}) < len(keys.sealing):
        raise KeyRingBroken(path)
    return keys


def create(path: Path, keys: Keys) -> None:
    """The whole file or none: drafted beside (O_EXCL, 0600), then linked, which never replaces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(encoded(keys))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync_directory(path.parent)


def encoded(keys: Keys) -> bytes:
    return msgspec.json.format(msgspec.json.encode(keys), indent=2)


def add_key(path: Path, *, seals: bool = True) -> str:
    """Returns the new key's id. `seals` false: so far it only opens, until `use_key` names it."""
    key = new_sealing_key()
    _change(path, lambda known: [*known, key] if seals else [key, *known])
    return key.key_id


def use_key(path: Path, key_id: str) -> None:
    """The key that seals from now on. Raises `SealingKeyUnknown`."""

    def last(known: list[SealingKey]) -> list[SealingKey]:
        return [*(key for key in known if key.key_id != key_id), _named(known, key_id)]

    _change(path, last)


def remove_key(path: Path, key_id: str) -> None:
    """For good: what it sealed can never be opened. Raises `SealingKeyUnknown`, `SealingKeyIsNewest`."""

    def rest(known: list[SealingKey]) -> list[SealingKey]:
        if _named(known, key_id) is known[-1]:
            raise SealingKeyIsNewest(key_id)
        return [key for key in known if key.key_id != key_id]

    _change(path, rest)


def _named(known: list[SealingKey], key_id: str) -> SealingKey:
    for key in known:
        if key.key_id == key_id:
            return key
    raise SealingKeyUnknown(key_id)


def _change(path: Path, change: Callable[[list[SealingKey]], list[SealingKey]]) -> None:
    """The old file or the new one, whole, its owner's as before; the hashes' secrets stay as they are."""
    try:
        with _turn(path):
            keys = load(path)
            changed = msgspec.structs.replace(keys, sealing=change(keys.sealing))
            files.replace(path, encoded(changed), owner=path.stat().st_uid)
    except OSError as failure:
        raise KeyRingUnreachable(path, failure.strerror or str(failure)) from failure


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """The lock is the directory's: the file itself is another one afterwards."""
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
