"""An entry says who did what to whom, from where and why, and only the database says in which hour."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select, text

from app.accounts.authorisation import Action, Caller
from app.core import clock
from app.core.ids import ActorId, PlatformCode, Uscc
from app.core.vocabulary import Role
from app.db.models import TrailEntry
from app.db.session import WriteSession, driver
from app.trail import origin
from app.trail.schemas import Actor, Insider, Kind, Purpose
from app.trail.service import record

CLERK = Caller(ActorId("user-0123456789abcdef"), Role.clerk, districts=("4402",), session_id=uuid4())
PLATFORM = Caller(
    ActorId("platform-1"), Role.platform, platform=PlatformCode("P1"), scopes=frozenset({Action.read_records})
)
AGENT = Caller(ActorId("user-1"), Role.agent, uscc=Uscc("91440200MA4UQ0A31K"))


async def entry_of(session: WriteSession, actor: Actor, **more: object) -> TrailEntry:
    entry_id = await record(session, actor, Action.read_eligibility, {"platform": "P1"}, **more)  # type: ignore[arg-type]
    return (await session.scalars(select(TrailEntry).where(TrailEntry.entry_id == entry_id))).one()


async def test_an_entry_says_all_that_is_known(session: WriteSession) -> None:
    with origin.bound("192.0.2.7", "r-1") as request:
        entry = await entry_of(session, CLERK, number=30, purpose=Purpose("complaint", "投诉编号 17"))
    assert (entry.actor_id, entry.role, entry.organisation) == (CLERK.actor_id, "clerk", "districts:4402")
    assert (entry.action, entry.kind, entry.subject) == ("eligibility:read", "read", {"platform": "P1"})
    assert (entry.number, entry.purpose_code, entry.purpose) == (30, "complaint", "投诉编号 17")
    assert (entry.address, entry.request_id, entry.session_id) == ("192.0.2.7", "r-1", CLERK.session_id)
    assert request.recorded == 1


@pytest.mark.parametrize(
    ("actor", "organisation"),
    [
        (PLATFORM, "platform:P1"),
        (AGENT, "enterprise:91440200MA4UQ0A31K"),
        (Caller(ActorId("user-2"), Role.auditor), None),
        (Insider("cli:root"), None),
    ],
)
async def test_the_organisation_is_that_of_who_acts(
    session: WriteSession, actor: Actor, organisation: str | None
) -> None:
    assert (await entry_of(session, actor)).organisation == organisation


async def test_outside_a_request_nothing_is_known_of_one(session: WriteSession) -> None:
    entry = await entry_of(session, Insider("cli:root"), kind=Kind.change)
    assert (entry.address, entry.request_id, entry.kind) == (None, None, "change")


async def test_what_looks_like_a_person_is_struck_out(session: WriteSession) -> None:
    person = "a1" * 32
    entry_id = await record(
        session,
        CLERK,
        "trail:test",
        {"learner_id": "44020319870919577X", "person_key": person},
        purpose=Purpose("other", "电话 13800138000"),
    )
    entry = (await session.scalars(select(TrailEntry).where(TrailEntry.entry_id == entry_id))).one()
    assert entry.subject == {"learner_id": "[redacted]", "person_key": person}
    assert entry.purpose == "电话 [redacted]"


async def test_the_hour_is_the_databases_word(session: WriteSession) -> None:
    """Whoever may insert cannot write into an hour that is over."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    statement = """
        INSERT INTO trail_entries (entry_id, occurred_at, hour, actor_id, action, subject)
        VALUES ($1, $2, $2, 'x', 'x', '{}') RETURNING hour
    """
    hour = await (await driver(session)).fetchval(statement, uuid4(), long_ago)
    assert timedelta(0) <= clock.now() - hour < timedelta(hours=1, minutes=1)


@pytest.mark.parametrize(
    "statement", ["UPDATE trail_entries SET actor_id = 'x'", "DELETE FROM trail_entries"]
)
async def test_nobody_changes_an_entry(session: WriteSession, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await (await driver(session)).execute(statement)


async def test_the_version_before_reads_and_writes_the_access_log(session: WriteSession) -> None:
    await session.execute(
        text("INSERT INTO access_log VALUES (:id, now(), 'client-1', 'reports:read', '{}')"), {"id": uuid4()}
    )
    entry = (await session.scalars(select(TrailEntry).where(TrailEntry.actor_id == "client-1"))).one()
    assert (entry.action, entry.kind) == ("reports:read", "read")
