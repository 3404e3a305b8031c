"""The log as a directory that any web server serves and any verifier reads: C2SP tlog-tiles, and the keys.

`checkpoint` is written last: a directory without one, or with an older one, is whole as far as that goes.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from app.db.session import ReadSession
from app.ledger import checkpoints_repository, log_keys, outlets_repository, resources
from app.ledger.checkpoint import Checkpoint
from app.ledger.errors import NoCheckpointYet

CHECKPOINTS_AT_ONCE = 1000


class Written(NamedTuple):
    """A file of the export, by its path in the directory."""

    path: str
    content: bytes


async def export(session: ReadSession, directory: Path) -> Checkpoint:
    """Writes what is not there yet; the checkpoint that the directory now holds. Raises `NoCheckpointYet`.

    For a session whose statements see one moment.
    """
    newest = await checkpoints_repository.newest(session)
    if newest is None:
        raise NoCheckpointYet
    async for each in _files(session, newest):
        await asyncio.to_thread(_write, directory, each)
    return newest


async def _files(session: ReadSession, newest: Checkpoint) -> AsyncIterator[Written]:
    for each in resources.resources(newest.size):
        yield Written(each.path, await resources.content(session, each, newest.size))
    vkeys = [f"log {key.vkey}\n" for key in await log_keys.history(session)]
    vkeys += [f"witness {vkey}\n" for _, vkey in await outlets_repository.witness_keys(session)]
    yield Written("keys", "".join(vkeys).encode())
    before: int | None = newest.size + 1
    while before is not None:
        page = await checkpoints_repository.checkpoints(session, before, CHECKPOINTS_AT_ONCE)
        for checkpoint in page:
            yield Written(f"checkpoints/{checkpoint.size}", checkpoint.note.encode())
        before = page[-1].size if len(page) == CHECKPOINTS_AT_ONCE else None
    yield Written("checkpoint", newest.note.encode())


def _write(directory: Path, wanted: Written) -> None:
    path = directory / wanted.path
    if path.is_file() and path.read_bytes() == wanted.content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wanted.content)
