"""`/api/v1/rejection-causes`: what is wrong most often with what a platform pushes, and how it is mended."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.api.batches import BatchPath, Reader, Wanted
from app.api.deps import Snapshot
from app.api.language import Language
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.receipts import KEY_EXAMPLE, Answer
from app.core.vocabulary import Feed
from app.ingest import receipts
from app.ingest.receipts import BATCHES_OF_CAUSES, LINES_OF_CAUSES
from app.ingest.schemas import Cause, Causes

router = APIRouter(prefix="/api/v1", tags=["批次 / Batches"], dependencies=[OnlyKnown])


class CauseItem(Answer):
    """同一数据集同一位置的同一错误。One error in one place of a feed's records."""

    feed: Feed = Field(title="数据集 / Feed", examples=["attendance"])
    pointer: str = Field(title="位置 / Where", description="JSON Pointer (RFC 6901)", examples=["/status"])
    code: str = Field(title="错误码 / Code", examples=["invalid_value"])
    message: str = Field(title="说明 / What to do")
    records: int = Field(title="记录数 / Records", examples=[12])
    batch_id: UUID = Field(title="例：批次 / Example: batch", description="最近的一例。The newest one.")
    line: int = Field(title="例：行号 / Example: line", examples=[3])
    record_key: dict[str, str | int] = Field(
        title="例：记录键 / Example: key of the record", examples=[KEY_EXAMPLE]
    )

    @classmethod
    def of(cls, cause: Cause, language: str) -> Self:
        error = cause.error
        return cls(
            feed=cause.feed,
            pointer=error.pointer,
            code=error.code,
            message=error.message.in_language(language),
            records=cause.records,
            batch_id=cause.batch_id,
            line=cause.line,
            record_key=dict(cause.record_key),
        )


class RejectionCauses(Answer):
    """按原因归并的拒绝。Rejections by what is wrong."""

    batches: int = Field(
        title="所依据的批次数 / Batches looked at",
        description=f"有拒绝的最近批次，至多 {BATCHES_OF_CAUSES} 个，每批前 {LINES_OF_CAUSES} 条被拒记录；"
        "单个批次则为其全部。"
        f"The newest with rejections, at most {BATCHES_OF_CAUSES}, and of each the first {LINES_OF_CAUSES} "
        "rejected records; of a single batch all.",
    )
    items: Sequence[CauseItem] = Field(title="原因 / Causes", description="最多的在前。Most frequent first.")

    @classmethod
    def of(cls, found: Causes, language: str) -> Self:
        return cls(batches=found.batches, items=[CauseItem.of(each, language) for each in found.items])


@router.get("/rejection-causes", summary="最近的拒绝原因 / What is wrong most often")
async def recent_causes(
    caller: Reader, session: Snapshot, language: Language, wanted: Wanted
) -> RejectionCauses:
    """按数据集、位置和错误码归并，最多的在前。By feed, place and code, the most frequent first."""
    return RejectionCauses.of(await receipts.causes(session, caller.reach, wanted), language)


@router.get(
    "/batches/{batch_id}/causes",
    summary="一个批次的拒绝原因 / What is wrong with a batch",
    responses=documented(404, 410),
)
async def causes_of_batch(
    caller: Reader, batch_id: BatchPath, session: Snapshot, language: Language
) -> RejectionCauses:
    """全部被拒记录，按位置和错误码归并。All its rejected records, by place and code."""
    return RejectionCauses.of(await receipts.causes_of(session, batch_id, caller.reach), language)
