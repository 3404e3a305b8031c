"""The ledger's tree built again from the entries: its tiles, its size and root, every checkpoint's root.

A checkpoint whose signature holds is believed: where its root differs, the entries below it were altered.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.audit import tree_repository as repository
from app.audit.schemas import Difference, Fault, Found, Level
from app.db.session import ReadSession
from app.ledger import checkpoints_repository, tiles_repository
from app.ledger.checkpoint import Checkpoint, NoteMalformed, read_note, signers
from app.ledger.checkpoints_repository import KeyRow
from app.ledger.log_keys import public_keys
from app.ledger.tiles import Frontier, Tile, TileNumber

TILES_AT_ONCE = 64
CHECKPOINTS_AT_ONCE = 1_000
"""So many are held, and verified in a thread: a signature takes 0.2 ms."""
PUBLIC_KEY_BYTES = 32
_KEY_ID = re.compile(r"[0-9a-f]{8}")


class Signing(NamedTuple):
    """Who signs checkpoints."""

    origin: str | None
    keys: Mapping[bytes, bytes]
    """By key id; what is no key at all is left out, and told where the log's keys are."""


@dataclass
class Rebuilding:
    """Entries are appended in their order; what stands of the tree is compared as it grows."""

    session: ReadSession
    found: Found
    signing: Signing
    integrated: int
    """So many entries are in the tree as it stands."""
    tree: Frontier = field(default_factory=Frontier)
    root: bytes | None = None
    """At the size of the tree as it stands; None: there are fewer entries."""
    tiles: int = 0
    checkpoints: int = 0
    _built: list[Tile] = field(default_factory=list)
    _page: Sequence[Checkpoint] = ()
    """Of the checkpoints, by size: those that the tree is about to reach."""
    _reached: int = 0
    """So many of the page are of sizes that the tree has passed."""
    _roots: dict[int, bytes] = field(default_factory=dict)
    """At the sizes of those."""
    _issued_at: datetime | None = None
    """Of the checkpoint before the page."""

    @classmethod
    async def begin(cls, session: ReadSession, found: Found) -> "Rebuilding":
        stands = await repository.tree(session)
        origin = await checkpoints_repository.origin(session)
        keys = public_keys([row for row in await checkpoints_repository.keys(session) if _is_key(row)])
        begun = cls(session, found, Signing(origin, keys), 0 if stands is None else stands.size)
        await begun._turn_page(after=None)
        await begun._note()
        return begun

    async def append(self, leaf: bytes) -> None:
        for tile in self.tree.append(leaf):
            if self.tree.size <= self.integrated:
                self._built.append(tile)
        await self._note()
        if len(self._built) >= TILES_AT_ONCE:
            await self._compare_tiles()

    async def _note(self) -> None:
        size = self.tree.size
        if size == self.integrated:
            self.root = self.tree.root
        while self._page and self._page[self._reached].size <= size:
            if self._page[self._reached].size == size:
                self._roots[size] = self.tree.root
            self._reached += 1
            if self._reached == len(self._page):
                await self._compare_page()

    async def finish(self) -> None:
        await self._compare_tiles()
        await self._compare_tree()
        while self._page:
            await self._compare_page()
        self.found.count("tiles", self.tiles)
        self.found.count("checkpoints", self.checkpoints)

    async def _compare_tiles(self) -> None:
        numbers = [TileNumber(tile.level, tile.tile) for tile in self._built]
        stored = await tiles_repository.stored(self.session, numbers) if numbers else {}
        for number, tile in zip(numbers, self._built, strict=True):
            self.found.add(*_tile_flaws(tile, stored.get(number)))
        self.tiles += len(self._built)
        self._built = []

    async def _compare_tree(self) -> None:
        for level, tile in await repository.tiles_beyond(self.session, self.integrated):
            key = {"level": str(level), "tile": str(tile)}
            self.found.add(Difference(Level.log, Fault.added, "ledger_tiles", key))
        stands = await repository.tree(self.session)
        if stands is None:
            self.found.add(Difference(Level.log, Fault.missing, "ledger_tree", {"tree": "1"}))
        elif stands.root != self.root:
            columns = ("size",) if self.root is None else ("root",)
            self.found.add(Difference(Level.log, Fault.changed, "ledger_tree", {"tree": "1"}, columns))

    async def _compare_page(self) -> None:
        """The checkpoints of the page, as far as the tree was built; then the next ones."""
        page, roots, before = self._page, self._roots, self._issued_at
        self.found.add(*await asyncio.to_thread(_page_flaws, page, roots, self.signing, before))
        self.checkpoints += len(page)
        self._issued_at = page[-1].issued_at
        await self._turn_page(after=page[-1].size)

    async def _turn_page(self, after: int | None) -> None:
        self._page = await repository.checkpoints(self.session, after, CHECKPOINTS_AT_ONCE)
        self._reached, self._roots = 0, {}


def _is_key(row: KeyRow) -> bool:
    return len(row.public_key) == PUBLIC_KEY_BYTES and _KEY_ID.fullmatch(row.kid) is not None


def _page_flaws(
    page: Sequence[Checkpoint], roots: Mapping[int, bytes], signing: Signing, before: datetime | None
) -> list[Difference]:
    found = []
    for each in page:
        columns = tuple(_own_flaws(each, signing))
        if before is not None and each.issued_at < before:
            columns += ("issued_at",)
        before = each.issued_at
        if columns:
            key = {"size": str(each.size)}
            told = Difference(Level.log, Fault.changed, "ledger_checkpoints", key, columns)
        elif roots.get(each.size) != each.root:
            below, last = {"index": f"0-{each.size - 1}"}, each.size - 1
            told = Difference(
                Level.log, Fault.changed, "ledger_entries", below, ("leaf_hash",), ledger_index=last
            )
        else:
            continue
        found.append(told._replace(recorded_at=each.issued_at))
    return found


def _tile_flaws(built: Tile, stored: Tile | None) -> Iterator[Difference]:
    key = {"level": str(built.level), "tile": str(built.tile)}
    if stored is None:
        yield Difference(Level.log, Fault.missing, "ledger_tiles", key)
    elif stored != built:
        columns = tuple(name for name in ("hashes", "root") if getattr(built, name) != getattr(stored, name))
        yield Difference(Level.log, Fault.changed, "ledger_tiles", key, columns)


def _own_flaws(checkpoint: Checkpoint, signing: Signing) -> Iterator[str]:
    """A checkpoint by itself: what its signed note says, signed by a key of the log."""
    try:
        signed = read_note(checkpoint.note)
    except NoteMalformed:
        yield "note"
        return
    if signed.origin != signing.origin or not signers(signed, signing.keys):
        yield "note"
    if signed.size != checkpoint.size:
        yield "size"
    if signed.root != checkpoint.root:
        yield "root"
