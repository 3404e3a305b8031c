"""`/api/v1/ledger/deep-checks`: what deep checks found. Nothing that stands in a row is ever shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.standings import Shown
from app.audit import service
from app.audit.schemas import DeepCheck, Fault, Level

router = APIRouter(prefix="/api/v1/ledger", tags=["账本 / Ledger"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_deep_checks)]
ROOT = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"


class Remedy(Shown):
    """处理办法。What to do about it."""

    zh: str = Field(title="中文 / Chinese")
    en: str = Field(title="英文 / English")


class DifferenceItem(Shown):
    """一处不符：表、键、列，绝不含存储的值。Where something is not right, never what stands there."""

    level: Level = Field(title="层次 / Level", description="log、rows、facts 或 decisions。")
    fault: Fault = Field(title="不符之处 / Fault")
    table: str = Field(title="表 / Table", examples=["exam_scores"])
    key: Mapping[str, str] = Field(
        title="键 / Key", examples=[{"platform": "live-a", "class_group_id": "C1", "learner_id": "L1"}]
    )
    columns: Sequence[str] = Field(title="列 / Columns", examples=[["score"]])
    batch_id: UUID | None = Field(
        title="批次 / Batch", description="说明应有内容的批次。The batch that says what should be there."
    )
    line: int | None = Field(title="行 / Line", examples=[3])
    ledger_index: int | None = Field(title="账本序号 / Ledger index", examples=[17])
    recorded_at: datetime | None = Field(title="记录时间 / Recorded at")
    last_right_at: datetime | None = Field(
        title="最后一次核对无误 / Last found right",
        description="该次核对的开始时间；null 为从未。When that check began; null: never.",
    )
    remedy: Remedy = Field(title="处理办法 / Remedy")


class DeepCheckItem(Shown):
    """一次深度核对。One deep check (docs/tampering.md)."""

    check_id: UUID = Field(title="编号 / Check")
    started_at: datetime = Field(title="开始时间 / Started at")
    finished_at: datetime = Field(title="结束时间 / Finished at")
    size: int = Field(title="条目数 / Entries", examples=[1200])
    root: str = Field(title="树根 / Root", examples=[ROOT])
    since: datetime | None = Field(
        title="核对起点 / Since", description="null 为全部。Null: everything was looked at."
    )
    platform: str | None = Field(title="平台 / Platform", description="null 为全部。Null: all.")
    counts: Mapping[str, int] = Field(
        title="数量 / Counts", examples=[{"records": 40000, "enrollments": 1000, "differences": 0}]
    )
    differences: Sequence[DifferenceItem] | None = Field(
        title="不符之处 / Differences",
        description=(
            "最多一千处；限定辖区的用户为 null，只见数量。"
            "At most a thousand; null for who is bound to districts: these see how many there are."
        ),
    )
    program_version: str = Field(title="程序版本 / Program version", examples=["0.1.0"])

    @classmethod
    def of(cls, check: DeepCheck, *, is_bound: bool) -> Self:
        told = None if is_bound else check.differences
        return cls.model_validate({**check._asdict(), "root": check.root.hex(), "differences": told})


@router.get("/deep-checks", summary="深度核对 / Deep checks", responses=documented(400))
async def deep_checks(caller: Reader, session: Reading, page: Page) -> Listing[DeepCheckItem]:
    """The newest first: the log from the archives, rows from the log, facts from rows, decisions from facts.

    最新的在前。核对账本、数据行、评定与决定是否逐层可以重新得出。
    """
    key = page.after(UUID)
    before = None if key is None else UUID(str(key[0]))
    found = await service.checks(session, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda each: (each.check_id,))
    is_bound = caller.reach.districts is not None
    return Listing(
        items=[DeepCheckItem.of(each, is_bound=is_bound) for each in rows], next_cursor=next_cursor
    )
