"""`/api/v1/batches`: what became of batches, told again, and what was rejected, to mend and send again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from app.accounts.authorisation import Action, Caller, permit
from app.api.deps import Allowed, Reading, Resources, Shared, confinement_of
from app.api.language import Language, LanguageTag
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.receipts import BatchItem, BatchReceipt, RejectedRecord
from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db.session import reading, transaction
from app.ingest import receipts
from app.ingest.decode import MOST_RECORDS
from app.ingest.errors import BatchUnknown
from app.ingest.schemas import MediaType, Rejection
from app.trail.service import record

LINES_OF_A_PIECE = 100

router = APIRouter(prefix="/api/v1/batches", tags=["批次 / Batches"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_batches)]


async def _batch_id(
    batch_id: Annotated[str, Path(title="批次号 / Batch", examples=["019c8f4e-7a10-7cc3-98c4-dc0c0c07398f"])],
) -> BatchId:
    """What is no batch's id is not found, rather than invalid."""
    try:
        return BatchId(UUID(batch_id))
    except ValueError:
        raise BatchUnknown from None


BatchPath = Annotated[BatchId, Depends(_batch_id)]
Format = Annotated[
    Literal["json", "ndjson"],
    Query(
        title="格式 / Format",
        description="ndjson：一次返回全部，并附原始记录 record，供修正后重新发送；仅限推送该批次的平台。"
        "ndjson: all at once with the original record, to mend and send again; only for the platform "
        "that pushed it.",
    ),
]
_AS_LINES: dict[int | str, dict[str, Any]] = {
    200: {"content": {MediaType.ndjson: {"schema": {"type": "string"}}}}
}


@router.get("", summary="批次列表 / Batches", responses=documented(400))
async def batches(
    *,
    caller: Reader,
    session: Reading,
    page: Page,
    feed: Annotated[Feed | None, Query(title="数据集 / Feed", examples=["attendance"])] = None,
) -> Listing[BatchItem]:
    """最新的在前。The newest first."""
    after = page.after(UUID)
    before = None if after is None else cast(BatchId, after[0])
    found = await receipts.batches(session, caller.reach, feed=feed, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda batch: (batch.batch_id,))
    return Listing(items=[BatchItem.of(row) for row in rows], next_cursor=next_cursor)


@router.get("/{batch_id}", summary="回执 / Receipt", responses=documented(404))
async def batch(caller: Reader, batch_id: BatchPath, session: Reading, language: Language) -> BatchReceipt:
    """再次取得回执，含账本序号与状态。The receipt again, with its ledger index and state."""
    receipt = await receipts.receipt(session, batch_id, caller.reach)
    return BatchReceipt.of_receipt(receipt, language)


@router.get(
    "/{batch_id}/rejections",
    summary="拒绝明细 / Rejections",
    response_model=Listing[RejectedRecord],
    responses={**documented(400, 404, 410), **_AS_LINES},
)
async def rejections(
    *,
    caller: Reader,
    batch_id: BatchPath,
    shared: Shared,
    page: Page,
    language: Language,
    format: Format = "json",  # noqa: A002 (the name in the contract)
) -> Listing[RejectedRecord] | Response:
    """被拒绝的记录及其全部错误。The rejected records with all their errors."""
    if format == "ndjson":
        pieces = await _with_originals(shared, permit(caller, Action.read_originals), batch_id, language)
        return StreamingResponse(pieces, media_type=MediaType.ndjson)
    after = page.after(int)
    async with reading(shared.database, within=confinement_of(caller.reach)) as session:
        found = await receipts.rejections(
            session,
            batch_id,
            caller.reach,
            after_line=0 if after is None else cast(int, after[0]),
            limit=page.limit + 1,
        )
    rows, next_cursor = page.cut(found, key=lambda rejection: (rejection.line,))
    return Listing(items=[RejectedRecord.of(row, language) for row in rows], next_cursor=next_cursor)


async def _with_originals(
    shared: Resources, caller: Caller, batch_id: BatchId, language: LanguageTag
) -> Iterator[bytes]:
    """Originals hold personal data, so that it is logged who read them."""
    async with transaction(shared.database, within=confinement_of(caller.reach)) as session:
        found = await receipts.rejections(session, batch_id, caller.reach, limit=MOST_RECORDS)
        originals = await receipts.originals(
            session, shared.key_ring, batch_id, caller.reach, [rejection.line for rejection in found]
        )
        await record(
            session, caller, Action.read_originals, {"batch_id": str(batch_id)}, number=len(originals)
        )
    return _pieces(found, originals, language)


def _pieces(
    found: Sequence[Rejection], originals: Mapping[int, bytes], language: LanguageTag
) -> Iterator[bytes]:
    """Together they may be many times the batch: each piece is made in a thread when its turn comes."""
    for start in range(0, len(found), LINES_OF_A_PIECE):
        piece = found[start : start + LINES_OF_A_PIECE]
        yield b"".join(_line(rejection, originals[rejection.line], language) for rejection in piece)


def _line(rejection: Rejection, original: bytes, language: LanguageTag) -> bytes:
    told = RejectedRecord.of(rejection, language).model_dump()
    return msgspec.json.encode({**told, "record": msgspec.Raw(original)}) + b"\n"
