"""A power cut, simulated: all that was not flushed to the disk is gone (docs/operations.md).

A killed process leaves its writes in the page cache, so kill -9 alone proves little. Here the write-ahead log
behind the position that PostgreSQL has flushed is zeroed, as if it had never reached the disk. Data pages may
be ahead of the log then, unless nothing writes them: `QUIET` keeps checkpointer, background writer and
autovacuum still meanwhile.
"""

import fcntl
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from app.client.receipts import Receipt
from tests.faults.site import Site

SEGMENT = 16 * 1024 * 1024
QUIET = (
    "ALTER SYSTEM SET checkpoint_timeout = '1d'",
    "ALTER SYSTEM SET max_wal_size = '50GB'",
    "ALTER SYSTEM SET bgwriter_lru_maxpages = 0",
    "ALTER SYSTEM SET autovacuum = off",
    "SELECT pg_reload_conf()",
)


async def cut(site: Site) -> Mapping[str, Receipt]:
    """All programs are gone and the unflushed log with them; the receipts that had arrived before.

    The order makes the verdict right, whatever happens in between:
    1. The set of receipts is frozen. What it promises was committed before, so it lies in front of
    2. the position that is asked for next. All that is committed behind it will be gone, and
    3. its receipts do not count, for nothing thaws before everybody is dead and the log is zeroed.
    """
    connection = await asyncpg.connect(site.state.superuser_url)
    with (site.data / "postgres/start.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # nobody starts the server again before the log is cut
        with site.journal.frozen() as promised:
            flushed = await connection.fetchval("SELECT pg_current_wal_flush_lsn() - '0/0'")
            site.kill_all()
            zero_behind(site.wal, int(flushed))
    connection.terminate()
    return promised


def zero_behind(wal: Path, position: int) -> None:
    for segment in wal.iterdir():
        if segment.is_file() and len(segment.name) == 24:
            start = _number(segment.name) * SEGMENT
            if start + SEGMENT > position:
                _zero(segment, max(0, position - start))


def _number(name: str) -> int:
    """Of a segment, whatever its timeline: `000000010000000200000003` is the 515th."""
    return int(name[8:16], 16) * (2**32 // SEGMENT) + int(name[16:], 16)


def _zero(segment: Path, offset: int) -> None:
    with segment.open("r+b") as file:
        file.seek(offset)
        file.write(bytes(SEGMENT - offset))
