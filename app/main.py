"""`create_app`: lifespan, middlewares, doors, error handlers. Nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from app.accounts.signing_keys import ensure_signing_key
from app.api import problems
from app.api.deps import Resources
from app.core import clock
from app.core.config import Settings
from app.db.session import Database, transaction
from app.privacy.keyring import KeyRing


def create_app(settings: Settings) -> FastAPI:
    """The server as ASGI application. `settings.database_url` must name a migrated database when it starts."""
    app = FastAPI(title="监督平台 API / Supervision platform API", lifespan=_lifespan(settings))
    problems.install(app)
    return app


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if settings.database_url is None:
            raise ValueError("create_app needs settings.database_url; `supervise serve` fills it in.")
        key_ring = KeyRing.load_or_create(settings.key_ring_path)
        database = Database.connect(settings.database_url)
        try:
            async with transaction(database) as session:
                await ensure_signing_key(session, key_ring, clock.now())
            app.state.resources = Resources(settings, database, key_ring)
            yield
        finally:
            await database.dispose()

    return lifespan
