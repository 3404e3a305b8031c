"""What a backup and the archived log give back, and what keeps a restore from being trusted."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from app.backup import recovery
from app.backup.errors import (
    ArchiveUnreadable,
    AuditFailed,
    BackupDamaged,
    EndNotReached,
    ForeignBackup,
    KeyRingMissing,
    NoBackup,
    NoBackupBefore,
    OtherKeyRing,
    OtherMajor,
    RecoveredTooLittle,
    RecoveryFailed,
    WalDamaged,
)
from app.backup.manifest import Manifest, Ring, read, write
from app.backup.restoring import restore
from app.db.embedded import binaries, claim, postmaster
from app.db.embedded.account import Account
from app.db.embedded.errors import DirectoryInUse, DirectoryNotEmpty
from app.privacy.keyring import KeyRing
from tests.backup.house import House, ask, flip, remove


def changed(house: House, **changes: object) -> Manifest:
    return msgspec.structs.replace(read(house.backup).manifest, **changes)


RESTORED = "SELECT subject->>'backup' FROM trail_entries WHERE action = 'backup:restore'"
LEARNERS = "SELECT count(*) FROM enrollments"


class TestRestoring:
    def test_everything_that_was_archived_is_there_and_every_leaf_verifies(
        self, house: House, empty: Path
    ) -> None:
        restored = restore(house.wish(empty))
        assert restored.audit.entries == {"batch": 4, "assessment": 2}
        assert (restored.audit.records, restored.audit.decisions, restored.audit.pending) == (4, 2, 0)
        assert restored.backup.manifest.ledger.size == 3
        assert restored.seconds.keys() == {"verify", "copy", "replay", "audit", "all"}
        with house.served(empty, archive=None) as server:
            assert asyncio.run(ask(server.program_url, LEARNERS)) == 0  # the owner's act is in the log too
            assert asyncio.run(ask(server.program_url, "SELECT count(*) FROM batches")) == 4
            assert asyncio.run(ask(server.program_url, RESTORED)) == house.backup.name

    def test_a_moment_before_a_harmful_act_can_be_gone_back_to(self, house: House, empty: Path) -> None:
        restored = restore(house.wish(empty, until=house.before_the_act))
        assert house.before_the_act is not None
        assert restored.holds_until <= house.before_the_act
        with house.served(empty, archive=None) as server:
            assert asyncio.run(ask(server.program_url, LEARNERS)) == 2

    def test_without_an_archive_the_base_alone_is_restored(self, damaged: House, empty: Path) -> None:
        backup = read(damaged.backup)
        write(backup.place, changed(damaged, wal_directory=None))
        restored = restore(damaged.wish(empty))
        assert restored.log.segments == []
        assert restored.audit.head.size == 3
        assert restored.holds_until <= backup.manifest.finished_at

    def test_the_new_place_has_passwords_of_its_own_and_archives_apart(
        self, house: House, empty: Path
    ) -> None:
        """What is restored for a drill writes nothing into the archive that it came from."""
        restore(house.wish(empty))
        with house.served(empty) as server:
            assert asyncio.run(ask(server.owner_url, "SELECT current_user")) == "supervise_owner"
            apart = Path(server.state.wal_directory or "")
        assert (apart.parent, apart == house.archive) == (house.archive.parent, False)
        remove(apart)


class TestBeingKilled:
    def test_what_a_killed_restore_left_running_goes_first(self, house: House, empty: Path) -> None:
        """Its server too: it works on files that are about to be deleted."""
        with ExitStack() as first:
            left = first.enter_context(half_restored(house, empty))
            room = first.pop_all()
        restored = restore(house.wish(empty))
        assert restored.audit.head.size == 6
        assert not left.room.exists()
        assert postmaster.running(left.data) is None
        room.close()


@contextmanager
def half_restored(house: House, empty: Path) -> Iterator[recovery.Recovery]:
    """As a killed restore leaves it when its server runs."""
    home = empty / "postgres"
    home.mkdir(parents=True)
    if os.geteuid() == 0:
        home.chmod(0o711)
    account = Account.for_data(home / "data")
    found = binaries.find(None, home=home, account=account, log=Path("/dev/null"))
    (home / "restore-1").mkdir()
    account.give(home / "restore-1")
    left = recovery.Recovery(home, home / "restore-1", account, found)
    left.bring(house.base)
    with left.replayed(house.archive, None):
        yield left


class TestRefusals:
    def test_a_directory_with_data_is_left_alone(self, house: House) -> None:
        with pytest.raises(DirectoryNotEmpty, match="nothing is ever overwritten"):
            restore(house.wish(house.data))

    def test_so_is_one_that_a_program_uses(self, house: House) -> None:
        with house.served(), pytest.raises(DirectoryInUse, match="in use by a program"):
            restore(house.wish(house.data))

    def test_nobody_starts_a_server_there_meanwhile(self, empty: Path) -> None:
        with claim(empty) as home:
            assert list(home.glob("data")) == []

    def test_a_ring_must_be_there(self, house: House, empty: Path) -> None:
        with pytest.raises(KeyRingMissing, match="kept apart"):
            restore(house.wish(empty, key_ring_path=empty / "keyring.json"))

    def test_another_ring_is_refused_before_anything_is_copied(self, house: House, empty: Path) -> None:
        other = empty.parent / "keyring.json"
        KeyRing.load_or_create(other)
        with pytest.raises(OtherKeyRing, match="does not belong to this database"):
            restore(house.wish(empty, key_ring_path=other))
        assert not list(empty.glob("postgres/restore-*"))

    def test_a_ring_that_lost_a_key_is_refused_by_what_was_sealed(self, damaged: House, empty: Path) -> None:
        """Where the manifest is silent, the database itself tells."""
        key_ids, mark = ["00000000"], read(damaged.backup).manifest.ring.mark
        write(damaged.backup, changed(damaged, ring=Ring(key_ids, mark)))
        with pytest.raises(OtherKeyRing):
            restore(damaged.wish(empty))

    def test_another_major_version_is_refused(self, damaged: House, empty: Path) -> None:
        write(damaged.backup, changed(damaged, postgresql="17.2"))
        with pytest.raises(OtherMajor, match=r"made by PostgreSQL 17\.2"):
            restore(damaged.wish(empty))

    def test_a_backup_of_another_server_is_restored_by_its_own_programs(
        self, damaged: House, empty: Path
    ) -> None:
        write(damaged.backup, changed(damaged, is_embedded=False))
        with pytest.raises(ForeignBackup, match="supervise backup audit"):
            restore(damaged.wish(empty))

    def test_there_must_be_a_backup(self, house: House, empty: Path) -> None:
        with pytest.raises(NoBackup):
            restore(house.wish(empty, directory=house.root / "ring"))

    def test_no_backup_reaches_back_before_the_first(self, house: House, empty: Path) -> None:
        with pytest.raises(NoBackupBefore):
            restore(house.wish(empty, until=datetime(2020, 1, 1, tzinfo=UTC)))

    def test_the_log_must_reach_the_moment(self, house: House, empty: Path) -> None:
        until = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 (later than all that was written)
        with pytest.raises(EndNotReached, match="The log ends before"):
            restore(house.wish(empty, until=until))
        assert not (empty / "postgres/data").exists()


class TestDamage:
    """Each is found before anything is put into use, and told with its place."""

    def test_a_flipped_byte_in_the_manifest(self, damaged: House, empty: Path) -> None:
        flip(damaged.backup / "manifest.json", 400)
        with pytest.raises(BackupDamaged, match=r"manifest\.json"):
            restore(damaged.wish(empty))

    def test_a_flipped_byte_in_the_list_of_files(self, damaged: House, empty: Path) -> None:
        flip(damaged.base / "backup_manifest", 4_000)
        with pytest.raises(BackupDamaged, match="backup_manifest"):
            restore(damaged.wish(empty))

    def test_a_flipped_byte_in_a_table(self, damaged: House, empty: Path) -> None:
        largest = max((damaged.base / "base").glob("*/*"), key=lambda file: file.stat().st_size)
        flip(largest, 5_000)
        with pytest.raises(BackupDamaged, match=largest.name):
            restore(damaged.wish(empty))

    def test_a_missing_file(self, damaged: House, empty: Path) -> None:
        (damaged.base / "global/pg_control").unlink()
        with pytest.raises(BackupDamaged, match="pg_control"):
            restore(damaged.wish(empty))

    def test_a_flipped_byte_in_a_segment(self, damaged: House, empty: Path) -> None:
        segment = last_segment(damaged)
        flip(segment, 60)
        with pytest.raises(WalDamaged, match=segment.name):
            restore(damaged.wish(empty))

    def test_a_truncated_segment(self, damaged: House, empty: Path) -> None:
        segment = last_segment(damaged)
        os.truncate(segment, 1_000_000)
        with pytest.raises(WalDamaged, match="1000000 bytes"):
            restore(damaged.wish(empty))

    def test_a_missing_segment(self, damaged: House, empty: Path) -> None:
        segment = last_segment(damaged)
        following = f"{int(segment.name, 16) + 1:024X}"
        segment.rename(segment.with_name(following))
        with pytest.raises(WalDamaged, match=f"{segment.name} is damaged or missing"):
            restore(damaged.wish(empty))

    def test_an_archive_that_is_away(self, damaged: House, empty: Path) -> None:
        remove(damaged.archive)
        with pytest.raises(BackupDamaged, match="is missing"):
            restore(damaged.wish(empty))

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has a server's user beside itself")
    def test_an_archive_that_the_server_cannot_read(self, damaged: House, empty: Path) -> None:
        os.chown(damaged.archive, 0, 0)
        with pytest.raises(ArchiveUnreadable, match="who cannot read the archive"):
            restore(damaged.wish(empty))

    def test_a_log_that_recovery_does_not_take(
        self, house: House, empty: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PostgreSQL takes whatever keeps it from a segment for the end of the log, and says nothing."""
        monkeypatch.setattr(recovery, "FETCH", "false {}")
        with pytest.raises(RecoveredTooLittle, match=last_segment(house).name):
            restore(house.wish(empty))

    def test_a_server_that_does_not_start(
        self, house: House, empty: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(recovery, "postgresql_conf", lambda *_: "no_such_setting = on\n")
        with pytest.raises(RecoveryFailed, match=r"recovery\.log says why"):
            restore(house.wish(empty))
        assert "no_such_setting" in (empty / "postgres/recovery.log").read_text()

    def test_another_history_than_that_of_the_manifest(self, damaged: House, empty: Path) -> None:
        other = msgspec.structs.replace(read(damaged.backup).manifest.ledger, root="00" * 32)
        write(damaged.backup, changed(damaged, ledger=other))
        with pytest.raises(AuditFailed, match="the first 3 entries are not those of the manifest"):
            restore(damaged.wish(empty))
        assert not (empty / "postgres/data").exists()


def last_segment(house: House) -> Path:
    """Of those that hold what happened after the backup."""
    return max(each for each in house.archive.iterdir() if len(each.name) == 24)
