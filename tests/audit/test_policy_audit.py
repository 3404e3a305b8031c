"""The audit holds each version of a policy against its entry, and the entries against the versions."""

import re

import asyncpg
import pytest

from app.audit.log import audit
from app.db.session import Database
from app.ledger.sequence import sequence
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.privacy.keyring import KeyRing
from tests.policies.published import pack, publish
from tests.unguarded import unguarded


async def flaws(database: Database, key_ring: KeyRing) -> list[str]:
    return (await audit(database, key_ring, set())).flaws


@pytest.fixture
async def recorded(database: Database) -> Database:
    await record_files(database, PolicyLibrary.load())
    await sequence(database)
    await publish(database, pack())
    return database


async def test_versions_that_nobody_touched_hold(recorded: Database, key_ring: KeyRing) -> None:
    assert await flaws(recorded, key_ring) == []


@pytest.mark.parametrize(
    ("act", "flaw"),
    [
        (
            "UPDATE policy_versions SET content_hash = '\\x00' WHERE programme = 'standard'",
            "policy_versions: changed (programme, effective_from, content_hash)",
        ),
        ("UPDATE policy_versions SET retroactive = false", "policy_versions: changed (retroactive)"),
        ("DELETE FROM policy_versions WHERE programme = 'pilot'", "policy_versions: missing"),
        ("DELETE FROM policy_texts", "policy_texts: missing"),
        ("DELETE FROM ledger_pending", ": added"),
    ],
)
async def test_what_an_insider_changed_is_found(
    recorded: Database, key_ring: KeyRing, owner_url: str, act: str, flaw: str
) -> None:
    connection = await asyncpg.connect(owner_url)
    await connection.execute(unguarded(act))
    await connection.close()
    found = await flaws(recorded, key_ring)
    assert found
    assert all(flaw in re.sub(r" \w+_id=[0-9a-f-]+", "", each) for each in found)
