"""The ledger's tree built again from the entries: its tiles, its size and root, every checkpoint's root.

A checkpoint whose signature holds is believed: where its root differs, the entries below it were altered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.audit import tree_repository as repository
from app.audit.schemas import Difference, Fault, Found, Level
from app.db.session import ReadSession
from app.ledger import checkpoints_repository, tiles_repository
from app.ledger.checkpoint import Checkpoint, NoteMalformed, read_note, signers
from app.ledger.log_keys import public_keys
from app.ledger.tiles import Frontier, Tile, TileNumber

TILES_AT_ONCE = 64


@dataclass
class Rebuilding:
    """Entries are appended in their order; what stands of the tree is compared as it grows."""

    session: ReadSession
    found: Found
    checkpoints: Mapping[int, Checkpoint]
    integrated: int
    """So many entries are in the tree as it stands."""
    tree: Frontier = field(default_factory=Frontier)
    roots: dict[int, bytes] = field(default_factory=dict)
    """At the sizes of all checkpoints, and of the tree as it stands."""
    tiles: int = 0
    _built: list[Tile] = field(default_factory=list)

    @classmethod
    async def begin(cls, session: ReadSession, found: Found) -> "Rebuilding":
        checkpoints = {each.size: each for each in await repository.checkpoints(session)}
        stands = await repository.tree(session)
        begun = cls(session, found, checkpoints, 0 if stands is None else stands.size)
        begun._note()
        return begun

    async def append(self, leaf: bytes) -> None:
        for tile in self.tree.append(leaf):
            if self.tree.size <= self.integrated:
                self._built.append(tile)
        self._note()
        if len(self._built) >= TILES_AT_ONCE:
            await self._compare_tiles()

    def _note(self) -> None:
        if self.tree.size == self.integrated or self.tree.size in self.checkpoints:
            self.roots[self.tree.size] = self.tree.root

    async def finish(self) -> None:
        await self._compare_tiles()
        await self._compare_tree()
        await self._compare_checkpoints()
        self.found.count("tiles", self.tiles)
        self.found.count("checkpoints", len(self.checkpoints))

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
        elif stands.root != self.roots.get(stands.size):
            columns = ("root",) if stands.size in self.roots else ("size",)
            self.found.add(Difference(Level.log, Fault.changed, "ledger_tree", {"tree": "1"}, columns))

    async def _compare_checkpoints(self) -> None:
        name = await checkpoints_repository.origin(self.session)
        keys = public_keys(await checkpoints_repository.keys(self.session))
        issued_at = None
        for size, each in sorted(self.checkpoints.items()):
            key = {"size": str(size)}
            columns = tuple(_own_flaws(each, name, keys))
            if issued_at is not None and each.issued_at < issued_at:
                columns += ("issued_at",)
            issued_at = each.issued_at
            if columns:
                self.found.add(
                    Difference(
                        Level.log,
                        Fault.changed,
                        "ledger_checkpoints",
                        key,
                        columns,
                        recorded_at=each.issued_at,
                    )
                )
            elif self.roots.get(size) != each.root:
                below = {"index": f"0-{size - 1}"}
                self.found.add(
                    Difference(
                        Level.log,
                        Fault.changed,
                        "ledger_entries",
                        below,
                        ("leaf_hash",),
                        ledger_index=size - 1,
                        recorded_at=each.issued_at,
                    )
                )


def _tile_flaws(built: Tile, stored: Tile | None) -> Iterator[Difference]:
    key = {"level": str(built.level), "tile": str(built.tile)}
    if stored is None:
        yield Difference(Level.log, Fault.missing, "ledger_tiles", key)
    elif stored != built:
        columns = tuple(name for name in ("hashes", "root") if getattr(built, name) != getattr(stored, name))
        yield Difference(Level.log, Fault.changed, "ledger_tiles", key, columns)


def _own_flaws(checkpoint: Checkpoint, name: str | None, keys: Mapping[bytes, bytes]) -> Iterator[str]:
    """A checkpoint by itself: what its signed note says, signed by a key of the log."""
    try:
        signed = read_note(checkpoint.note)
    except NoteMalformed:
        yield "note"
        return
    if signed.origin != name or not signers(signed, keys):
        yield "note"
    if signed.size != checkpoint.size:
        yield "size"
    if signed.root != checkpoint.root:
        yield "root"
