"""Why a whole batch is refused. Nothing of it is stored."""

from collections.abc import Sequence

from app.core.errors import BadRequest, Gone, Invalid, NotFound, Text, TooLarge
from app.ingest.flaws import Flaw
from app.ingest.schemas import Counts, Rejection


class MalformedBody(BadRequest):
    code = "malformed_body"
    title = Text("请求体无法读取", "Body cannot be read")

    def __init__(self, flaw: Flaw) -> None:
        reason, place = flaw.reason, flaw.place
        super().__init__(
            Text(
                f"请求体不是 UTF-8 编码的 JSON 数组{place.zh}：{reason.zh}。"
                "未保存任何内容，请修正后重新发送。",
                f"The body is no JSON array in UTF-8{place.en}: {reason.en}. Nothing was stored; "
                "mend it and send it again.",
            )
        )


class TooManyRecords(TooLarge):
    code = "too_many_records"

    def __init__(self, most: int, most_values: int) -> None:
        super().__init__(
            Text(
                f"一批最多 {most} 条记录、{most_values} 个值（逗号）；超出，未保存任何内容。请分批发送。",
                f"A batch holds at most {most} records and {most_values} values (commas); this one holds "
                "more and nothing was stored. Send it in several batches.",
            )
        )


class BatchRejected(Invalid):
    """`atomic=true` and not every record is good. The door says which, as the receipt would have."""

    code = "batch_rejected"
    title = Text("整批未保存", "Batch not stored")

    def __init__(self, counts: Counts, rejections: Sequence[Rejection]) -> None:
        super().__init__(
            Text(
                f"{counts.received} 条记录中有 {counts.rejected} 条不合规；"
                "按 atomic=true 的要求，未保存任何内容。请修正后重新发送整批。",
                f"{counts.rejected} of {counts.received} records are not valid; as asked by atomic=true "
                "nothing was stored. Mend them and send the whole batch again.",
            )
        )
        self.counts = counts
        self.rejections = tuple(rejections)


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key_reused"
    title = Text("Idempotency-Key 已被使用", "Idempotency key reused")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "此 Idempotency-Key 已用于另一请求（参数或内容不同）。新的批次请使用新的键。",
                "This Idempotency-Key was used for another request (other query or body). "
                "Use a new key for a new batch.",
            )
        )


class BatchUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(Text("没有这个批次。", "There is no such batch."))


class BatchDisposed(Gone):
    code = "disposed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该批次的原始记录保存期限已满，已按审批处置；回执中的计数和哈希仍然有效。请查询处置记录。",
                "The originals of this batch were disposed of once their term was over. Counts and hashes of "
                "its receipt stand. Look up the disposal record.",
            )
        )


class RecordUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(Text("没有这条记录。", "There is no such record."))
