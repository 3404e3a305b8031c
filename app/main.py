"""`create_app`: lifespan, middlewares, doors, error handlers. Nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from fastapi import FastAPI

from app import worker
from app.accounts.signing_keys import ensure_signing_key
from app.api import (
    approvals,
    assessment,
    batches,
    bundles,
    checklists,
    class_group_corrections,
    class_group_history,
    class_group_sheets,
    client_keys,
    clients,
    compliance,
    compliance_class_groups,
    data_freshness,
    data_quality,
    deep_checks,
    disclosures,
    docs,
    draws,
    eligibility,
    feeds,
    finding_work,
    findings,
    followed,
    health,
    learner_links,
    ledger,
    me,
    my_rights,
    oauth,
    overview,
    personal_data,
    policies,
    policy_publication,
    problems,
    records,
    rejection_causes,
    reports,
    retention,
    rights_requests,
    search,
    sessions,
    sheets,
    simulations,
    trail,
    trail_hours,
    users,
    verifications,
    videos,
)
from app.api.admission import Admission
from app.api.deps import Resources
from app.api.limits import Limits, Throttle
from app.api.middleware import Guard, Journal
from app.api.uploads import Uploads
from app.core import clock
from app.core.config import Settings
from app.custody.service import Custodian
from app.db.durability import assert_durable
from app.db.outages import outlast
from app.db.session import Database, transaction
from app.ledger.outlets import Outlets
from app.ledger.publication import Publishing
from app.pipeline import Pipeline, deep_check_every
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.privacy.keyring import KeyRing
from app.trail.denials import denials_of
from app.web import PAGES, pages

CONNECTIONS, WORKER_CONNECTIONS = 10, 5
TITLE = "监督平台 API / Supervision platform API"
DOORS = (
    oauth,
    checklists,
    client_keys,
    clients,
    feeds,
    batches,
    rejection_causes,
    bundles,
    disclosures,
    records,
    compliance,
    compliance_class_groups,
    class_group_sheets,
    class_group_corrections,
    class_group_history,
    overview,
    search,
    data_freshness,
    data_quality,
    finding_work,
    findings,
    eligibility,
    followed,
    sheets,
    reports,
    assessment,
    policy_publication,
    policies,
    simulations,
    me,
    my_rights,
    personal_data,
    rights_requests,
    sessions,
    users,
    approvals,
    retention,
    learner_links,
    videos,
    ledger,
    draws,
    verifications,
    deep_checks,
    trail,
    trail_hours,
    health,
    docs,
)


def create_app(settings: Settings) -> FastAPI:
    """The server as ASGI application. At its start `settings.database_url` names a migrated database."""
    app = FastAPI(
        title=TITLE,
        lifespan=_lifespan(settings),
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app)
    pages.install(app)
    for door in DOORS:
        app.include_router(door.router)
    for router in PAGES:
        app.include_router(router)
    app.add_middleware(Throttle)
    app.add_middleware(Guard)
    app.add_middleware(Journal, trusted_proxies=settings.trusted_proxies)
    return app


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _opened(settings) as resources:
            app.state.resources = resources
            async with _working(resources) if settings.work_in_server else nullcontext():
                yield

    return lifespan


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Resources]:
    library = PolicyLibrary.load(settings.packs_dir)
    settings.spool_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_ring = KeyRing.load_or_create(settings.key_ring_path)
    async with _connected(settings, CONNECTIONS, "requests") as database:
        await outlast(lambda: _prepare(settings, database, key_ring, library))
        admission = Admission(slots=settings.slots, longest_wait_s=settings.longest_wait_s)
        yield Resources(settings, database, key_ring, library, admission, Uploads(), Limits(settings))
        await denials_of(database).flush(database)


async def _prepare(settings: Settings, database: Database, key_ring: KeyRing, library: PolicyLibrary) -> None:
    await assert_durable(database, accept_forgetful=settings.accept_forgetful_database)
    async with transaction(database) as session:
        await ensure_signing_key(session, key_ring, clock.now())
    await record_files(database, library)


@asynccontextmanager
async def _connected(settings: Settings, pool_size: int, name: str) -> AsyncIterator[Database]:
    if settings.database_url is None:
        raise ValueError("create_app needs settings.database_url; `supervise serve` fills it in.")
    database = Database.connect(settings.database_url, pool_size=pool_size, name=name)
    try:
        yield database
    finally:
        await database.dispose()


@asynccontextmanager
async def _working(resources: Resources) -> AsyncIterator[None]:
    """Assesses beside the requests, on connections of its own, so that neither keeps the other waiting."""
    stop = asyncio.Event()
    async with _connected(resources.settings, WORKER_CONNECTIONS, "worker") as database:
        publishing = Publishing.of(resources.settings)
        outlets = Outlets.of(resources.settings)
        pipeline = Pipeline(
            database,
            resources.library,
            resources.key_ring,
            publishing,
            outlets,
            deep_check_every=deep_check_every(resources.settings),
        )
        custodian = Custodian(database, resources.library, resources.key_ring, resources.settings)
        work = worker.run(pipeline, stop, custodian)
        task = asyncio.create_task(work)
        try:
            yield
        finally:
            stop.set()
            await task
