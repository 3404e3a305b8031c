"""A server of our own with a played term, for browsers to ask."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.session import Database
from app.main import create_app
from app.simulator.term import Term
from tests.api.conftest import serving
from tests.console.kept import keep
from tests.console.played import played, post
from tests.server import CloneServer

LEARNERS, SEED = 72, 1


@dataclass(frozen=True)
class Site:
    """See `played`."""

    app: FastAPI
    database: Database
    address: str
    """With a name for a host: passkeys are not for numbers."""
    cookies: Mapping[Role, str]
    ids: Mapping[str, str]
    of_their_own: Mapping[Role, Mapping[str, str]]

    def ids_for(self, role: Role | None) -> Mapping[str, str]:
        return {**self.ids, **(self.of_their_own.get(role, {}) if role else {})}


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
        session_idle_s=86_400,  # one session of each role for all tests
        fresh_proof_s=3600,
    )
    app = create_app(settings)
    database = Database.connect(url, pool_size=4)
    with serving(app) as address:
        key_ring = app.state.resources.key_ring
        found = await played(database, address, key_ring, Term(SEED, clock.today(), learners))
        official = found.cookies[Role.reviewer]
        await keep(app.state.resources, database, partial(post, address), official=official, ids=found.ids)
        yield Site(app, database, address.replace("127.0.0.1", "localhost"), *found)
    await database.dispose()
    await clone_server.drop(name)
