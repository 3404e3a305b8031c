"""Sequenced entries become part of the tree: full tiles, size and root, in one transaction a round.

An entry is hashed again before it is built in: what flipped in storage is found while the tree is whole.
"""

from collections.abc import Iterator
from typing import Protocol

from app.core import clock
from app.core.metrics import Stage, finished, timed
from app.db.session import Database, ReadSession, WriteSession, transaction
from app.ledger import repository, tiles_repository
from app.ledger.alarms import AlarmKind, Refused, refusing
from app.ledger.envelope import leaf_hash
from app.ledger.merkle import Commitment
from app.ledger.tiles import Frontier, Tile

ROUND = 8192


class Root(Protocol):
    """Whatever says which root a tree of some size has."""

    @property
    def size(self) -> int: ...
    @property
    def root(self) -> bytes: ...


async def integrate(database: Database, *, limit: int = ROUND) -> int:
    """One round: at most `limit` entries are built in; how many were. 0 too if another program is at it.

    Raises `LogRefused` where an entry or the tree is not what it was; nothing is built in then.
    """
    async with refusing(database):
        with timed(Stage.integrate):
            async with transaction(database) as session:
                grown = await _grow(session, limit)
    finished(Stage.integrate, grown)
    return grown


async def _grow(session: WriteSession, limit: int) -> int:
    if not await tiles_repository.is_integrator(session):
        return 0
    tree = await tiles_repository.tree(session)
    sequenced = await repository.ledger_size(session)
    if sequenced < tree.size:
        raise Refused(AlarmKind.entry_missing, index=sequenced)
    if sequenced == tree.size:
        return 0
    end = min(sequenced, tree.size + limit)
    edge = await edge_at(session, tree, Refused(AlarmKind.tree_altered, size=tree.size))
    full = list(appended(edge, await repository.leaves(session, tree.size, end), end))
    await tiles_repository.add(session, full)
    await tiles_repository.set_tree(session, Commitment(edge.size, edge.root), clock.now())
    return end - tree.size


async def edge_at(session: ReadSession, known: Root, otherwise: Refused) -> Frontier:
    """From the tiles as they are stored; raises `otherwise` where they do not join to the known root."""
    try:
        edge = await tiles_repository.frontier(session, known.size)
        if edge.root == known.root:
            return edge
    except ValueError:  # of hashes that are missing, or too short
        pass
    raise otherwise


def appended(edge: Frontier, leaves: list[repository.Leaf], end: int) -> Iterator[Tile]:
    """Grows `edge` to `end` by entries that are hashed anew; the tiles that get full."""
    for leaf in leaves:
        if leaf.index != edge.size:
            break
        hashed = leaf_hash(leaf.envelope)
        if hashed != leaf.leaf_hash:
            raise Refused(AlarmKind.entry_altered, index=leaf.index)
        yield from edge.append(hashed)
    if edge.size != end:
        raise Refused(AlarmKind.entry_missing, index=edge.size)
