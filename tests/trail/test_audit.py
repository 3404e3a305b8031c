"""The trail says when somebody with the rights of the schema's owner has been at it."""

import asyncpg
import pytest

from app.db.session import Database
from app.ledger.sequence import sequence
from app.privacy.keyring import KeyRing
from app.trail.audit import Audited, Fault, audit
from tests.trail.conftest import Close, write
from tests.unguarded import unguarded

# ruff: noqa: S608 (statements are put together from constants)

FIRST = "entry_id = (SELECT min(entry_id::text)::uuid FROM trail_entries)"
WITHOUT_ITS_TRIGGER = """
    ALTER TABLE trail_entries DISABLE TRIGGER set_hour; {}; ALTER TABLE trail_entries ENABLE TRIGGER set_hour
"""
PUT_IN = """
    INSERT INTO trail_entries (entry_id, occurred_at, hour, actor_id, action, subject)
    SELECT gen_random_uuid(), occurred_at, hour {}, 'nobody', action, subject FROM trail_entries LIMIT 1
"""


@pytest.fixture
async def closed(database: Database, close: Close) -> None:
    """Three entries of an hour that is in the ledger."""
    await write(database, "a", "b", "c")
    await close()
    await sequence(database)


def faults(found: Audited) -> set[Fault]:
    return {finding.fault for finding in found.findings}


@pytest.mark.usefixtures("closed")
class TestTheTrail:
    async def test_is_found_as_it_was_left(self, database: Database, key_ring: KeyRing) -> None:
        found = await audit(database, key_ring)
        assert (found.entries, found.findings) == (3, [])

    @pytest.mark.parametrize(
        ("tampering", "fault"),
        [
            (f"UPDATE trail_entries SET actor_id = 'z' WHERE {FIRST}", Fault.entries_changed),
            (f"UPDATE trail_entries SET subject = '{{}}' WHERE {FIRST}", Fault.entries_changed),
            (f"UPDATE trail_entries SET address = '::1' WHERE {FIRST}", Fault.entries_changed),
            (
                f"UPDATE trail_entries SET occurred_at = occurred_at - interval '1 ms' WHERE {FIRST}",
                Fault.entries_changed,
            ),
            (f"DELETE FROM trail_entries WHERE {FIRST}", Fault.entries_missing),
            (WITHOUT_ITS_TRIGGER.format(PUT_IN.format("")), Fault.entries_added),
            (
                WITHOUT_ITS_TRIGGER.format(PUT_IN.format("- interval '7 hours'")),
                Fault.never_closed,
            ),
            ("DELETE FROM trail_digests", Fault.digest_missing),
            ("UPDATE trail_digests SET root = sha256('')", Fault.not_in_ledger),
            ("UPDATE trail_digests SET size = 2", Fault.not_in_ledger),
            ("UPDATE trail_digests SET secret_sealed = root", Fault.secret_unreadable),
        ],
    )
    async def test_tells_what_was_done_to_it(
        self,
        database: Database,
        key_ring: KeyRing,
        owner: asyncpg.Connection,
        tampering: str,
        fault: Fault,
    ) -> None:
        await owner.execute(unguarded(tampering))
        assert fault in faults(await audit(database, key_ring))

    async def test_tells_both_hours_of_an_entry_that_was_moved(
        self, database: Database, key_ring: KeyRing, owner: asyncpg.Connection
    ) -> None:
        await owner.execute(f"UPDATE trail_entries SET hour = hour - interval '1 hour' WHERE {FIRST}")
        found = await audit(database, key_ring)
        assert faults(found) == {Fault.entries_missing, Fault.never_closed}
        assert len({finding.hour for finding in found.findings}) == 2

    async def test_tells_a_digest_that_was_made_to_fit(
        self, database: Database, key_ring: KeyRing, owner: asyncpg.Connection, close: Close
    ) -> None:
        """Whoever has the key ring too can hash again, and still not change the ledger."""
        await owner.execute(unguarded(f"DELETE FROM trail_entries WHERE {FIRST}"))
        await owner.execute(unguarded("DELETE FROM trail_digests"))
        await owner.execute("UPDATE trail_head SET next_hour = next_hour - interval '2 hours'")
        await close()
        assert Fault.digest_missing in faults(await audit(database, key_ring))
