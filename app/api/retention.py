"""`/api/v1/retention`, `/legal-holds`, `/disposals`: until when what is kept, what holds it, what is gone."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Shared
from app.api.pagination import Listing, Page
from app.api.parameters import ClassGroupPath, OnlyKnown, PlatformPath, Selected
from app.api.problems import documented
from app.api.retention_schemas import Clock, DisposalItem, DueItem, HoldItem, WantedHold
from app.core import clock
from app.core.ids import ClassGroupKey
from app.db.session import transaction
from app.retention import holds, service
from app.retention.schemas import Disposed, HoldSubject

router = APIRouter(prefix="/api/v1", tags=["保存与处置 / Retention"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_retention)]
DisposalPath = Annotated[UUID, Path(title="处置编号 / Disposal")]


@router.get("/retention/due", summary="到期班级 / Due for disposal", responses=documented(400))
async def due(caller: Reader, session: Reading, page: Page, selection: Selected) -> Listing[DueItem]:
    """Class groups whose last day is over. Dispose of one by the act `retention:dispose` (approvals).

    保存期限已满的班级；处置须经审批（`retention:dispose`）。
    """
    key = page.after(str, str)
    after = None if key is None else (str(key[0]), str(key[1]))
    found = await service.due(session, selection.within(caller.reach), after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(list(found), key=lambda row: row.key)
    return Listing(items=[DueItem.of(row) for row in rows], next_cursor=next_cursor)


@router.get(
    "/retention/{platform}/{class_group_id}", summary="保存期限 / Until when", responses=documented(404)
)
async def until_when(
    caller: Reader, session: Reading, platform: PlatformPath, class_group_id: ClassGroupPath
) -> Clock:
    """Each kind of thing of a class group: until when it is kept, and by which clauses.

    班级各类资料的保存期限及依据条款。
    """
    key = ClassGroupKey(platform, class_group_id)
    return Clock.of(await service.clock_of(session, key, caller.reach))


@router.get("/legal-holds", summary="冻结列表 / Legal holds", responses=documented(400))
async def list_holds(
    caller: Reader,
    session: Reading,
    page: Page,
    standing: Annotated[bool | None, Query(title="是否生效 / Still standing")] = None,
) -> Listing[HoldItem]:
    """最新的在前，已解除的也在内。The newest first, lifted ones too."""
    found = await holds.holds(
        session, caller.reach, is_standing=standing, before=_before(page), limit=page.limit + 1
    )
    rows, next_cursor = page.cut(list(found), key=lambda row: (row.hold_id,))
    return Listing(items=[HoldItem.of(row) for row in rows], next_cursor=next_cursor)


@router.post(
    "/legal-holds", summary="冻结 / Place a hold", status_code=201, responses=documented(400, 404, 415)
)
async def place_hold(
    caller: Annotated[Caller, Allowed(Action.place_hold)], shared: Shared, wanted: WantedHold
) -> HoldItem:
    """Nothing of it is disposed of until two persons lift the hold (act `hold:lift`).

    解除须经审批（`hold:lift`）。
    """
    subject = HoldSubject(**wanted.model_dump(exclude={"reason"}))
    async with transaction(shared.database) as session:
        made = await holds.place(session, caller, subject, reason=wanted.reason, at=clock.now())
    return HoldItem.of(made)


@router.get("/disposals", summary="处置列表 / Disposals", responses=documented(400))
async def list_disposals(caller: Reader, session: Reading, page: Page) -> Listing[DisposalItem]:
    """最新的在前。The newest first."""
    found = await service.disposals(session, caller.reach, before=_before(page), limit=page.limit + 1)
    rows, next_cursor = page.cut(list(found), key=lambda row: (row.disposal_id,))
    return Listing(items=_items(rows), next_cursor=next_cursor)


@router.get(
    "/disposals/{disposal_id}",
    summary="处置记录 / Disposal record",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **documented(404)},
)
async def disposal_record(caller: Reader, session: Reading, disposal_id: DisposalPath) -> Response:
    """Byte for byte what the ledger has the SHA-256 of.

    与账本中的哈希逐字节对应。
    """
    found = await service.disposal_record(session, disposal_id, caller.reach)
    return Response(found, media_type="application/json")


def _before(page: Page) -> UUID | None:
    key = page.after(UUID)
    return None if key is None else UUID(str(key[0]))


def _items(rows: Sequence[Disposed]) -> list[DisposalItem]:
    return [DisposalItem.of(row) for row in rows]
