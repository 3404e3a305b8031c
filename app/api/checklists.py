"""The checklist of a class group's policy, and `/api/v1/checklist-answers`: what officials answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Shared
from app.api.parameters import ClassGroupPath, LocalId, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.api.standings import Shown
from app.checklists.schemas import Answer, Entry
from app.checklists.service import answer, checklist
from app.core import clock
from app.core.ids import ActorId, ClassGroupId, PlatformCode
from app.db.session import transaction
from app.policies.schemas import Bilingual
from app.records.selection import Selection
from app.rules.provisions import About

router = APIRouter(prefix="/api/v1", tags=["合规 / Compliance"], dependencies=[OnlyKnown])

NOTE = r"^[^\x00-\x1f\x7f]*$"
"""Without control characters."""
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NOTE)]


class GivenAnswer(Shown):
    """最近一次答复。The newest answer."""

    answer: Answer = Field(title="答复 / Answer")
    note: str | None = Field(title="说明 / Note")
    answered_by: ActorId = Field(title="答复人 / Answered by")
    answered_at: datetime = Field(title="答复时间 / Answered at")


class ChecklistItem(Shown):
    """一项人工核查事项。What no data can decide."""

    code: str = Field(title="事项代码 / Item", examples=["PRJ_05-key-points"])
    about: About = Field(
        title="核查对象 / About",
        description="答复适用于该对象的全部班级；claim 随补贴申领核查。"
        "An answer holds for all class groups of it; claim: checked with the claim.",
    )
    title: Bilingual = Field(title="事项 / Item")
    clause: str = Field(title="依据条款 / Clause")
    words: str = Field(title="条款原文 / The clause's own words")
    requirements: Sequence[str] = Field(title="要求编号 / Requirements")
    answered: GivenAnswer | None = Field(
        title="答复 / Answer", description="null 表示尚无人答复。Null: nobody has answered yet."
    )


class Checklist(Shown):
    """班级适用政策的全部核查事项。All items of the policy that applies to the class group."""

    items: Sequence[ChecklistItem] = Field(title="事项 / Items")


class WantedAnswer(BaseModel):
    """对一项核查事项的答复。An answer to an item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: LocalId = Field(title="平台 / Platform", examples=["live-a"])
    class_group_id: LocalId = Field(title="班级 / Class group", examples=["C2026-001"])
    code: LocalId = Field(title="事项代码 / Item", examples=["PRJ_05-key-points"])
    answer: Answer = Field(title="答复 / Answer", description="yes 是，no 否，not_applicable 不适用。")
    note: Note | None = Field(
        default=None,
        title="说明 / Note",
        description="请勿写入个人信息；形似身份证号码、电话者不予保存。"
        "No personal data; what looks like it is struck out.",
    )


@router.get(
    "/compliance/class-groups/{platform}/{class_group_id}/checklist",
    summary="人工核查事项 / Checklist",
    responses=documented(404),
)
async def checklist_of_class_group(
    *,
    caller: Annotated[Caller, Allowed(Action.read_checklist)],
    session: Reading,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
) -> Checklist:
    """Of the policy version that judges the class group, each with its newest answer.

    按该班级适用的政策版本列出，附最近一次答复。
    """
    entries = await checklist(
        session, shared.library, Selection(platform, class_group_id).within(caller.reach)
    )
    return Checklist(items=[_item(entry) for entry in entries])


@router.post(
    "/checklist-answers", summary="答复核查事项 / Answer an item", responses=documented(400, 404, 409, 415)
)
async def answer_item(
    *, caller: Annotated[Caller, Allowed(Action.answer_checklist)], shared: Shared, wanted: WantedAnswer
) -> ChecklistItem:
    """Kept for good beside the answers before it; the newest one counts.

    每次答复均予保存，以最近一次为准。
    """
    named = Selection(PlatformCode(wanted.platform), ClassGroupId(wanted.class_group_id))
    async with transaction(shared.database) as session:
        entry = await answer(
            session,
            shared.library,
            caller,
            named.within(caller.reach),
            code=wanted.code,
            said=wanted.answer,
            note=wanted.note or None,
            at=clock.now(),
        )
    return _item(entry)


def _item(entry: Entry) -> ChecklistItem:
    item, answered = entry
    return ChecklistItem(
        code=item.code,
        about=item.about,
        title=Bilingual.of(item.title),
        clause=item.clause,
        words=item.words,
        requirements=item.requirements,
        answered=None if answered is None else GivenAnswer(**answered._asdict()),
    )
