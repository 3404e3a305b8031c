"""An export is a directory that anybody serves and checks: tiles, entries, checkpoints, keys."""

import hashlib
from pathlib import Path

import pytest

from app.db.session import Database, reading
from app.ledger.checkpoint import Checkpoint, read_note
from app.ledger.errors import NoCheckpointYet
from app.ledger.export import export
from app.ledger.merkle import root
from app.ledger.publication import publish
from app.ledger.tiles import tile_path
from app.privacy.keyring import KeyRing
from tests.ledger.log import add_entries, leaves_of


async def exported(database: Database, directory: Path) -> Checkpoint:
    async with reading(database, repeatable=True) as session:
        return await export(session, directory)


def entries_of(directory: Path, size: int) -> list[bytes]:
    found: list[bytes] = []
    while len(found) < size:
        number, width = len(found) // 256, min(256, size - len(found))
        partial = "" if width == 256 else f".p/{width}"
        content = (directory / f"tile/entries/{tile_path(number)}{partial}").read_bytes()
        while content:
            end = 2 + int.from_bytes(content[:2])
            found.append(content[2:end])
            content = content[end:]
    return found


async def test_it_holds_all_of_the_log(database: Database, key_ring: KeyRing, tmp_path: Path) -> None:
    await add_entries(database, 600)
    first = await publish(database, key_ring)
    assert first is not None
    await add_entries(database, 300)
    second = await publish(database, key_ring)
    assert second is not None
    await add_entries(database, 5)
    assert await exported(database, tmp_path) == second
    entries = entries_of(tmp_path, second.size)
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    assert leaves == (await leaves_of(database))[: second.size]
    signed = read_note((tmp_path / "checkpoint").read_text())
    assert (signed.size, signed.root) == (second.size, root(leaves))
    assert (tmp_path / "tile/0/002").read_bytes() == b"".join(leaves[512:768])
    assert (tmp_path / "tile/1/000.p/3").read_bytes() == b"".join(
        root(leaves[at : at + 256]) for at in (0, 256, 512)
    )
    assert {file.name for file in (tmp_path / "checkpoints").iterdir()} == {str(first.size), str(second.size)}
    (line,) = (tmp_path / "keys").read_text().splitlines()
    assert line.startswith(f"log {signed.origin}+")


async def test_it_goes_on_where_it_was(database: Database, key_ring: KeyRing, tmp_path: Path) -> None:
    await add_entries(database, 300)
    await publish(database, key_ring)
    await exported(database, tmp_path)
    full = tmp_path / "tile/0/000"
    written = full.stat().st_mtime_ns
    await add_entries(database, 300)
    await publish(database, key_ring)
    newest = await exported(database, tmp_path)
    assert full.stat().st_mtime_ns == written
    assert len(entries_of(tmp_path, newest.size)) == 601


async def test_there_is_none_before_the_first_checkpoint(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NoCheckpointYet):
        await exported(database, tmp_path)
