"""The ZIP of a bundle, written file by file to a spool file: the same contents make the same bytes.

Every file bears the same date and is packed alike; each is hashed as it goes by, and the last one,
`bundle.json`, names all the others with their hashes.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first day that a ZIP can bear: when it was made, bundle.json says."""
READABLE_BY_ITS_OWNER = 0o600 << 16
UNIX = 3
LAST = "bundle.json"


class BundleWriter:
    """Writes one file after the other; `finish` the last one. Nothing of them stays in memory.

    A context manager: what was begun is closed before its file is, also where something fails.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w")
        self.hashes: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes) -> None:
        self.add_pieces(name, [content])

    def add_pieces(self, name: str, pieces: Iterable[bytes]) -> None:
        if name in self.hashes:
            raise ValueError(f"{name} is there already")
        digest = hashlib.sha256()
        with self._zip.open(_info(name), "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self.hashes[name] = digest.hexdigest()

    def finish(self, told: Mapping[str, object]) -> None:
        listed = {**told, "files": dict(sorted(self.hashes.items()))}
        self.add(LAST, msgspec.json.format(msgspec.json.encode(listed), indent=1) + b"\n")


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, LONG_AGO)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = READABLE_BY_ITS_OWNER
    info.create_system = UNIX
    return info
