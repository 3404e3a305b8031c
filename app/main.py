"""`create_app`: lifespan, middlewares, doors, error handlers. Nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from app.accounts.signing_keys import ensure_signing_key
from app.api import (
    assessment,
    batches,
    compliance,
    compliance_class_groups,
    docs,
    feeds,
    health,
    oauth,
    policies,
    problems,
    records,
)
from app.api.deps import Resources
from app.api.middleware import Guard, Journal
from app.core import clock
from app.core.config import Settings
from app.db.session import Database, transaction
from app.policies.service import Policies
from app.privacy.keyring import KeyRing

TITLE = "监督平台 API / Supervision platform API"


def create_app(settings: Settings) -> FastAPI:
    """The server as ASGI application. At its start `settings.database_url` names a migrated database."""
    app = FastAPI(
        title=TITLE,
        lifespan=_lifespan(settings),
        openapi_url=None,
        redirect_slashes=False,
    )
    problems.install(app)
    for door in (
        oauth,
        feeds,
        batches,
        records,
        compliance,
        compliance_class_groups,
        assessment,
        policies,
        health,
        docs,
    ):
        app.include_router(door.router)
    app.add_middleware(Guard)
    app.add_middleware(Journal)
    return app


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if settings.database_url is None:
            raise ValueError("create_app needs settings.database_url; `supervise serve` fills it in.")
        settings.spool_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        packs = Policies.load(settings.packs_dir)
        key_ring = KeyRing.load_or_create(settings.key_ring_path)
        database = Database.connect(settings.database_url)
        try:
            async with transaction(database) as session:
                await ensure_signing_key(session, key_ring, clock.now())
            app.state.resources = Resources(settings, database, key_ring, packs)
            yield
        finally:
            await database.dispose()

    return lifespan
