"""The log as C2SP tlog-tiles has it: tiles and bundles of entries, each under its path."""

import re
from typing import NamedTuple

from app.db.session import ReadSession
from app.ledger import repository, tiles_repository
from app.ledger.errors import NoSuchTile
from app.ledger.tiles import HEIGHT, WIDTH, TileNumber, tile_path

ENTRIES = "entries"
LENGTH_BYTES = 2
_LEVEL = re.compile(f"[0-9]|[1-5][0-9]|6[0-3]|{ENTRIES}")
_PATH = re.compile(r"(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?")


class Resource(NamedTuple):
    """A tile, or the entries below a tile of level 0."""

    level: int | None
    """None: entries."""
    number: int
    width: int

    @property
    def path(self) -> str:
        """Behind the prefix of the log."""
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{ENTRIES if self.level is None else self.level}/{tile_path(self.number)}{partial}"


def parse(level: str, path: str) -> Resource:
    """Raises `NoSuchTile` for what the specification does not name so."""
    found = _PATH.fullmatch(path)
    if found is None or not _LEVEL.fullmatch(level):
        raise NoSuchTile
    number = int(found["number"].replace("x", "").replace("/", ""))
    width = int(found["width"] or WIDTH)
    if tile_path(number) != found["number"] or (found["width"] and width >= WIDTH):
        raise NoSuchTile
    return Resource(None if level == ENTRIES else int(level), number, width)


def resources(size: int) -> list[Resource]:
    """All that a tree of this size consists of, partial ones at its edge."""
    found, level, hashes = list[Resource](), 0, size
    while hashes:
        tiles = [(number, min(WIDTH, hashes - number * WIDTH)) for number in range(-(-hashes // WIDTH))]
        found += [Resource(level, *tile) for tile in tiles]
        if level == 0:
            found += [Resource(None, *tile) for tile in tiles]
        level, hashes = level + 1, hashes >> HEIGHT
    return found


async def content(session: ReadSession, wanted: Resource, size: int) -> bytes:
    """Its bytes, as far as the tree of `size` reaches; beyond it raises `NoSuchTile`."""
    level, first = wanted.level or 0, wanted.number * WIDTH
    if first + wanted.width > size >> HEIGHT * level:
        raise NoSuchTile
    if wanted.level is None:
        leaves = await repository.leaves(session, first, first + wanted.width)
        return b"".join(len(leaf.envelope).to_bytes(LENGTH_BYTES) + leaf.envelope for leaf in leaves)
    number = TileNumber(wanted.level, wanted.number)
    hashes = await tiles_repository.hashes(session, {number: wanted.width})
    return b"".join(hashes[number][: wanted.width])
