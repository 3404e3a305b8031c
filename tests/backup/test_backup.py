"""Taking backups, looking at them, and holding the ledger against its archives."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.audit.log import Audit
from app.backup import base
from app.backup.errors import (
    AuditFailed,
    BackupRunning,
    BaseBackupFailed,
    KeyRingBesideBackup,
    OtherKeyRing,
    OtherKeyRingThere,
    ProgramMissing,
    WalDamaged,
)
from app.backup.manifest import FILE, read
from app.backup.programs import Login
from app.backup.restoring import restore
from app.backup.service import (
    Source,
    audited,
    backups,
    export_key_ring,
    load_ring,
    take_backup,
    verify_backup,
)
from app.db.embedded import Server
from app.db.embedded.binaries import packaged
from app.privacy import keyring_file
from app.privacy.keyring import KeyRing
from tests.backup.house import House, flip
from tests.backup.test_restore import last_segment
from tests.unguarded import unguarded

UNATTESTED = """
    INSERT INTO batches
    SELECT gen_random_uuid(), platform, feed, client_id, received_at, received, accepted, unchanged, stale,
           rejected, records_root, leaf_hash
    FROM batches LIMIT 1
"""
ROTTEN = r"INSERT INTO signing_keys VALUES ('rotten', '\x00', '\x00', now(), NULL)"
ROTTEN_ARCHIVE = """
    UPDATE batch_archives SET body_sealed = set_byte(body_sealed, 2, get_byte(body_sealed, 2) # 1)
    WHERE ctid = (SELECT min(ctid) FROM batch_archives)
"""


def source_of(server: Server, **changes: Any) -> Source:  # noqa: ANN401
    plain = Source(server.program_url, server.superuser_url, server.binaries.directory, is_embedded=True)
    return plain._replace(**changes)


class TestTaking:
    def test_the_manifest_tells_where_the_ledger_stood_and_no_secret(self, house: House) -> None:
        manifest = backups(house.backups)[0].manifest
        told = (house.backup / FILE).read_text()
        assert manifest.ledger.size == 3
        assert manifest.ring.key_ids == [key.key_id for key in load_ring(house.ring).sealing]
        ring = json.loads(house.ring.read_text())
        secrets = [ring["person_secret"], ring["content_secret"], ring["sealing"][0]["secret"]]
        state = json.loads((house.data / "postgres/server.json").read_text())
        secrets += [state[name] for name in state if name.endswith("_password")]
        assert [secret for secret in secrets if secret in told] == []

    def test_neither_ring_nor_passwords_are_in_a_backup(self, house: House) -> None:
        assert not list(house.backups.rglob("keyring*"))
        assert not list(house.backups.rglob("server.json"))

    def test_the_key_ring_and_a_backup_share_no_directory(self, house: House) -> None:
        with house.served() as server, pytest.raises(KeyRingBesideBackup, match="Keep them apart"):
            take_backup(house.ring.parent / "backups", source_of(server), house.ring)

    def test_one_is_taken_at_a_time(self, house: House) -> None:
        with (
            house.served() as server,
            base.turn(house.backups),
            pytest.raises(BackupRunning, match="Another program is taking a backup"),
        ):
            take_backup(house.backups, source_of(server), house.ring)

    def test_what_a_killed_one_left_goes_and_is_no_backup(self, house: House) -> None:
        draft = house.backups / "20200101T000000Z.draft"
        draft.mkdir()
        (draft / FILE).touch()
        assert [each.place for each in backups(house.backups)] == [house.backup]
        with base.turn(house.backups):
            assert not draft.exists()

    def test_a_login_without_replication_is_told_what_to_do(self, house: House) -> None:
        with (
            house.served() as server,
            pytest.raises(BaseBackupFailed, match="needs a login with REPLICATION"),
        ):
            take_backup(house.backups, source_of(server, backup_url=server.program_url), house.ring)
        assert [each.place for each in backups(house.backups)] == [house.backup]

    def test_programs_that_are_not_there_are_named(self, house: House, tmp_path: Path) -> None:
        with (
            house.served() as server,
            pytest.raises(ProgramMissing, match="pg_basebackup cannot be run here"),
        ):
            take_backup(house.backups, source_of(server, programs=tmp_path), house.ring)

    def test_no_password_stands_on_a_command_line(self) -> None:
        login = Login.of("postgres://some%40one:se%2Fcret@db.example:5433/supervise?sslmode=require")
        assert login.password == "se/cret"
        assert login.address == "postgresql://some%40one@db.example:5433/supervise?sslmode=require"


class TestVerifying:
    def test_a_whole_backup_is_told_with_the_log_behind_it(self, house: House) -> None:
        log = verify_backup(backups(house.backups)[0], packaged(), None)
        assert log.last is not None
        assert log.last.path == last_segment(house)

    def test_a_flipped_byte_in_the_log_is_found(self, damaged: House) -> None:
        flip(last_segment(damaged), 60)
        with pytest.raises(WalDamaged):
            verify_backup(backups(damaged.backups)[0], packaged(), damaged.root / "wal")


class TestAudit:
    @pytest.mark.parametrize(
        ("act", "flaw"),
        [
            ("DELETE FROM batch_archives", "batch_archives: missing"),
            (
                "UPDATE batch_archives SET outcomes = '\\x04'",
                "batch_archives: changed (body_sealed, outcomes)",
            ),
            ("UPDATE batches SET platform = 'other'", "batches: changed (platform)"),
            ("UPDATE batch_archives SET body_sealed = secret_sealed", "batch_archives: unreadable"),
            ("DELETE FROM decisions", "decisions: changed (document, learner_id)"),
            ("DELETE FROM assessment_runs", "assessment_runs: missing"),
            ("DELETE FROM ledger_entries WHERE index = 0", "ledger_entries index=0: missing"),
            ("DELETE FROM ledger_entries WHERE index = 5", "ledger_head: changed (size)"),
            (UNATTESTED, "batches: added"),
        ],
    )
    def test_what_an_insider_changed_is_found(self, house: House, act: str, flaw: str) -> None:
        with house.served() as server:
            url = urlsplit(server.superuser_url)._replace(path="/supervise").geturl()
            found = asyncio.run(_after(url, act, house))
        assert flaw in re.sub(r" \w+_id=[0-9a-f-]+| head=1", "", found)

    def test_a_database_that_nobody_touched_holds(self, house: House) -> None:
        with house.served() as server:
            keys = load_ring(house.ring)
            found = asyncio.run(audited(server.program_url, keys, house.ring))
        assert (found.head.size, found.flaws) == (6, [])

    def test_what_rotted_beside_the_ledger_keeps_no_backup_from_being_restored(self, house: House) -> None:
        """A value that names no key of the ring, and that no entry attests."""
        with house.served() as server:
            url = urlsplit(server.superuser_url)._replace(path="/supervise").geturl()
            found = asyncio.run(_restorable(url, ROTTEN, house))
        assert (found.head.size, found.flaws) == (6, [])
        assert [str(each) for each in found.unopened] == [
            "signing_keys column=private_key_sealed: unreadable (private_key_sealed)"
        ]

    def test_what_rotted_and_is_attested_is_told_as_such(self, house: House) -> None:
        with house.served() as server:
            url = urlsplit(server.superuser_url)._replace(path="/supervise").geturl()
            found = asyncio.run(_after(url, ROTTEN_ARCHIVE, house))
        assert "batch_archives column=body_sealed: unreadable (body_sealed)" in found
        assert "in 2 places" in found

    def test_another_ring_is_told_before_anything_is_opened(self, house: House, tmp_path: Path) -> None:
        other = tmp_path / "keyring.json"
        KeyRing.load_or_create(other)
        with house.served() as server, pytest.raises(OtherKeyRing):
            asyncio.run(audited(server.program_url, load_ring(other), other))


async def _restorable(url: str, act: str, house: House) -> Audit:
    """As a restore asks it."""
    since = read(house.backup).manifest.ledger
    async with _touched(url, act) as touched:
        return await audited(touched, load_ring(house.ring), house.ring, since=since)


async def _after(url: str, act: str, house: House) -> str:
    """What the audit says of a copy of the database in which this was done."""
    async with _touched(url, act) as touched:
        with pytest.raises(AuditFailed) as failure:
            await audited(touched, load_ring(house.ring), house.ring)
        return failure.value.detail.en


@asynccontextmanager
async def _touched(url: str, act: str) -> AsyncIterator[str]:
    connection = await asyncpg.connect(url.replace("/supervise", "/postgres"))
    try:
        await connection.execute("CREATE DATABASE touched TEMPLATE supervise OWNER supervise_owner")
        touched = await asyncpg.connect(url.replace("/supervise", "/touched"))
        await touched.execute(unguarded(act))
        await touched.close()
        yield url.replace("/supervise", "/touched")
    finally:
        await connection.execute("DROP DATABASE touched WITH (FORCE)")
        await connection.close()


class TestKeyRing:
    def test_a_copy_opens_the_backup(self, house: House, empty: Path) -> None:
        copy = export_key_ring(house.ring, empty.parent / "safe")
        assert copy.stat().st_mode & 0o777 == 0o600
        assert restore(house.wish(empty, key_ring_path=copy)).audit.head.size == 6

    def test_a_copy_is_brought_up_to_date_and_never_replaced_by_another(
        self, house: House, tmp_path: Path
    ) -> None:
        ring = tmp_path / "ring.json"
        ring.write_bytes(house.ring.read_bytes())
        ring.chmod(0o600)
        copy = export_key_ring(ring, tmp_path / "safe")
        keyring_file.add_key(ring)
        assert len(load_ring(export_key_ring(ring, tmp_path / "safe")).sealing) == 2
        with pytest.raises(OtherKeyRingThere, match="never overwritten"):
            export_key_ring(house.ring, tmp_path / "safe")
        assert len(load_ring(copy).sealing) == 2

    def test_it_is_not_copied_beside_a_backup(self, house: House) -> None:
        with pytest.raises(KeyRingBesideBackup):
            export_key_ring(house.ring, house.backups)
