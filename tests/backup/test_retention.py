"""Old backups go with the log that only they needed; what is kept can be restored."""

import shutil
from pathlib import Path

import msgspec
import pytest

from app.backup.manifest import write
from app.backup.restoring import restore
from app.backup.retention import prune
from app.backup.service import backups, verify_backup
from app.db.embedded.binaries import packaged
from tests.backup.house import House, remove, take
from tests.backup.test_restore import changed


@pytest.fixture
def longer(damaged: House, house: House) -> House:
    """With a second backup, of later."""
    with house.served() as server:
        take(House(damaged.root, damaged.before_the_act), server, ring=house.ring)
    return damaged


def segments(directory: Path) -> set[str]:
    return {each.name for each in directory.iterdir() if len(each.name) == 24}


def test_the_newest_stay_with_all_the_log_they_need(longer: House, house: House, empty: Path) -> None:
    archive = longer.root / "wal" / house.archive.name
    remove(archive)
    shutil.copytree(house.archive, archive)
    for file in (archive, *archive.iterdir()):
        file.chmod(0o755)  # its owner is who copied it
    before, (old, new) = segments(archive), backups(longer.backups)
    gone = prune(longer.backups, keep=1, wal_root=longer.root / "wal")
    assert gone.backups == [old.manifest.name]
    assert segments(archive) < before
    assert min(segments(archive)) >= min(before)
    assert [each.place for each in backups(longer.backups)] == [new.place]
    verify_backup(new, packaged(), longer.root / "wal")
    assert restore(longer.wish(empty)).audit.head.size == 6


def test_nothing_goes_while_there_are_no_more(damaged: House) -> None:
    before = segments(damaged.archive)
    assert prune(damaged.backups, keep=1, wal_root=damaged.root / "wal").backups == []
    assert max(before) in segments(damaged.archive)
    assert len(backups(damaged.backups)) == 1


def test_the_log_of_a_former_life_goes_with_its_last_backup(damaged: House) -> None:
    """After a restore the log is archived elsewhere; what lay there before serves no backup that is kept."""
    archive = damaged.archive
    later = msgspec.structs.replace(
        changed(damaged, name="later", wal_directory=str(damaged.root / "wal/later")),
        finished_at=backups(damaged.backups)[0].manifest.finished_at.replace(year=2099),
    )
    (damaged.backups / "later").mkdir()
    write(damaged.backups / "later", later)
    prune(damaged.backups, keep=1, wal_root=damaged.root / "wal")
    assert segments(archive) == set()
