"""A term that was played over HTTP into a server of our own, and people of each role to look at it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import select

from app.accounts.schemas import Registration
from app.accounts.service import add_client
from app.api.deps import Resources
from app.client import Client
from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Eligibility, Role
from app.db.models import Batch, ClassGroup, Decision, Enrollment, Video
from app.db.session import Database, reading, transaction
from app.ledger.draws import announce
from app.ledger.publication import Publishing, publish
from app.main import create_app
from app.simulator.play import play
from app.simulator.term import PLATFORMS, Platform, Term
from tests.api.conftest import serving
from tests.api.persons import PEOPLE
from tests.factories.people import make_session
from tests.server import CloneServer

LEARNERS, SEED = 72, 1
PATIENCE_S = 60


@dataclass(frozen=True)
class Site:
    app: FastAPI
    database: Database
    address: str
    """With a name for a host: passkeys are not for numbers."""
    cookies: Mapping[Role, str]
    """Of the sessions of one person for each role, bound to what `ids` name."""
    ids: Mapping[str, str]
    """A learner who is not eligible, and all that stands around this: by the parameters of pages."""


@asynccontextmanager
async def played_site(
    clone_server: CloneServer, data_dir: Path, *, learners: int = LEARNERS
) -> AsyncIterator[Site]:
    name = f"console_{uuid4().hex}"
    await clone_server.create(name)
    url = clone_server.program_url(name)
    settings = Settings(
        data_dir=data_dir,
        database_url=url,
        accept_forgetful_database=True,
        hash_memory_kib=8,
        hash_passes=1,
        address_failures_a_minute=1_000_000,
    )
    app = create_app(settings)
    database = Database.connect(url, pool_size=4)
    with serving(app) as address:
        await _play(database, address, Term(SEED, clock.today(), learners))
        shown = await _shown(database)
        cookies, user_id = await _people(database, _bounds(shown))
        ids = {**_ids(shown), "user_id": user_id, **await _ledger(app)}
        yield Site(app, database, address.replace("127.0.0.1", "localhost"), cookies, ids)
    await database.dispose()
    await clone_server.drop(name)


async def _play(database: Database, address: str, term: Term) -> None:
    clients = [(platform, await _client(database, address, platform)) for platform in PLATFORMS]
    parts = [asyncio.to_thread(play, term, platform, client) for platform, client in clients]
    tallies = await asyncio.gather(*parts)
    assert [difference for tally in tallies for difference in tally.differences] == []
    for _, client in clients:
        await asyncio.to_thread(client.wait_until_assessed, limit_s=PATIENCE_S)
        client.close()


async def _client(database: Database, address: str, platform: Platform) -> Client:
    wanted = Registration(Role.platform, platform.name, platform.code, platform.kind)
    async with transaction(database) as session:
        new = await add_client(session, wanted, clock.now())
    return Client(address, new.client_id, new.client_secret)


class Shown(NamedTuple):
    decision: Decision
    person_key: bytes | None
    enterprise_uscc: str | None
    batch_id: UUID
    """With a rejection."""
    video_id: str


async def _shown(database: Database) -> Shown:
    statement = (
        select(Decision, Enrollment.person_key, ClassGroup.enterprise_uscc, Batch.batch_id, Video.video_id)
        .join(Enrollment, _same(Enrollment, Decision) & (Enrollment.learner_id == Decision.learner_id))
        .join(ClassGroup, _same(ClassGroup, Decision))
        .join(Video, _same(Video, Decision))
        .join(Batch, (Batch.platform == Decision.platform) & (Batch.rejected > 0))
        .where(Decision.platform == PLATFORMS[0].code, Decision.eligibility == Eligibility.ineligible)
        .order_by(Decision.class_group_id, Decision.learner_id, Video.video_id, Batch.batch_id)
    )
    async with reading(database) as session:
        return Shown(*(await session.execute(statement.limit(1))).one())


def _same(one: Any, other: Any) -> Any:  # noqa: ANN401 (tables)
    """Class group."""
    return (one.platform == other.platform) & (one.class_group_id == other.class_group_id)


async def _people(
    database: Database, bounds: Mapping[Role, Mapping[str, Any]]
) -> tuple[dict[Role, str], str]:
    """Cookies, and the id of one of the people."""
    cookies = {}
    for role in PEOPLE:
        user, opened = await make_session(database, role, **bounds.get(role, {}))
        cookies[role] = opened.token
    return cookies, user.user_id


async def _ledger(app: FastAPI) -> dict[str, str]:
    """A draw, and a checkpoint over all that is there."""
    resources: Resources = app.state.resources
    async with transaction(resources.database) as session:
        draw_id = await announce(session, "videos", [f"V{number}" for number in range(8)], 3)
    checkpoint = await publish(resources.database, resources.key_ring, Publishing.of(resources.settings))
    assert checkpoint is not None
    return {"draw_id": str(draw_id), "size": str(checkpoint.size)}


def _bounds(found: Shown) -> dict[Role, Mapping[str, Any]]:
    return {
        Role.operator: {"platform": found.decision.platform},
        Role.agent: {"uscc": found.enterprise_uscc},
        Role.learner: {"person_key": found.person_key},
    }


def _ids(found: Shown) -> dict[str, str]:
    decision = found.decision
    return {
        "platform": decision.platform,
        "class_group_id": decision.class_group_id,
        "learner_id": decision.learner_id,
        "decision_id": str(decision.decision_id),
        "batch_id": str(found.batch_id),
        "video_id": found.video_id,
        "uscc": str(found.enterprise_uscc),
    }
