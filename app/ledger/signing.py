"""The signer looks for itself before it signs: at its last signature, at its memory, at every entry since.

It signs only a tree that continues what it signed before, and whose root it has found from the envelopes.
"""

from app.db.session import ReadSession
from app.ledger import checkpoints_repository, repository, tiles_repository
from app.ledger.alarms import AlarmKind, Refused
from app.ledger.checkpoint import Checkpoint, NoteMalformed, SignedTree, read_note, signers
from app.ledger.integration import appended, edge_at
from app.ledger.log_keys import public_keys
from app.ledger.merkle import Commitment
from app.ledger.tiles import Frontier, Tile, TileNumber

PAGE = 4096
"""Envelopes that are in memory at once."""


async def examine(
    session: ReadSession, origin: str, last: Checkpoint | None, remembered: str | None
) -> Commitment:
    """The tree that may be signed now. Raises `Refused`."""
    tree = await tiles_repository.tree(session)
    edge = await _last_signed(session, origin, last, tree.size)
    if remembered is not None:
        await _hold_against_memory(session, origin, remembered, tree.size)
    await _read_again(session, edge, tree.size)
    if edge.root != tree.root:
        raise Refused(AlarmKind.root_differs, since=last.size if last else 0, size=tree.size)
    return Commitment(edge.size, edge.root)


async def _last_signed(session: ReadSession, origin: str, last: Checkpoint | None, size: int) -> Frontier:
    """The tree at the size of the last checkpoint, which bears our signature."""
    if last is None:
        return Frontier()
    signed = await _ours(session, last.note)
    if signed is None or (signed.origin, signed.size, signed.root) != (origin, last.size, last.root):
        raise Refused(AlarmKind.signature_broken, size=last.size)
    if size < last.size:
        raise Refused(AlarmKind.shrunk, signed=last.size, size=size)
    return await edge_at(session, last, Refused(AlarmKind.inconsistent, signed=last.size, size=size))


async def _hold_against_memory(session: ReadSession, origin: str, note: str, size: int) -> None:
    signed = await _ours(session, note)
    if signed is None or signed.origin != origin:
        raise Refused(AlarmKind.other_log)
    set_back = Refused(AlarmKind.set_back, signed=signed.size, size=size)
    if signed.size > size:
        raise set_back
    await edge_at(session, signed, set_back)


async def _ours(session: ReadSession, note: str) -> SignedTree | None:
    """What it says, if a key of the log has signed it, be it retired or not."""
    try:
        signed = read_note(note)
    except NoteMalformed:
        return None
    keys = public_keys(await checkpoints_repository.keys(session))
    return signed if signers(signed, keys) else None


async def _read_again(session: ReadSession, edge: Frontier, size: int) -> None:
    """Every envelope behind `edge`, hashed anew; the tiles that were built of them are these."""
    while edge.size < size:
        end = min(edge.size + PAGE, size)
        leaves = await repository.leaves(session, edge.size, end)
        await _same_tiles(session, list(appended(edge, leaves, end)))


async def _same_tiles(session: ReadSession, hashed: list[Tile]) -> None:
    stored = await tiles_repository.stored(session, [TileNumber(tile.level, tile.tile) for tile in hashed])
    for tile in hashed:
        if stored.get(TileNumber(tile.level, tile.tile)) != tile:
            raise Refused(AlarmKind.tile_altered, level=tile.level, tile=tile.tile)
