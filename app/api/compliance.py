"""`/api/v1/compliance`: who complies, who does not, and why. Names are masked."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.decision_sheet import EnrollmentDetail, enrollment_detail
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.exports import FILES, Delivered, columns_of
from app.api.language import Language
from app.api.pagination import Listing, Page, PageRequest
from app.api.parameters import (
    ClassGroupPath,
    LearnerFilter,
    LearnerPath,
    OnlyKnown,
    PlatformPath,
    RuleFilter,
    Selected,
)
from app.api.problems import documented
from app.api.standings import (
    BEFORE_FACTS,
    FACTS,
    EnrollmentItem,
    Facts,
    RulesInCells,
    cells,
    enrollment_item,
)
from app.core.errors import FieldError, Invalid, Text
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Eligibility, Outcome, Outlook
from app.db.session import ReadSession
from app.eligibility.answers import Position, all_enrollments, enrollments, person_key
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.judged import judged_enrollment
from app.privacy.fields import Fields
from app.records.selection import Selection
from app.reports.tables import Row, Table
from app.trail.service import record

router = APIRouter(prefix="/api/v1/compliance", tags=["合规 / Compliance"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_compliance)]
TITLE = Text("评定情况", "Enrollments")


class RuleAndOutcomeGoTogether(Invalid):
    code = "missing_field"

    def __init__(self, missing: str) -> None:
        sentence = Text("rule 与 outcome 须同时给出。", "rule and outcome go together.")
        super().__init__(sentence, errors=(FieldError(f"/query/{missing}", self.code, sentence),))


async def enrollment_filter(
    learner_id: LearnerFilter = None,
    eligibility: Annotated[Eligibility | None, Query(title="补贴资格 / Eligibility")] = None,
    rule: RuleFilter = None,
    outcome: Annotated[
        Outcome | None,
        Query(title="判定 / Outcome", description="规则 rule 的判定。What `rule` says; the two go together."),
    ] = None,
    outlook: Annotated[
        Outlook | None,
        Query(
            title="预判 / Outlook",
            description="仅在班期间的学员。Of learners whose class group runs.",
            examples=["at_risk"],
        ),
    ] = None,
) -> EnrollmentFilter:
    if (rule is None) != (outcome is None):
        raise RuleAndOutcomeGoTogether("outcome" if outcome is None else "rule")
    return EnrollmentFilter(
        learner_id=learner_id, eligibility=eligibility, rule=rule, outcome=outcome, outlook=outlook
    )


Wanted = Annotated[EnrollmentFilter, Depends(enrollment_filter)]


@router.get(
    "/enrollments",
    summary="花名册条目的评定情况 / How enrollments stand",
    response_model=Listing[EnrollmentItem],
    responses={**FILES, **documented(400)},
)
async def list_enrollments(
    *,
    caller: Reader,
    session: RepeatableUnit,
    selection: Selected,
    wanted: Wanted,
    page: Page,
    delivery: Delivered,
) -> Listing[EnrollmentItem] | StreamingResponse:
    """By platform, class group and learner. An enrollment is listed once its class group has arrived.

    按平台、班级、学员编号排列。班级上报之后，其花名册条目才会被评定并列出。
    """
    visible = selection.within(caller.reach)
    if delivery.format is None:
        return await listing_of(session, caller, visible, wanted, page)
    return await delivery.file(_table(session, caller.fields, visible, wanted), name="enrollments")


@router.get(
    "/enrollments/{platform}/{class_group_id}/{learner_id}",
    summary="一个花名册条目及其证据 / An enrollment with its evidence",
    responses=documented(404),
)
async def one_enrollment(
    *,
    caller: Annotated[Caller, Allowed(Action.read_compliance, Audited.reads)],
    session: RepeatableUnit,
    shared: Shared,
    language: Language,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    learner_id: LearnerPath,
) -> EnrollmentDetail:
    """The decision sheet: each rule with its clause quoted, the shortest way to pass, and what counted.

    判定单：逐条规则列明依据条款原文、实际值与要求值、达标途径；逐课次、逐题列明计入了什么，其余为何未计入。
    """
    key = ClassGroupKey(platform, class_group_id)
    selection = Selection(*key).within(caller.reach)
    judged = await judged_enrollment(session, shared.library, selection, learner_id, reach=caller.reach)
    await record(
        session, caller, Action.read_compliance, {**key._asdict(), "learner_id": learner_id}, number=1
    )
    return enrollment_detail(judged, language, caller.fields, with_subsidy=caller.reach.platform is None)


class PersonSearch(BaseModel):
    """按身份证号码查找。Finds a person by ID number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id_number: str = Field(
        max_length=64,
        title="身份证号码 / ID number",
        description="不会被保存、记录或返回。Never stored, logged or answered.",
        examples=["11010519491231002X"],
    )


@router.post("/search", summary="按人查找 / Find a person", responses=documented(400, 415))
async def search_person(
    *,
    caller: Annotated[Caller, Allowed(Action.search_person)],
    wanted: PersonSearch,
    session: RepeatableUnit,
    shared: Shared,
    page: Page,
) -> Listing[EnrollmentItem]:
    """A person's enrollments on every platform, within the regulator's districts. Every search is logged.

    一个人在各平台、各企业的全部花名册条目（限监管辖区内）。每次查找均记入访问日志。
    """
    person = person_key(shared.key_ring, wanted.id_number)
    await record(session, caller, Action.search_person, {"person_key": person.hex()}, number=1)
    visible = Selection().within(caller.reach)
    return await listing_of(session, caller, visible, EnrollmentFilter(person_key=person), page)


async def listing_of(
    session: ReadSession, caller: Caller, selection: Selection, wanted: EnrollmentFilter, page: PageRequest
) -> Listing[EnrollmentItem]:
    """A page of what `selection` lets the caller see."""
    key = page.after(str, str, str)
    after = None if key is None else Position._make(key)
    found = await enrollments(session, selection, wanted, after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda standing: standing.position)
    return Listing(items=[enrollment_item(row, caller.fields) for row in rows], next_cursor=next_cursor)


def _table(session: ReadSession, fields: Fields, selection: Selection, wanted: EnrollmentFilter) -> Table:
    async def pages() -> AsyncIterator[Sequence[Row]]:
        async for standings in all_enrollments(session, selection, wanted):
            yield [cells(standing, fields) for standing in standings]

    columns = [
        *columns_of(EnrollmentItem, BEFORE_FACTS),
        *columns_of(Facts, FACTS),
        *columns_of(RulesInCells, list(RulesInCells.model_fields)),
    ]
    return Table(TITLE, columns, pages())
