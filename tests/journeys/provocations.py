"""How to be refused: for each error of a record and each problem of the API, a request that earns it."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import httpx
from sqlalchemy import text

from app.accounts import credentials, signing_keys, tokens
from app.accounts import errors as accounts
from app.accounts.authorisation import actions_of
from app.api.admission import Overloaded, ShareExceeded
from app.api.body import BodyTimeout, BodyTooLarge, SpoolFull, WrongEncoding, WrongMediaType
from app.api.compliance import RuleAndOutcomeGoTogether
from app.api.deps import Resources
from app.api.feeds import FeedUnknown
from app.api.middleware import UnreadableAddress
from app.api.pagination import BadCursor
from app.api.parameters import PeriodReversed, RepeatedParameter, UnknownParameter
from app.api.problems import InternalError, MalformedBody, MethodNotAllowed
from app.api.search import IdNumberInAddress
from app.api.uploads import MOST, TooManyUploads
from app.core import clock, errors
from app.core.vocabulary import Feed, Role
from app.db import failures
from app.db.migrate import MigrationBlocked, MigrationNotAllowed, NotMigrated
from app.db.session import reading, transaction
from app.eligibility import errors as eligibility
from app.ingest import errors as ingest
from app.ingest.problems import Code
from app.ingest.read_back import RecordKeyInvalid
from app.privacy import errors as privacy
from app.records.errors import PlatformNotFound
from app.reports.errors import EnterpriseNotFound, ExportsBusy, ExportTooLarge
from app.reports.exporting import AT_ONCE
from tests.api.conftest import LIVE, account_form
from tests.ingest.deliveries import ndjson
from tests.ingest.examples import FULL, USCC, Record
from tests.journeys import credential_provocations, custody_provocations
from tests.journeys import people_provocations as people
from tests.journeys.error_world import Provocation, World
from tests.journeys.further_provocations import FURTHER
from tests.journeys.ledger_provocations import LEDGER_NOT_OVER_HTTP
from tests.journeys.retention_provocations import RETENTION_NOT_OVER_HTTP

NDJSON = {"Content-Type": "application/x-ndjson"}
GZIP = NDJSON | {"Content-Encoding": "gzip"}
ATTENDANCE = FULL[Feed.attendance]
PUSH = f"/api/v1/feeds/{Feed.attendance}"
CLOSED = "/api/v1/eligibility/class-groups/P1/C1"
TERMINATE = "SELECT pg_terminate_backend(pid, 9000) FROM pg_stat_activity WHERE datname = '{}'"
NOBODYS = "00000000-0000-7000-8000-000000000000"


class BadRecord(NamedTuple):
    feed: Feed
    pointer: str
    changes: Record
    line: bytes | None = None
    """Instead of the full record with the changes."""

    @property
    def lines(self) -> bytes:
        return self.line or ndjson(FULL[self.feed] | self.changes)


RECORDS: Mapping[Code, BadRecord] = {
    Code.missing_field: BadRecord(Feed.attendance, "/status", {"status": None}),
    Code.unknown_field: BadRecord(Feed.attendance, "/colour", {"colour": "red"}),
    Code.invalid_type: BadRecord(Feed.attendance, "/status", {"status": 1}),
    Code.invalid_value: BadRecord(Feed.attendance, "/status", {"status": "asleep"}),
    Code.invalid_id_number: BadRecord(Feed.enrollments, "/id_number", {"id_number": "440203198709195773"}),
    Code.invalid_uscc: BadRecord(Feed.institutions, "/uscc", {"uscc": "914402038R2CBEAY0H"}),
    Code.naive_timestamp: BadRecord(
        Feed.attendance, "/signed_in_at", {"signed_in_at": "2026-03-02T09:05:00"}
    ),
    Code.timestamp_in_future: BadRecord(
        Feed.attendance, "/signed_out_at", {"signed_out_at": "2999-03-02T09:05:00Z"}
    ),
    Code.invalid_interval: BadRecord(
        Feed.attendance, "/signed_out_at", {"signed_out_at": "2026-03-02T09:00:00+08:00"}
    ),
    Code.unknown_programme: BadRecord(Feed.class_groups, "/programme", {"programme": "unheard-of"}),
    Code.malformed_record: BadRecord(Feed.attendance, "", {}, line=b'{"status": '),
    Code.revision_conflict: BadRecord(Feed.class_groups, "/revision", {"name": "二班"}),
}
"""The class group is stored under its own name before."""


def asked(caller: str, path: str, method: str = "GET", **request: object) -> Provocation:
    async def ask(world: World) -> httpx.Response:
        return await world.clients[caller].request(method, path, **request)  # type: ignore[arg-type]  # what httpx takes

    return ask


def pushed(content: bytes, headers: Mapping[str, str] = NDJSON, path: str = PUSH) -> Provocation:
    return asked("platform", path, "POST", content=content, headers=headers)


def searched(**request: object) -> Provocation:
    return asked("regulator", "/api/v1/compliance/search", "POST", **request)


def told(form: Mapping[str, str]) -> Provocation:
    """To the token endpoint, by a client with the right secret."""

    async def ask(world: World) -> httpx.Response:
        account = await world.doors.register(LIVE)
        whole = {"grant_type": "client_credentials", **account_form(account), **form}
        return await world.stranger.post("/oauth/token", data=whole)

    return ask


async def with_an_expired_token(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    account = await world.doors.register(LIVE)
    async with reading(world.doors.database) as session:
        key = await signing_keys.signing_key(session, resources.key_ring)
    token = tokens.issue(
        key,
        issuer=resources.settings.issuer,
        client_id=account.client_id,
        role=Role.platform,
        credential=credentials.of_secret(1),
        scopes=actions_of(Role.platform),
        at=clock.now() - timedelta(hours=2),
        lifetime=timedelta(hours=1),
    )
    headers = {"Authorization": f"Bearer {token}"}
    return await world.stranger.get("/api/v1/batches", headers=headers)


async def with_a_slow_body(world: World) -> httpx.Response:
    async def drops() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 10_000
            await asyncio.sleep(0.05)

    return await world.platform.post(PUSH, content=drops(), headers=NDJSON)


async def with_a_key_again(world: World) -> httpx.Response:
    headers = NDJSON | {"Idempotency-Key": "k"}
    await world.platform.post(PUSH, content=ndjson(ATTENDANCE), headers=headers)
    return await world.platform.post(PUSH, content=b"{}", headers=headers)


def behind(*others: str) -> Provocation:
    """When more has been admitted than can be done in an hour: of the platform itself and these others."""

    async def push(world: World) -> httpx.Response:
        admission = world.app.state.resources.admission
        answer = await world.platform.post(PUSH, content=b"{}", headers=NDJSON)
        own = admission.client_of(answer.request.headers["authorization"])
        load = {own: 1 << 50} | dict.fromkeys(others, 1 << 40)
        for client_id, size in load.items():
            admission.add(client_id, 10, size)
        try:
            return await world.platform.post(PUSH, content=b"{}", headers=NDJSON)
        finally:
            for client_id, size in load.items():
                admission.add(client_id, -10, -size)

    return push


async def with_too_many_uploads(world: World) -> httpx.Response:
    uploads = world.app.state.resources.uploads
    uploads.most = 1
    first = asyncio.create_task(with_a_slow_body(world))
    await asyncio.sleep(0.2)
    await world.platform.post(PUSH, content=b"{}", headers=NDJSON)
    uploads.most = MOST
    return await first


async def with_an_export_that_is_too_long(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    none = resources.settings.model_copy(update={"export_rows": 0})
    world.app.state.resources = replace(resources, settings=none)
    try:
        return await world.clients["regulator"].get("/api/v1/compliance/class-groups?format=csv")
    finally:
        world.app.state.resources = resources


async def while_others_export(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(resources.exporting.turn())
        return await world.clients["regulator"].get("/api/v1/compliance/class-groups?format=xlsx")


async def of_a_database_without_a_version(world: World) -> httpx.Response:
    await world.as_owner("ALTER TABLE alembic_version RENAME TO put_away")
    try:
        return await world.stranger.get("/readyz")
    finally:
        await world.as_owner("ALTER TABLE put_away RENAME TO alembic_version")


async def of_a_database_without_room(world: World) -> httpx.Response:
    name, administer = world.database_name, world.clone_server.administer
    await administer(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    await administer(TERMINATE.format(name))
    try:
        return await world.stranger.get("/readyz")
    finally:
        await administer(f"ALTER DATABASE {name} CONNECTION LIMIT -1")


async def of_a_damaged_seal(world: World) -> httpx.Response:
    async with transaction(world.doors.database) as session:
        await session.execute(text("UPDATE institutions SET contact_phone_sealed = 'broken'"))
    return await world.platform.get(f"/api/v1/records/{Feed.institutions}", params={"uscc": USCC})


PROBLEMS: Mapping[type[errors.AppError], Provocation] = {
    accounts.TokenMissing: asked("stranger", "/api/v1/batches"),
    accounts.TokenExpired: with_an_expired_token,
    accounts.TokenInvalid: asked("stranger", "/api/v1/batches", headers={"Authorization": "Bearer no"}),
    accounts.NotAllowed: asked("enterprise", "/api/v1/batches"),
    accounts.InvalidTokenRequest: told({"grant_type": ""}),
    accounts.InvalidClient: told({"client_secret": "guessed"}),
    accounts.UnsupportedGrantType: told({"grant_type": "password"}),
    accounts.InvalidScope: told({"scope": "everything"}),
    BodyTimeout: with_a_slow_body,
    BodyTooLarge: pushed(gzip.compress(bytes(17 << 20), 1), GZIP),
    WrongEncoding: pushed(b"{}", NDJSON | {"Content-Encoding": "br"}),
    WrongMediaType: pushed(b"{}", {"Content-Type": "text/csv"}),
    MalformedBody: pushed(b"{}", GZIP),
    Overloaded: behind(),
    TooManyUploads: with_too_many_uploads,
    ShareExceeded: behind("another"),
    ingest.MalformedBody: pushed(b"[{]", {"Content-Type": "application/json"}),
    ingest.TooManyRecords: pushed(b"{}\n" * 10_001),
    ingest.BatchRejected: pushed(b"{}", path=f"{PUSH}?atomic=true"),
    ingest.IdempotencyKeyReused: with_a_key_again,
    ingest.BatchUnknown: asked("platform", f"/api/v1/batches/{NOBODYS}"),
    FeedUnknown: asked("platform", "/api/v1/records/nothing"),
    RecordKeyInvalid: asked("platform", f"/api/v1/records/{Feed.attendance}?lesson_id=S1"),
    ingest.RecordUnknown: asked("platform", f"/api/v1/records/{Feed.institutions}?uscc=91110108MA01C8JL4T"),
    IdNumberInAddress: asked("regulator", "/api/v1/search?q=11010519491231002X"),
    RuleAndOutcomeGoTogether: asked("regulator", "/api/v1/compliance/enrollments?outcome=fail"),
    UnknownParameter: asked("regulator", "/api/v1/compliance/enrollments?colour=red"),
    RepeatedParameter: asked("regulator", "/api/v1/findings?state=open&state=resolved"),
    PeriodReversed: asked("regulator", "/api/v1/findings?closed_from=2026-02-01&closed_to=2026-01-01"),
    BadCursor: asked("regulator", "/api/v1/findings?cursor=unheard-of"),
    eligibility.EnrollmentNotFound: asked("regulator", "/api/v1/compliance/enrollments/P1/C1/L9"),
    eligibility.ClassGroupNotFound: asked("enterprise", "/api/v1/eligibility/class-groups/P1/C9"),
    eligibility.NotAnIdNumber: searched(json={"id_number": "440203198709195773"}),
    eligibility.NotFinal: asked("enterprise", CLOSED),
    eligibility.ClassGroupClosed: asked("enterprise", f"{CLOSED}/progress"),
    PlatformNotFound: asked("regulator", "/api/v1/data-quality/orphans?platform=P9"),
    ExportTooLarge: with_an_export_that_is_too_long,
    ExportsBusy: while_others_export,
    EnterpriseNotFound: asked("regulator", "/api/v1/enterprises/91110108MA01C8JL4T/eligibility-report"),
    UnreadableAddress: asked("stranger", "/healthz?x=%00"),
    MethodNotAllowed: asked("stranger", "/healthz", "DELETE"),
    NotMigrated: of_a_database_without_a_version,
    failures.DatabaseBusy: of_a_database_without_room,
    InternalError: of_a_damaged_seal,
    errors.NotFound: asked("stranger", "/nowhere"),
    errors.TooLarge: searched(content=bytes(70_000), headers={"Content-Type": "application/json"}),
    errors.UnsupportedMediaType: searched(data={"id_number": "x"}),
    errors.Invalid: asked("regulator", "/api/v1/findings?limit=many"),
    **FURTHER,
    **people.PROBLEMS,
    **credential_provocations.PROBLEMS,
}
"""A family stands here where it is raised itself."""

OF_THE_KEY_RING = "keys are rotated and retired by the operator, on the command line"
LIKE_A_BUSY_DATABASE = "takes the same way out as DatabaseBusy"
NOT_OVER_HTTP: Mapping[type[errors.AppError], str] = {
    **credential_provocations.NOT_OVER_HTTP,
    **custody_provocations.NOT_OVER_HTTP,
    signing_keys.SigningKeyMissing: "a server makes the key before it listens",
    **dict.fromkeys((MigrationBlocked, MigrationNotAllowed), "a server does not migrate"),
    privacy.SealingKeyUnknown: OF_THE_KEY_RING,
    privacy.SealingKeyIsNewest: OF_THE_KEY_RING,
    privacy.SealingKeyInUse: OF_THE_KEY_RING,
    privacy.KeyRingChangedLately: OF_THE_KEY_RING,
    failures.DatabaseUnreachable: LIKE_A_BUSY_DATABASE,
    failures.ConnectionLost: LIKE_A_BUSY_DATABASE,
    **dict.fromkeys((failures.DatabaseFull, failures.DatabaseNotPrepared), LIKE_A_BUSY_DATABASE),
    SpoolFull: "a disk is filled by the tests of bodies",
    **people.NOT_OVER_HTTP,
    **LEDGER_NOT_OVER_HTTP,
    **RETENTION_NOT_OVER_HTTP,
}
"""Errors that no request earns, each with its reason; they are raised by a test of their room."""
