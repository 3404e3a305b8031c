"""All SQL of the tree: tiles, what is not in a full one yet, its size and root."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from app.db.session import ReadSession, WriteSession, driver
from app.ledger.merkle import Commitment
from app.ledger.tiles import HEIGHT, WIDTH, Frontier, Tile, TileNumber, apart, widths

INTEGRATOR = 7_362_003  # the advisory lock of all integrators of one database

FULL = """
    SELECT level, tile, hashes FROM ledger_tiles
    JOIN unnest($1::smallint[], $2::bigint[]) AS wanted (level, tile) USING (level, tile)
"""
LEAVES = """
    SELECT index, leaf_hash AS hash FROM ledger_entries WHERE index >= $1 AND index < $2 ORDER BY index
"""
ROOTS = """
    SELECT tile AS index, root AS hash FROM ledger_tiles
    WHERE level = $3 AND tile >= $1 AND tile < $2 ORDER BY tile
"""
STORED = """
    SELECT level, tile, hashes, root FROM ledger_tiles
    JOIN unnest($1::smallint[], $2::bigint[]) AS wanted (level, tile) USING (level, tile)
"""
ADD = """
    INSERT INTO ledger_tiles (level, tile, hashes, root)
    SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bytea[])
"""
WAITING = """
    SELECT head.size - coalesce(tree.size, 0),
           (SELECT recorded_at FROM ledger_entries WHERE index = coalesce(tree.size, 0))
    FROM ledger_head AS head LEFT JOIN ledger_tree AS tree ON true
"""
UNSIGNED = """
    SELECT tree.size - signed.size, (SELECT recorded_at FROM ledger_entries WHERE index = signed.size)
    FROM (SELECT coalesce(max(size), 0) AS size FROM ledger_tree) AS tree,
         (SELECT coalesce(max(size), 0) AS size FROM ledger_checkpoints) AS signed
"""


class Tree(NamedTuple):
    """How far the integration has come."""

    size: int
    root: bytes
    integrated_at: datetime | None


async def is_integrator(session: WriteSession) -> bool:
    """Whether this transaction is the one that may grow the tree; it is until it ends."""
    return bool(await (await driver(session)).fetchval("SELECT pg_try_advisory_xact_lock($1)", INTEGRATOR))


async def tree(session: ReadSession) -> Tree:
    """Where its row is gone: of no size, and with a root that no tree has."""
    row = await (await driver(session)).fetchrow("SELECT size, root, integrated_at FROM ledger_tree")
    return Tree(0, b"", None) if row is None else Tree(*row)


async def set_tree(session: WriteSession, grown: Commitment, at: datetime) -> None:
    connection = await driver(session)
    await connection.execute("UPDATE ledger_tree SET size = $1, root = $2, integrated_at = $3", *grown, at)


async def add(session: WriteSession, tiles: Sequence[Tile]) -> None:
    if tiles:
        await (await driver(session)).execute(ADD, *map(list, zip(*tiles, strict=True)))


async def stored(session: ReadSession, numbers: Sequence[TileNumber]) -> dict[TileNumber, Tile]:
    """Those of them that are full."""
    rows = await (await driver(session)).fetch(STORED, *_columns(numbers))
    return {TileNumber(row["level"], row["tile"]): Tile(*row) for row in rows}


async def hashes(session: ReadSession, wanted: Mapping[TileNumber, int]) -> dict[TileNumber, list[bytes]]:
    """At least so many of each tile, or all that there are."""
    rows = await (await driver(session)).fetch(FULL, *_columns(list(wanted)))
    found = {TileNumber(row["level"], row["tile"]): apart(row["hashes"]) for row in rows}
    for number, width in wanted.items():
        if number not in found:
            found[number] = await _of_no_full_tile(session, number, width)
    return found


async def frontier(session: ReadSession, size: int) -> Frontier:
    """Raises `ValueError` where hashes are missing."""
    wanted = {
        TileNumber(level, size >> HEIGHT * (level + 1)): width
        for level, width in enumerate(widths(size))
        if width
    }
    found = await hashes(session, wanted)
    levels: list[list[bytes]] = [[] for _ in widths(size)]
    for number, width in wanted.items():
        levels[number.level] = found[number][:width]
    return Frontier(levels, size)


def _columns(numbers: Sequence[TileNumber]) -> tuple[list[int], list[int]]:
    return [number.level for number in numbers], [number.tile for number in numbers]


async def _of_no_full_tile(session: ReadSession, number: TileNumber, width: int) -> list[bytes]:
    first = number.tile * WIDTH
    connection = await driver(session)
    if number.level == 0:
        rows = await connection.fetch(LEAVES, first, first + width)
    else:
        rows = await connection.fetch(ROOTS, first, first + width, number.level - 1)
    return [row["hash"] for row in rows]


async def waiting(session: ReadSession) -> tuple[int, datetime | None]:
    """How many entries are not in the tree yet, and since when the oldest was recorded."""
    number, since = await (await driver(session)).fetchrow(WAITING)
    return number, since


async def unsigned(session: ReadSession) -> tuple[int, datetime | None]:
    """How many entries of the tree no checkpoint covers, and since when the oldest was recorded."""
    number, since = await (await driver(session)).fetchrow(UNSIGNED)
    return max(number, 0), since
