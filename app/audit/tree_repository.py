"""All SQL that reads the ledger's tree and its checkpoints whole."""

from app.db.session import ReadSession, driver
from app.ledger.checkpoint import Checkpoint
from app.ledger.tiles import HEIGHT
from app.ledger.tiles_repository import Tree

TREE = "SELECT size, root, integrated_at FROM ledger_tree"
CHECKPOINTS = """
    SELECT size, root, issued_at, note FROM ledger_checkpoints
    WHERE $1::bigint IS NULL OR size > $1
    ORDER BY size
    LIMIT $2
"""
TILES_BEYOND = "SELECT level, tile FROM ledger_tiles WHERE tile >= $1::bigint >> ($2 * (level + 1))"


async def tree(session: ReadSession) -> Tree | None:
    """None: its one row is gone."""
    row = await (await driver(session)).fetchrow(TREE)
    return None if row is None else Tree(*row)


async def checkpoints(session: ReadSession, after: int | None, most: int) -> list[Checkpoint]:
    """The smallest first, as they were signed; `after`: a size."""
    return [Checkpoint(*row) for row in await (await driver(session)).fetch(CHECKPOINTS, after, most)]


async def tiles_beyond(session: ReadSession, size: int) -> list[tuple[int, int]]:
    """Level and number of tiles that no tree of this size has."""
    return [tuple(row) for row in await (await driver(session)).fetch(TILES_BEYOND, size, HEIGHT)]
