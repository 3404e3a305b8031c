"""`/api/v1/compliance/class-groups/{…}/corrections`: records that were sent again, and what that changed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.batches import BatchPath
from app.api.deps import Allowed, RepeatableUnit, Shared, Snapshot
from app.api.disclosures import LinePath
from app.api.pagination import Listing, Page
from app.api.parameters import ClassGroupPath, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.api.standings import Number, Shown
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Feed
from app.eligibility.answers_class_groups import known_class_group
from app.ingest.corrections import Version, corrections, versions
from app.ingest.corrections_repository import Correction
from app.policies.schemas import Bilingual
from app.records.selection import Selection
from app.trail.service import record

router = APIRouter(prefix="/api/v1/compliance", tags=["合规 / Compliance"], dependencies=[OnlyKnown])
PART = "/class-groups/{platform}/{class_group_id}/corrections"
Value = bool | int | Number | datetime | date | str | Sequence[str] | None


class CorrectionItem(Shown):
    """一条被更正或删除的记录，以现行版本为准。A record that was sent again, or deleted, as it stands."""

    feed: Feed = Field(title="数据类型 / Feed")
    key: Mapping[str, str] = Field(
        title="记录 / Record",
        description="班级内指明该记录的键字段。The key fields that name it within the class group.",
        examples=[{"learner_id": "L1", "lesson_id": "S1"}],
    )
    revision: int = Field(title="版本号 / Revision", examples=[1])
    deleted: bool = Field(title="已删除 / Deleted")
    batch_id: UUID = Field(title="来自批次 / Batch that it came with")
    line: int = Field(title="行号 / Line in that batch", examples=[3])
    received_at: datetime = Field(title="收到时间 / Received at")
    is_after_closing: bool | None = Field(
        title="结班后上报 / After closing", description="在班时为 null。Null while the class group runs."
    )


class ChangedField(Shown):
    """一个字段的变化。What became of one field."""

    field: str = Field(title="字段 / Field", examples=["status"])
    title: Bilingual = Field(title="字段名称 / Title")
    old: Value = Field(title="原值 / Old", examples=["absent"])
    new: Value = Field(title="新值 / New", examples=["present"])
    is_told: bool = Field(
        title="是否显示 / Told",
        description="false：含个人信息，只告知已变化。False: personal data; only that it changed.",
    )


class VersionItem(Shown):
    """一个版本，即一个批次所报。What one batch said of the record."""

    batch_id: UUID = Field(title="批次 / Batch")
    line: int = Field(title="行号 / Line", examples=[3])
    received_at: datetime = Field(title="收到时间 / Received at")
    revision: int = Field(title="版本号 / Revision", examples=[1])
    deleted: bool = Field(title="删除 / Deleted")
    changed: Sequence[ChangedField] | None = Field(
        title="变化 / Changes",
        description="与上一版本相比；最早的版本和删除为空，上一版本未能查到时为 null。"
        "Against the version before; empty for the first and for a deletion, null where none was found.",
    )


class RecordVersions(Shown):
    """一条记录的各个版本，最新的在前。All versions of a record, the newest first."""

    correction: CorrectionItem = Field(title="记录 / Record")
    versions: Sequence[VersionItem] = Field(title="版本 / Versions")
    examined_batches: int = Field(
        title="查阅的批次数 / Batches examined",
        description="最近 20 个含该班级记录的同类批次。"
        "Of the feed, the newest with records of the class group, at most 20.",
    )
    is_whole: bool = Field(
        title="是否齐全 / Whole",
        description="false：更早的批次未查阅，或其原始记录已处置。"
        "False: earlier batches were not looked at, or their originals were disposed of.",
    )


@router.get(PART, summary="班级的更正 / Corrections of a class group", responses=documented(400, 404))
async def corrections_of_class_group(
    *,
    caller: Annotated[Caller, Allowed(Action.read_compliance)],
    session: Snapshot,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    page: Page,
) -> Listing[CorrectionItem]:
    """Records of all feeds whose revision is above 0, or that were deleted; the last batch first.

    各数据集中版本号大于 0 或已删除的记录，最后收到的在前。
    """
    key = ClassGroupKey(platform, class_group_id)
    await known_class_group(session, Selection(*key).within(caller.reach))
    behind = page.after(UUID, int)
    before = None
    if behind is not None and isinstance(behind[0], UUID) and isinstance(behind[1], int):
        before = behind[0], behind[1]
    found = await corrections(session, key, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda each: (each.batch_id, each.line))
    return Listing(items=[_correction(row) for row in rows], next_cursor=next_cursor)


@router.get(
    PART + "/{batch_id}/{line}",
    summary="一条记录的各个版本 / Versions of a corrected record",
    responses=documented(404),
)
async def versions_of_record(
    *,
    caller: Annotated[Caller, Allowed(Action.read_compliance, Audited.reads)],
    session: RepeatableUnit,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    batch_id: BatchPath,
    line: LinePath,
) -> RecordVersions:
    """Named by the line that brought what stands; read from the archived batches.

    以现行版本所在批次和行号指明；旧值读自批次存档，个人信息按权限隐藏。
    """
    key = ClassGroupKey(platform, class_group_id)
    await known_class_group(session, Selection(*key).within(caller.reach))
    found = await versions(session, shared.key_ring, key, batch_id, line, shown=caller.fields)
    subject = {**key._asdict(), "batch_id": str(batch_id), "line": str(line)}
    learner_id = found.correction.key.get("learner_id")
    subject |= {} if learner_id is None else {"learner_id": learner_id}
    await record(session, caller, Action.read_compliance, subject, number=1)
    return RecordVersions(
        correction=_correction(found.correction),
        versions=[_version(each) for each in found.versions],
        examined_batches=found.examined_batches,
        is_whole=found.is_whole,
    )


def _correction(found: Correction) -> CorrectionItem:
    return CorrectionItem.model_validate(found)


def _version(found: Version) -> VersionItem:
    changed = None
    if found.changed is not None:
        changed = [
            ChangedField.model_validate({**each._asdict(), "title": Bilingual.of(each.title)})
            for each in found.changed
        ]
    return VersionItem.model_validate({**found._asdict(), "changed": changed})
