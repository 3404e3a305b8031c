"""Each filter of the trail finds what it shows by an index of its own."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from app.core import clock
from app.db.session import Database, reading
from app.trail.schemas import Kind, Wanted
from app.trail.search import search
from tests.factories.crowd import indexes_of
from tests.server import CloneServer

FILL = """
    INSERT INTO trail_entries (
        entry_id, occurred_at, actor_id, role, organisation, action, kind, subject, address
    )
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || right(md5(n::text), 20))::uuid,
           at, 'user-' || n % 500, 'clerk', 'districts:44' || n % 90, 'act:' || n % 50,
           CASE WHEN n % 200 = 0 THEN 'denied' ELSE 'read' END,
           jsonb_build_object('platform', 'P' || n % 5, 'class_group_id', 'C' || n % 700),
           '10.0.0.' || n % 200
    FROM generate_series(1, 20000) AS n, LATERAL (SELECT now() - n * interval '1 second' AS at) AS moment;
    ANALYZE;
"""
NOW = clock.now()
PK = {"pk_trail_entries"}
"""Beside another index: of the months that are empty still."""


@pytest.fixture(scope="module")
async def filled(clone_server: CloneServer) -> AsyncIterator[Database]:
    name = f"trail_{uuid4().hex}"
    await clone_server.create(name)
    owner = await asyncpg.connect(clone_server.owner_url(name))
    await owner.execute(FILL)
    await owner.close()
    database = Database.connect(clone_server.program_url(name))
    yield database
    await database.dispose()
    await clone_server.drop(name)


@pytest.mark.parametrize(
    ("wanted", "indexes"),
    [
        (Wanted(), PK),
        (Wanted(actor_id="user-7"), {"ix_trail_entries_actor_id_entry_id"}),
        (Wanted(action="act:7"), {"ix_trail_entries_action_entry_id"}),
        (Wanted(kind=Kind.denied), {"ix_trail_entries_kind_entry_id"}),
        (Wanted(address="10.0.0.7"), {"ix_trail_entries_address_entry_id"}),
        (Wanted(organisation="districts:4407"), {"ix_trail_entries_organisation_entry_id"}),
        (Wanted(subject={"class_group_id": "C7"}), PK | {"ix_trail_entries_subject"}),
        (Wanted(first=NOW - timedelta(minutes=9), last=NOW - timedelta(minutes=8)), PK),
        (
            Wanted(person_key=bytes(32)),
            PK | {"ix_enrollments_person_key", "ix_trail_entries_subject"},
        ),
    ],
)
async def test_is_found_by_its_index(filled: Database, wanted: Wanted, indexes: set[str]) -> None:
    async with reading(filled) as session:
        assert await indexes_of(filled, search(session, wanted, limit=51)) == indexes
