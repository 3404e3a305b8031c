"""The shape of receipts: what became of a batch, as JSON in the caller's language."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import FieldError
from app.core.vocabulary import BatchState, Feed
from app.ingest.receipts import rejections_url
from app.ingest.schemas import BatchSummary, Receipt, Rejection

KEY_EXAMPLE = {"class_group_id": "C1", "learner_id": "L1", "lesson_id": "S1"}


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class RecordFault(Answer):
    """One error of a record."""

    pointer: str = Field(title="位置 / Where", description="JSON Pointer (RFC 6901)", examples=["/status"])
    code: str = Field(title="错误码 / Code", examples=["invalid_value"])
    message: str = Field(title="说明 / What to do")
    current_revision: int | None = Field(
        default=None,
        title="现行版本号 / Current revision",
        description="仅用于 revision_conflict。With revision_conflict only.",
        exclude_if=lambda value: value is None,
    )


class RejectedRecord(Answer):
    """A record that was not taken in, with all its errors."""

    line: int = Field(
        title="行号 / Line",
        description="物理行号或数组中的位置，从 1 起。Physical line or position in the array, from 1.",
        examples=[3],
    )
    record_key: dict[str, str | int] = Field(
        title="记录键 / Key of the record",
        description="能读出的键字段。The key fields that could be read.",
        examples=[KEY_EXAMPLE],
    )
    errors: Sequence[RecordFault] = Field(title="错误 / Errors")

    @classmethod
    def of(cls, rejection: Rejection, language: str) -> Self:
        return cls(
            line=rejection.line,
            record_key=dict(rejection.record_key),
            errors=[_fault(error, language) for error in rejection.errors],
        )


@lru_cache(maxsize=4096)  # the records of a batch are wrong in few ways
def _fault(error: FieldError, language: str) -> RecordFault:
    return RecordFault(
        pointer=error.pointer,
        code=error.code,
        message=error.message.in_language(language),
        current_revision=error.current_revision,
    )


class LedgerPlace(Answer):
    """Where the batch stands in the ledger."""

    leaf_hash: str = Field(title="叶哈希 / Leaf hash", description="SHA-256", examples=["9f86d081884c7d65…"])
    index: int | None = Field(
        title="账本序号 / Index",
        description="数秒内分配，此前为 null。Assigned within seconds, null before.",
        examples=[1041],
    )


class BatchCounts(Answer):
    received: int = Field(title="收到 / Received", examples=[4])
    accepted: int = Field(title="接受 / Accepted", examples=[2])
    unchanged: int = Field(title="未变 / Unchanged", examples=[1])
    stale: int = Field(title="过时 / Stale", examples=[0])
    rejected: int = Field(title="拒绝 / Rejected", examples=[1])


class BatchItem(BatchCounts):
    """A batch as lists show it."""

    batch_id: UUID = Field(title="批次号 / Batch")
    platform: str = Field(title="平台代码 / Platform", examples=["live-a"])
    feed: Feed = Field(title="数据集 / Feed", examples=["attendance"])
    rejections_url: str = Field(title="拒绝明细地址 / Where all rejections are")
    ledger: LedgerPlace = Field(title="账本 / Ledger")
    received_at: datetime = Field(title="接收时间 / Received at", examples=["2026-03-02T09:30:00.123456Z"])
    state: BatchState = Field(
        title="状态 / State",
        description="stored：已保存；assessed：已反映在全部查询结果中。"
        "stored, then assessed once every answer reflects it.",
    )

    @classmethod
    def of(cls, batch: BatchSummary) -> Self:
        return cls(**members(batch))


class BatchReceipt(BatchItem):
    """A receipt: everything it says is durable."""

    rejections: Sequence[RejectedRecord] = Field(
        title="拒绝明细 / Rejections",
        description="最多 100 条，其余见 rejections_url。At most 100; all are at rejections_url.",
    )

    @classmethod
    def of_receipt(cls, receipt: Receipt, language: str) -> Self:
        rejections = [RejectedRecord.of(each, language) for each in receipt.rejections]
        return cls(**members(receipt.batch), rejections=rejections)


def members(batch: BatchSummary) -> dict[str, Any]:
    return {
        "batch_id": batch.batch_id,
        "platform": batch.platform,
        "feed": batch.feed,
        "rejections_url": rejections_url(batch.batch_id),
        "ledger": LedgerPlace(leaf_hash=batch.leaf_hash.hex(), index=batch.ledger_index),
        "received_at": batch.received_at,
        "state": batch.state,
        **batch.counts._asdict(),
    }
