"""`/api/v1/rights-requests`: corrections and objections, for those who answer them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.rights_schemas import RightsAnswer, RightsRequestItem, request_item
from app.core import clock
from app.db.session import reading, transaction
from app.rights import requests
from app.rights.schemas import RequestState

router = APIRouter(
    prefix="/api/v1/rights-requests", tags=["个人信息 / Personal data"], dependencies=[OnlyKnown]
)

# Not confined to the caller's rows: requests are no rows of a platform or an enterprise. `reach` bounds them.
Reader = Annotated[Caller, Allowed(Action.read_rights_requests, Audited.nothing)]
RequestPath = Annotated[UUID, Path(title="请求编号 / Request")]


@router.get("", summary="更正与异议 / Corrections and objections", responses=documented(400))
async def rights_requests(
    *,
    caller: Reader,
    shared: Shared,
    page: Page,
    state: Annotated[RequestState | None, Query(title="状态 / State")] = None,
) -> Listing[RightsRequestItem]:
    """Newest first, without the person's words. Regulators see all of their districts, whoever answers them.

    最新的在前，不含本人陈述。监管部门可见辖区内的全部请求及其是否逾期。
    """
    key = page.after(UUID)
    before = None if key is None else UUID(str(key[0]))
    async with reading(shared.database) as session:
        found = await requests.addressed(session, caller, state, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda request: (request.request_id,))
    return Listing(items=[request_item(row) for row in rows], next_cursor=next_cursor)


@router.get("/{request_id}", summary="一个更正或异议 / One of them", responses=documented(404))
async def rights_request(
    *,
    caller: Annotated[Caller, Allowed(Action.read_rights_requests)],
    shared: Shared,
    request_id: RequestPath,
) -> RightsRequestItem:
    """With the person's words for the party addressed; that is an access and told to the person.

    受理方可见本人陈述；每次查看记入审计日志并向本人公示。
    """
    async with transaction(shared.database) as session:
        return request_item(await requests.read(session, shared.key_ring, caller, request_id))


@router.post("/answers", summary="答复 / Answer", responses=documented(400, 404, 409, 415))
async def answer_rights_request(
    *, caller: Annotated[Caller, Allowed(Action.answer_rights_request)], wanted: RightsAnswer, shared: Shared
) -> RightsRequestItem:
    """Once and with a reason, which the person reads.

    只能答复一次，须说明理由；本人可见。
    """
    async with transaction(shared.database) as session:
        answered = await requests.answer(
            session,
            caller,
            wanted.request_id,
            RequestState(wanted.outcome),
            reason=wanted.reason,
            at=clock.now(),
        )
    return request_item(answered)
