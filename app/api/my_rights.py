"""`/api/v1/me`: what a person may know of the handling of its own data, and do about it."""

import asyncio
import tempfile
from datetime import datetime
from typing import IO, Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Resources, Shared
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.rights_schemas import CorrectionRequest, ObjectionRequest, RightsRequestItem, request_item
from app.api.standings import CLASS_GROUP_NAME, PLATFORM_NAME
from app.core import clock
from app.db.session import reading, transaction
from app.reports.tables import chunks
from app.rights import requests, service
from app.rights.export import pieces

router = APIRouter(prefix="/api/v1/me", tags=["本人 / Oneself"], dependencies=[OnlyKnown])

Oneself = Annotated[Caller, Allowed(Action.read_own_record, Audited.nothing)]


class AccessItem(BaseModel):
    """一次对本人信息的访问。Somebody's access to one's own data."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    entry_id: UUID = Field(title="审计记录编号 / Entry of the audit trail")
    occurred_at: datetime = Field(title="时间 / When")
    role: str | None = Field(title="访问者角色 / Role of who it was", examples=["reviewer"])
    organisation: str | None = Field(title="访问者单位 / Its organisation", examples=["districts:4402"])
    action: str = Field(title="操作 / What was done", examples=["persons:reveal"])
    platform: str | None = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str | None = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    purpose_code: str | None = Field(title="用途 / Purpose", examples=["complaint"])
    purpose: str | None = Field(title="理由 / Reason")


def person_key_of(caller: Caller) -> bytes:
    if caller.reach.person_key is None:
        raise TypeError("This action is a learner's.")
    return caller.reach.person_key


@router.get("/accesses", summary="谁看过我的信息 / Who has looked", responses=documented(400))
async def own_accesses(
    *,
    caller: Oneself,
    session: Reading,
    page: Page,
) -> Listing[AccessItem]:
    """Newest first: role and organisation, when, what and for what purpose. Which officer it was is not told.

    最新的在前：访问者的角色与单位、时间、操作与用途；不显示经办人的个人信息。
    """
    key = page.after(UUID)
    before = None if key is None else UUID(str(key[0]))
    found = await service.accesses(session, person_key_of(caller), before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda access: (access.entry_id,))
    return Listing(items=[AccessItem.model_validate(row) for row in rows], next_cursor=next_cursor)


Claimant = Annotated[Caller, Allowed(Action.submit_rights_request)]


@router.post("/corrections", summary="请求更正 / Ask for a correction", responses=documented(400, 404, 415))
async def submit_correction(
    *, caller: Claimant, wanted: CorrectionRequest, shared: Shared
) -> RightsRequestItem:
    """Data goes to the platform, identity and employment to the enterprise. Nothing changes by itself.

    数据由平台受理，身份与就业信息由企业受理。请求本身不更改任何数据：经受理后由平台以新修订版上报。
    """
    return await _submitted(shared, caller, wanted)


@router.post("/objections", summary="提出异议 / Object", responses=documented(400, 404, 415))
async def submit_objection(
    *, caller: Claimant, wanted: ObjectionRequest, shared: Shared
) -> RightsRequestItem:
    """Against a decision or a finding on an enrollment of one's own; the regulator answers.

    对本人的资格决定或预警提出异议，由监管部门受理。
    """
    return await _submitted(shared, caller, wanted)


@router.get("/requests", summary="我的请求 / One's own requests", responses=documented(400))
async def own_requests(*, caller: Oneself, shared: Shared, page: Page) -> Listing[RightsRequestItem]:
    """Newest first, with their answers.

    最新的在前，含答复。
    """
    key = page.after(UUID)
    before = None if key is None else UUID(str(key[0]))
    async with reading(shared.database) as session:
        found = await requests.own(session, shared.key_ring, caller, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda request: (request.request_id,))
    return Listing(items=[request_item(row) for row in rows], next_cursor=next_cursor)


@router.post("/requests/{request_id}/withdraw", summary="撤回请求 / Withdraw", responses=documented(404, 409))
async def withdraw_request(
    *, caller: Claimant, shared: Shared, request_id: Annotated[UUID, Path(title="请求编号 / Request")]
) -> RightsRequestItem:
    """As long as it is not answered.

    答复之前可以撤回。
    """
    async with transaction(shared.database) as session:
        withdrawn = await requests.withdraw(session, caller, request_id, clock.now())
    return request_item(requests.opened(shared.key_ring, withdrawn))


async def _submitted(
    shared: Resources, caller: Caller, wanted: CorrectionRequest | ObjectionRequest
) -> RightsRequestItem:
    async with transaction(shared.database) as session:
        submitted = await requests.submit(
            session,
            shared.key_ring,
            caller,
            key=wanted.key,
            about=wanted.about,
            content=wanted.content,
            at=clock.now(),
            answer_days=shared.settings.rights_answer_days,
        )
    return request_item(submitted)


@router.get(
    "/export",
    summary="我的全部信息 / Everything held about oneself",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **documented(503)},
)
async def own_export(
    *, caller: Annotated[Caller, Allowed(Action.export_own_record)], shared: Shared
) -> StreamingResponse:
    """Enrollments, records, standings, decisions, findings, requests and accesses, one's own data in clear.

    本人在各平台的全部信息：花名册、学习记录、评定、决定、预警、请求与被访问记录，本人信息不脱敏。
    """
    at = clock.now()
    with shared.exporting.turn():
        file = await whole(shared, caller, at)
    name = f"own-record-{at.astimezone(clock.SHANGHAI):%Y%m%d-%H%M%S}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(chunks(file), media_type="application/json", headers=headers)


async def whole(shared: Resources, caller: Caller, at: datetime) -> IO[bytes]:
    """A file without a name, finished before the answer begins: a fault is an error and not half a file."""
    file = tempfile.TemporaryFile(dir=shared.settings.spool_dir)  # noqa: SIM115 (the answer closes it)
    try:
        async with transaction(shared.database, repeatable=True) as session:
            async for piece in pieces(session, shared.key_ring, caller, at=at):
                await asyncio.to_thread(file.write, piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file
