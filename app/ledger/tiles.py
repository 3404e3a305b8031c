"""The tree in tiles of 256 hashes (C2SP tlog-tiles, height 8), and how it grows. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from app.ledger.merkle import HASH_BYTES, root
from app.ledger.paths import Node, Span, hash_of_span, nodes_of

HEIGHT = 8
WIDTH = 1 << HEIGHT


class TileNumber(NamedTuple):
    """Level 0 holds leaf hashes; a hash of a level above is the root of a tile below."""

    level: int
    tile: int


class Tile(NamedTuple):
    """A full one."""

    level: int
    tile: int
    hashes: bytes
    root: bytes


class Frontier:
    """A tree at its right edge: the hashes of each level that no full tile holds yet."""

    def __init__(self, levels: Iterable[Sequence[bytes]] = (), size: int = 0) -> None:
        self.levels = [list(level) for level in levels]
        self.size = size
        if [len(level) for level in self.levels] != widths(size):
            raise ValueError("The hashes are not those of this size.")

    def append(self, leaf: bytes) -> Iterator[Tile]:
        """The tiles that are full with it, from the leaves upwards."""
        self.size += 1
        node = leaf
        for level in range(len(self.levels) + 1):
            if level == len(self.levels):
                self.levels.append([])
            hashes = self.levels[level]
            hashes.append(node)
            if len(hashes) < WIDTH:
                return
            node = root(hashes)
            yield Tile(level, (self.size - 1) >> HEIGHT * (level + 1), b"".join(hashes), node)
            self.levels[level] = []

    @property
    def root(self) -> bytes:
        edge: list[bytes] = []
        for hashes in self.levels:
            if hashes or edge:
                edge = [root(hashes + edge)]
        return edge[0] if edge else root([])


def widths(size: int) -> list[int]:
    """How many hashes of each level stand in no full tile.

    >>> widths(2 * 256 + 3)
    [3, 2]
    """
    found = []
    while size:
        found.append(size % WIDTH)
        size >>= HEIGHT
    return found


def place_of(node: Node) -> tuple[TileNumber, slice]:
    """The hashes, in the tile of which level, that it is joined from."""
    level, rest = divmod(node.height, HEIGHT)
    first = node.number << rest
    offset = first % WIDTH
    return TileNumber(level, first >> HEIGHT), slice(offset, offset + (1 << rest))


def needed(spans: Iterable[Span]) -> dict[TileNumber, int]:
    """Which tiles, and how many hashes of each at least."""
    found: dict[TileNumber, int] = {}
    for span in spans:
        for number, part in map(place_of, nodes_of(span)):
            found[number] = max(found.get(number, 0), part.stop)
    return found


def hash_from(tiles: Mapping[TileNumber, Sequence[bytes]], span: Span) -> bytes:
    """Of a span, from the tiles that it needs."""
    parts = map(place_of, nodes_of(span))
    return hash_of_span([root(tiles[number][part]) for number, part in parts])


def apart(hashes: bytes) -> list[bytes]:
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def tile_path(number: int) -> str:
    """As tlog-tiles names it.

    >>> tile_path(1234067)
    'x001/x234/067'
    """
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))
