"""How long an inclusion proof takes in a large tree: asked of the room itself, and over HTTP."""

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

import asyncpg

from app.db.session import Database, reading
from app.ledger.envelope import leaf_hash
from app.ledger.proofs import inclusion
from app.ledger.tiles import WIDTH, Frontier, Tile
from tests.load.bodies import SEED
from tests.load.pusher import percentile_of
from tests.load.site import Site, opened

LEAVES, QUICK_LEAVES = 10_000_000, 100_000
REQUIRED_MS = 5
TIMES, WARM_UP = 500, 20
TILES_AT_ONCE = 1_000

COLUMNS = ("leaves", "asked", "p50 ms", "p99 ms")


class Proved(NamedTuple):
    """Milliseconds of each proof of a leaf drawn at random."""

    leaves: int
    asked: str
    each_ms: Sequence[float]

    def row(self) -> tuple[str, ...]:
        percentiles = (f"{percentile_of(self.each_ms, percentile):.2f}" for percentile in (50, 99))
        return (f"{self.leaves:,}", self.asked, *percentiles)


def measure(leaves: int) -> list[Proved]:
    with opened() as site:
        seed(site, leaves)
        chance = random.Random(SEED)  # noqa: S311 (no secret)
        indexes = [chance.randrange(leaves) for _ in range(WARM_UP + TIMES)]
        return [
            Proved(leaves, "the room", _of_the_room(site, indexes, leaves)),
            Proved(leaves, "HTTP", _over_http(site, indexes, leaves)),
        ]


def seed(site: Site, leaves: int) -> None:
    """A tree over entries that say nothing; of these only those in no full tile are stored."""
    frontier = Frontier()
    tail = leaves - leaves % WIDTH

    def tiles() -> Iterator[Tile]:
        for number in range(leaves):
            yield from frontier.append(_leaf(number))

    async def fill(connection: asyncpg.Connection) -> None:
        made = tiles()
        while some := list(islice(made, TILES_AT_ONCE)):
            await connection.copy_records_to_table("ledger_tiles", records=some)
        await connection.executemany(
            "INSERT INTO ledger_entries (index, subject_id, kind, recorded_at, leaf_hash, envelope)"
            " VALUES ($1, gen_random_uuid(), 'batch', now(), $2, $3)",
            [(number, _leaf(number), _envelope(number)) for number in range(tail, leaves)],
        )
        await connection.execute("UPDATE ledger_head SET size = $1", leaves)
        await connection.execute(
            "UPDATE ledger_tree SET size = $1, root = $2, integrated_at = now()", leaves, frontier.root
        )
        await connection.execute("VACUUM ANALYZE ledger_tiles")

    site.as_owner(fill)


def _envelope(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(8, "big")).digest()


def _leaf(number: int) -> bytes:
    return leaf_hash(_envelope(number))


def _of_the_room(site: Site, indexes: Sequence[int], leaves: int) -> list[float]:
    async def ask(database: Database) -> list[float]:
        found = []
        for index in indexes:
            started_s = time.perf_counter()
            async with reading(database) as session:
                await inclusion(session, index, leaves)
            found.append(1000 * (time.perf_counter() - started_s))
        return found[WARM_UP:]

    return site.with_database(ask)


def _over_http(site: Site, indexes: Sequence[int], leaves: int) -> list[float]:
    with site.serving() as served:
        address = urlsplit(served.address)
        connection = HTTPConnection(address.hostname or "", address.port)
        headers = {"Authorization": f"Bearer {served.token}"}
        found = []
        for index in indexes:
            started_s = time.perf_counter()
            path = f"/api/v1/ledger/proofs/inclusion?index={index}&size={leaves}"
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise RuntimeError(answer.decode())
            found.append(1000 * (time.perf_counter() - started_s))
        return found[WARM_UP:]
