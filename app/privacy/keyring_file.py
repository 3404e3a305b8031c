"""The key ring's file: made once, readable by its owner alone, never stored in the database."""

import os
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from app.core.files import sync_directory
from app.privacy.errors import KeyRingBroken, KeyRingExposed, KeyRingUnreachable

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


def new_keys() -> Keys:
    return Keys(
        format=1,
        sealing=[SealingKey(secrets.token_hex(KEY_ID_BYTES), secrets.token_bytes(SECRET_BYTES))],
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
