"""Platforms and enterprises see their own rows alone, even by a query that has forgotten to ask for them."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.authorisation import Reach
from app.core.vocabulary import Role
from app.db import migrate
from app.db.confinement import OWN_ROWS, WHOLE, Confinement, Premises
from app.db.models import Base
from app.db.roles import PROGRAM_ROLE, TENANT_ROLE
from app.db.session import Database, ReadSession, driver, reading, transaction
from app.records.selection import Selection
from tests.api.conftest import ENTERPRISE, LIVE, OTHER_ENTERPRISE, OTHER_USCC, VOD, opened_doors
from tests.api.term import C1, CLASS_GROUPS, CLOSED, ENROLLMENTS, USCC, push_term, settle
from tests.server import CloneServer

OWNERS = {Premises.own_platform: ("P1", "P2"), Premises.own_enterprise: (USCC, OTHER_USCC)}
VIEWS = [(premises, table) for premises, tables in OWN_ROWS.items() for table in sorted(tables)]
FILLED = (
    "assessments",
    "attendance",
    "class_group_assessments",
    "class_groups",
    "decisions",
    "enrollments",
    "lessons",
    "quiz_answers",
)
"""Tables that have rows of both owners here."""
STATE = """
    SELECT current_user, current_setting('search_path'),
           coalesce(current_setting('supervise.owner', true), '')
"""
ADD_REPORT = """
    INSERT INTO eligibility_reports (
        report_id, uscc, closed_from, closed_to, created_at, created_by, ledger_size, policy_versions, entries
    )
    VALUES (:report_id, :uscc, '2026-01-01', '2026-12-31', now(), 'somebody', 0, '{}', '{}')
"""


class Sides(NamedTuple):
    database: Database
    of_role: dict[Role, tuple[httpx.AsyncClient, str]]
    """A client, and the platform whose class groups are none of its business."""


@pytest.fixture(scope="module")
async def sides(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sides]:
    """Two platforms with a term each, of two enterprises; their class groups have one id."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform, enterprise = await doors.signed_in(LIVE), await doors.signed_in(ENTERPRISE)
        await push_term(platform, **CLOSED)
        await push_term(await doors.signed_in(VOD), **CLOSED, enterprise_uscc=OTHER_USCC)
        await doors.signed_in(OTHER_ENTERPRISE)
        await settle(app)
        clients = {Role.platform: (platform, "P2"), Role.enterprise: (enterprise, "P2")}
        yield Sides(app.state.resources.database, clients)


async def count(session: ReadSession, table: str) -> int:
    found: int = await (await driver(session)).fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
    return found


@pytest.mark.parametrize(("premises", "table"), VIEWS, ids=map(".".join, VIEWS))
async def test_what_two_owners_see_is_theirs_and_not_the_same(
    sides: Sides, premises: Premises, table: str
) -> None:
    async with reading(sides.database) as session:
        every = await count(session, table)
    seen = []
    for owner in OWNERS[premises]:
        async with reading(sides.database, within=Confinement(premises, owner)) as session:
            seen.append(await count(session, table))
    assert sum(seen) <= every
    if table in FILLED:
        assert seen == [every // 2] * 2
        assert every


@pytest.mark.parametrize("premises", Premises)
async def test_nobody_sees_anything(sides: Sides, premises: Premises) -> None:
    async with reading(sides.database, within=Confinement(premises, "")) as session:
        assert not any([await count(session, table) for table in OWN_ROWS[premises]])


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
async def test_the_tables_themselves_are_out_of_reach(session: ReadSession, table: str) -> None:
    rights = await (await driver(session)).fetchval(
        "SELECT array_agg(privilege) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'])"
        " AS privilege WHERE has_table_privilege($1, $2, privilege)",
        TENANT_ROLE,
        f"public.{table}",
    )
    assert rights == ([WHOLE[table]] if table in WHOLE else None)


async def test_a_query_that_names_the_table_itself_is_refused(sides: Sides) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with reading(sides.database, within=Confinement(Premises.own_platform, "P1")) as session:
            await count(session, "public.enrollments")


async def test_a_confinement_ends_with_its_transaction(database_url: str) -> None:
    alone = Database.connect(database_url, pool_size=1)
    seen = []
    for within in (Confinement(Premises.own_platform, "P1"), None):
        async with reading(alone, within=within) as session:
            seen.append(tuple((await session.execute(text(STATE))).one()))
    await alone.dispose()
    assert seen == [(TENANT_ROLE, "own_platform, public", "P1"), (PROGRAM_ROLE, '"$user", public', "")]


async def test_an_enterprise_adds_reports_to_its_own_and_to_nobody_elses(sides: Sides) -> None:
    within = Confinement(Premises.own_enterprise, USCC)
    async with transaction(sides.database, within=within) as session:
        await session.execute(text(ADD_REPORT), {"report_id": uuid4(), "uscc": USCC})
    with pytest.raises(DBAPIError, match="check option"):
        async with transaction(sides.database, within=within) as session:
            await session.execute(text(ADD_REPORT), {"report_id": uuid4(), "uscc": OTHER_USCC})


async def test_the_views_are_drawn_again_only_where_tables_have_changed(owner_url: str) -> None:
    async def drawn() -> object:
        connection = await asyncpg.connect(owner_url)
        try:
            return await connection.fetchval("SELECT 'own_platform.enrollments'::regclass::oid")
        finally:
            await connection.close()

    before = await drawn()
    await asyncio.to_thread(migrate.upgrade, owner_url)
    assert await drawn() == before
    connection = await asyncpg.connect(owner_url)
    await connection.execute("ALTER TABLE enrollments ADD COLUMN more text")
    await connection.close()
    await asyncio.to_thread(migrate.upgrade, owner_url)
    assert await drawn() != before


@pytest.mark.parametrize("role", [Role.platform, Role.enterprise])
async def test_a_door_that_forgets_its_callers_reach_still_shows_nobody_elses(
    sides: Sides, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(selection: Selection, _: Reach) -> Selection:
        return selection

    monkeypatch.setattr(Selection, "within", forgetful)
    client, foreign = sides.of_role[role]
    own = "P1"
    if role is Role.platform:
        for path in (ENROLLMENTS, CLASS_GROUPS):
            items = (await client.get(path)).json()["items"]
            assert {item["platform"] for item in items} == {own}
        path = CLASS_GROUPS
    else:
        path = "/api/v1/eligibility/class-groups"
    assert (await client.get(f"{path}/{own}/{C1}")).status_code == 200
    assert (await client.get(f"{path}/{foreign}/{C1}")).status_code == 404
