"""`/api/v1/batches`: what became of batches, told again, and what was rejected, to mend and send again."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from app.accounts.authorisation import Action, Caller, permit
from app.api.deps import Allowed, Reading, RepeatableUnit, Shared
from app.api.exports import FILES, WITHOUT_FORM, Delivered, columns_of
from app.api.language import Language, LanguageTag
from app.api.pagination import Listing, Page
from app.api.parameters import ID, Day, OnlyKnown, PeriodReversed
from app.api.problems import documented
from app.api.receipts import BatchItem, BatchReceipt, RecordFault, RejectedRecord
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.ids import BatchId, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import ReadSession, WriteSession
from app.ingest import receipts
from app.ingest.decode import MOST_RECORDS
from app.ingest.errors import BatchUnknown
from app.ingest.schemas import BatchFilter, MediaType, Rejection
from app.privacy.keyring import KeyRing
from app.reports.tables import Format as FileFormat
from app.reports.tables import Row, Table
from app.trail.service import record

LINES_OF_A_PIECE = 100
BATCHES_OF_A_PIECE = 500
EARLIEST, LATEST = date(1970, 1, 2), date(9999, 12, 30)
"""Days that an id of a batch can name; nothing was received outside of them."""
OF_A_BATCH = (
    *("batch_id", "platform", "feed", "received_at", "received", "accepted"),
    *("unchanged", "stale", "rejected", "state"),
)

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
    Literal["json", "ndjson", "csv", "xlsx"],
    Query(
        title="格式 / Format",
        description="ndjson：一次返回全部，并附原始记录 record，供修正后重新发送；仅限推送该批次的平台程序。"
        "csv、xlsx：全部位置与原因，不含原始记录。"
        "ndjson: all at once with the original record, to mend and send again; only for the program of the "
        "platform that pushed it. csv, xlsx: all places and causes, without the records.",
    ),
]
_AS_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {MediaType.ndjson: {"schema": {"type": "string"}}} | FILES[200]["content"]}
}


async def batch_filter(
    *,
    platform: Annotated[
        PlatformCode | None, Query(pattern=ID, title="平台代码 / Platform", examples=["live-a"])
    ] = None,
    feed: Annotated[Feed | None, Query(title="数据集 / Feed", examples=["attendance"])] = None,
    first: Annotated[
        Day | None,
        Query(
            alias="from",
            title="接收日起 / Received from",
            description="北京时间，含当日。Day in Shanghai, included.",
            examples=["2026-01-01"],
        ),
    ] = None,
    last: Annotated[
        Day | None,
        Query(
            alias="to",
            title="接收日止 / Received to",
            description="北京时间，含当日。Day in Shanghai, included.",
            examples=["2026-12-31"],
        ),
    ] = None,
    rejected: Annotated[
        bool,
        Query(
            title="仅有拒绝 / With rejections", description="true：只列有记录被拒的批次。True: only those."
        ),
    ] = False,
) -> BatchFilter:
    if first is not None and last is not None and first > last:
        raise PeriodReversed("from", "to")
    begins = None if first is None else _begin_of(first)
    ends = None if last is None else _begin_of(last, timedelta(days=1))
    return BatchFilter(platform, feed, begins, ends, rejected)


Wanted = Annotated[BatchFilter, Depends(batch_filter)]


def _begin_of(day: date, later: timedelta = timedelta()) -> datetime:
    return datetime.combine(min(max(day, EARLIEST), LATEST) + later, time(), SHANGHAI)


@router.get(
    "",
    summary="批次列表 / Batches",
    response_model=Listing[BatchItem],
    responses={**FILES, **documented(400)},
)
async def batches(
    *, caller: Reader, session: RepeatableUnit, page: Page, wanted: Wanted, delivery: Delivered
) -> Listing[BatchItem] | StreamingResponse:
    """最新的在前。The newest first."""
    if delivery.format is not None:
        chosen = {**delivery.chosen, **({"feed": wanted.feed.value} if wanted.feed else {})}
        table = _batches(session, caller, wanted)
        return await replace(delivery, chosen=chosen).file(table, name="batches")
    after = page.after(UUID)
    before = None if after is None else cast(BatchId, after[0])
    found = await receipts.batches(session, caller.reach, wanted, before=before, limit=page.limit + 1)
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
    responses={**documented(400, 404, 410), **_AS_FILES},
)
async def rejections(
    *,
    caller: Reader,
    batch_id: BatchPath,
    session: RepeatableUnit,
    shared: Shared,
    page: Page,
    language: Language,
    delivery: WITHOUT_FORM,
    format: Format = "json",  # noqa: A002 (the name in the contract)
) -> Listing[RejectedRecord] | StreamingResponse:
    """被拒绝的记录及其全部错误。The rejected records with all their errors."""
    if format == "ndjson":
        permitted = permit(caller, Action.read_originals)
        pieces = await _with_originals(session, shared.key_ring, permitted, batch_id, language)
        return StreamingResponse(pieces, media_type=MediaType.ndjson)
    if format != "json":
        found = await receipts.rejections(session, batch_id, caller.reach, limit=MOST_RECORDS)
        chosen = {"batch_id": str(batch_id)}
        file = replace(delivery, format=FileFormat(format), chosen=chosen)
        return await file.file(_places(found, language), name="rejections")
    after = page.after(int)
    found = await receipts.rejections(
        session,
        batch_id,
        caller.reach,
        after_line=0 if after is None else cast(int, after[0]),
        limit=page.limit + 1,
    )
    rows, next_cursor = page.cut(found, key=lambda rejection: (rejection.line,))
    return Listing(items=[RejectedRecord.of(row, language) for row in rows], next_cursor=next_cursor)


def _batches(session: ReadSession, caller: Caller, wanted: BatchFilter) -> Table:
    async def pages() -> AsyncIterator[Sequence[Row]]:
        before: BatchId | None = None
        while rows := await receipts.batches(
            session, caller.reach, wanted, before=before, limit=BATCHES_OF_A_PIECE
        ):
            told = [BatchItem.of(row).model_dump(mode="python") for row in rows]
            yield [[_cell(each[name]) for name in OF_A_BATCH] for each in told]
            before = rows[-1].batch_id

    return Table(Text("批次", "Batches"), columns_of(BatchItem, OF_A_BATCH), pages())


def _cell(value: Any) -> Any:  # noqa: ANN401 (of a member of any type)
    return str(value) if isinstance(value, UUID) else value


def _places(found: Sequence[Rejection], language: LanguageTag) -> Table:
    """A row for each error: where, and what to do. Never a value of the record but its key."""

    async def pages() -> AsyncIterator[Sequence[Row]]:
        yield [
            [
                rejection.line,
                msgspec.json.encode(rejection.record_key).decode(),
                error.pointer,
                error.code,
                error.message.in_language(language),
            ]
            for rejection in found
            for error in rejection.errors
        ]

    columns = [*columns_of(RejectedRecord, ("line", "record_key")), *_OF_A_FAULT]
    return Table(Text("被拒记录", "Rejected records"), columns, pages())


_OF_A_FAULT = columns_of(RecordFault, ("pointer", "code", "message"))


async def _with_originals(
    session: WriteSession, key_ring: KeyRing, caller: Caller, batch_id: BatchId, language: LanguageTag
) -> Iterator[bytes]:
    """Originals hold personal data, so that it is logged who read them."""
    found = await receipts.rejections(session, batch_id, caller.reach, limit=MOST_RECORDS)
    lines = [rejection.line for rejection in found]
    originals = await receipts.originals(session, key_ring, batch_id, caller.reach, lines)
    await record(session, caller, Action.read_originals, {"batch_id": str(batch_id)}, number=len(originals))
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
