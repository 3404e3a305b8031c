"""`GET /api/v1/search`: learners, class groups and enterprises by what somebody remembers of them."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.accounts.authorisation import Action, Caller, Reach
from app.api.deps import Allowed, RepeatableUnit
from app.api.parameters import ID, OnlyKnown
from app.api.problems import documented
from app.api.standings import PLATFORM_NAME, EnrollmentItem, Shown, enrollment_item
from app.core.errors import FieldError, Invalid, Text
from app.core.ids import LearnerId
from app.db.session import ReadSession
from app.eligibility.answers import enrollments
from app.eligibility.answers_repository import EnrollmentFilter
from app.privacy.fields import Fields
from app.privacy.id_number import meant
from app.records.class_groups_named import class_groups_named
from app.records.enterprises import enterprises_named
from app.records.selection import Selection

router = APIRouter(prefix="/api/v1", tags=["合规 / Compliance"], dependencies=[OnlyKnown])

MOST = 20
LEAST_LETTERS, MOST_LETTERS = 2, 64
_GAPS = re.compile(r"\s+")


class IdNumberInAddress(Invalid):
    """Addresses are logged, kept by browsers and handed on; an ID number has no place in one."""

    code = "id_number_in_address"

    def __init__(self) -> None:
        sentence = Text(
            "身份证号码不得写入地址。请使用 POST /api/v1/compliance/search，或在页面顶部的查找框中输入。",
            "An ID number does not belong into an address. Use POST /api/v1/compliance/search, "
            "or type it into the search field on top of the page.",
        )
        super().__init__(sentence, errors=(FieldError("/query/q", self.code, sentence),))


class FoundClassGroup(Shown):
    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    enterprise_uscc: str = Field(title="企业 / Enterprise")
    enterprise_name: str | None = Field(title="企业名称 / Name of the enterprise")
    ends_on: date = Field(title="结束日 / Ends on")
    closed_at: datetime | None = Field(title="结班时间 / Closed at")


class FoundEnterprise(Shown):
    uscc: str = Field(title="统一社会信用代码 / Unified social credit code")
    name: str | None = Field(title="企业名称 / Name")


class Found(Shown):
    """各类至多 20 条。At most 20 of each kind."""

    learners: Sequence[EnrollmentItem] = Field(
        title="学员 / Learners", description="学员编号完全一致。Whose id it is, letter by letter."
    )
    class_groups: Sequence[FoundClassGroup] = Field(
        title="班级 / Class groups",
        description="名称包含，或编号以其开头；结束日最晚的在前。"
        "Whose name holds it, or whose id begins with it; what ends last comes first.",
    )
    enterprises: Sequence[FoundEnterprise] = Field(
        title="企业 / Enterprises",
        description="名称包含，或代码以其开头。Whose name holds it, or whose code begins with it.",
    )
    is_cut: bool = Field(
        title="未列全 / Cut",
        description="true 表示某一类不止 20 条，请输入更多字符。True: there are more; say more of it.",
    )


Words = Annotated[
    str,
    Query(
        min_length=LEAST_LETTERS,
        max_length=MOST_LETTERS,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        title="查找内容 / What is looked for",
        description="学员编号、班级编号或名称、企业名称或统一社会信用代码。姓名不可查找。"
        "Id of a learner, id or name of a class group, name or code of an enterprise. Not names of persons.",
        examples=["C2026"],
    ),
]


@router.get("/search", summary="查找 / Search", responses=documented(400))
async def search(
    caller: Annotated[Caller, Allowed(Action.search)], session: RepeatableUnit, q: Words
) -> Found:
    """Within the caller's reach. Names of persons are masked for whoever looks, and are not looked through.

    在可见范围内查找。学员姓名脱敏显示，不按姓名查找；按身份证号码查找见 /api/v1/compliance/search。
    """
    if meant(q):
        raise IdNumberInAddress
    words = _GAPS.sub(" ", q).strip()
    learners = await _learners(session, words, caller.reach, caller.fields)
    groups = await class_groups_named(session, words, Selection().within(caller.reach), limit=MOST + 1)
    enterprises = await enterprises_named(session, words, caller.reach, limit=MOST + 1)
    found = {"learners": learners, "class_groups": groups, "enterprises": enterprises}
    is_cut = any(len(each) > MOST for each in found.values())
    return Found.model_validate({name: each[:MOST] for name, each in found.items()} | {"is_cut": is_cut})


async def _learners(
    session: ReadSession, words: str, reach: Reach, fields: Fields
) -> Sequence[EnrollmentItem]:
    """By the id that a platform gave; nothing else of a learner is looked at."""
    if not re.fullmatch(ID, words):
        return []
    wanted = EnrollmentFilter(learner_id=LearnerId(words))
    found = await enrollments(session, Selection().within(reach), wanted, limit=MOST + 1)
    return [enrollment_item(standing, fields) for standing in found]
