"""What a backup says of itself: versions, place in the log, the ledger's head, whose key ring opens it.

No secret and no personal data. The hashes of all files stand in PostgreSQL's own `backup_manifest`, and its
hash stands here.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from app.backup.errors import BackupDamaged
from app.core import files
from app.ledger.merkle import Commitment
from app.privacy.keyring import KeyRing
from app.privacy.keyring_file import Keys

FILE = "manifest.json"
BASE = "base"
FILES = "backup_manifest"
MARKED = "supervise backup"

Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Ring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key_ids: list[str]
    mark: Hash
    """Of the secrets by which persons and contents are hashed: another ring has another."""


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int
    root: Hash

    @classmethod
    def of(cls, head: Commitment) -> "Ledger":
        return cls(head.size, head.root.hex())


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal[1]
    name: str
    program_version: str
    postgresql: str
    schema: str
    is_embedded: bool
    started_at: datetime
    finished_at: datetime
    system_identifier: int
    timeline: int
    start_lsn: str
    end_lsn: str
    segment_bytes: int
    wal_directory: str | None
    """To which the log is archived; only the embedded server's is known."""
    ledger: Ledger
    """Before the backup began: whatever is restored from it holds these entries."""
    ring: Ring
    bytes: int
    files_sha256: Hash
    """Of PostgreSQL's list of files, which holds the hash of each."""

    @property
    def major(self) -> int:
        return int(self.postgresql.split(".")[0])


class _File(msgspec.Struct):
    sha256: Hash
    manifest: msgspec.Raw


class Backup(NamedTuple):
    place: Path
    manifest: Manifest

    @property
    def base(self) -> Path:
        return self.place / BASE


def ring_of(keys: Keys) -> Ring:
    key_ring = KeyRing.of(keys)
    marked = key_ring.person_key(MARKED) + key_ring.content_hash(MARKED.encode())
    return Ring([key.key_id for key in keys.sealing], hashlib.sha256(marked).hexdigest())


def write(place: Path, manifest: Manifest) -> None:
    told = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    digest = hashlib.sha256(told).hexdigest().encode()
    files.replace(place / FILE, b'{"sha256": "' + digest + b'",\n"manifest": ' + told + b"}\n")


def read(place: Path) -> Backup:
    """Raises `BackupDamaged` where a byte of it was changed."""
    try:
        file = msgspec.json.decode((place / FILE).read_bytes(), type=_File)
        if hashlib.sha256(bytes(file.manifest)).hexdigest() != file.sha256:
            raise BackupDamaged(place, f"{FILE}: SHA-256")
        return Backup(place, msgspec.json.decode(bytes(file.manifest), type=Manifest))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupDamaged(place, f"{FILE}: {error}") from error
