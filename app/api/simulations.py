"""`/api/v1/policies/{id}/simulation`: what a changed policy would do. Nothing is stored, names are masked."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Resources, Shared, Snapshot
from app.api.exports import FILES, WITHOUT_FORM, columns_of
from app.api.pagination import Page
from app.api.parameters import OnlyKnown, Selected
from app.api.policies import PolicyPath
from app.api.problems import documented
from app.api.standings import CLASS_GROUP_NAME
from app.core.errors import Text
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Eligibility, Outcome
from app.db.session import ReadSession
from app.policies import texts
from app.policies.simulation import Asked, Simulation, asked
from app.policies.simulation_errors import SimulationTooLarge
from app.policies.simulation_repository import enrollments
from app.policies.simulation_tally import Changed
from app.policies.simulation_told import Summary, Told, summary
from app.privacy.fields import Fields, Personal, PersonalKind
from app.records.selection import Selection
from app.reports.tables import Format, Row, Table
from app.rules.changes import Change

router = APIRouter(prefix="/api/v1/policies", tags=["政策 / Policies"], dependencies=[OnlyKnown])

MOST_LISTED = 100
"""Enterprises and districts."""


class Wanted(BaseModel):
    """要模拟的更改。What is to be asked instead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: dict[str, str] = Field(
        default={},
        max_length=50,
        title="参数 / Parameters",
        description="名称为 规则代码.at_least 或参数名，取值按政策包的写法；空文本表示不规定。"
        "By RULE.at_least or name of the parameter, the value as a pack writes it; an empty text: blank.",
        examples=[{"attendance-rate.at_least": "0.85"}],
    )
    text: str | None = Field(
        default=None,
        max_length=texts.MOST_BYTES,
        title="政策包全文 / A whole pack",
        description="YAML，代替现行政策包。YAML that would stand instead of the pack in force.",
    )


NOTHING = Wanted()


class ChangedRule(Told):
    code: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    before: Outcome | None = Field(title="现判定 / Outcome now")
    after: Outcome | None = Field(title="新判定 / Outcome then")


class ChangedPerson(Told):
    platform: str = Field(title="平台代码 / Platform", examples=["live-a"])
    class_group_id: str = Field(title="班级编号 / Class group", examples=["C2026-001"])
    class_group_name: str | None = CLASS_GROUP_NAME
    learner_id: str = Field(title="学员编号 / Learner", examples=["L0001"])
    learner_name: str | None = Field(title="姓名 / Name", description="已脱敏。Masked.", examples=["张*"])
    enterprise_uscc: str = Field(title="企业 / Enterprise", examples=["91440200MA4UQ0A31K"])
    district: str | None = Field(title="区划 / District", examples=["440204"])
    before: Eligibility = Field(title="现资格 / Eligibility now")
    after: Eligibility = Field(title="新资格 / Eligibility then")
    rules: Sequence[ChangedRule] = Field(title="变化的规则 / Rules that change")
    subsidy_fen_now: int | None = Field(title="现补贴（分） / Subsidy now, in fen")
    subsidy_fen_then: int | None = Field(title="新补贴（分） / Subsidy then, in fen")


class SimulationAnswer(Told):
    """Who would change, a page of them; the counts come with the first page."""

    policy_id: str = Field(title="政策包 / Policy", examples=["standard"])
    versions: Sequence[str] = Field(title="版本 / Versions", examples=[["2020-01-01"]])
    summary: Summary | None = Field(
        title="汇总 / Counts", description="仅首页。With the first page only; null on later ones."
    )
    items: Sequence[ChangedPerson] = Field(title="会变化的条目 / Who would change")
    next_cursor: str | None = Field(title="下一页 / Next page")


PLAIN_COLUMNS = (
    *("platform", "class_group_id", "class_group_name", "learner_id", "learner_name"),
    *("enterprise_uscc", "district"),
    *("before", "after"),
)
COLUMNS = columns_of(ChangedPerson, (*PLAIN_COLUMNS, "rules", "subsidy_fen_now", "subsidy_fen_then"))
TITLE = Text("政策模拟中会变化的条目", "Who would change")


@router.post(
    "/{policy_id}/simulation",
    summary="政策模拟 / What a changed policy would do",
    responses=documented(400, 404, 413, 415, 503),
)
async def simulate(
    *,
    caller: Annotated[Caller, Allowed(Action.read_simulation)],
    policy_id: PolicyPath,
    wanted: Wanted = NOTHING,
    selection: Selected,
    session: Snapshot,
    shared: Shared,
    page: Page,
    request: Request,
) -> SimulationAnswer:
    """Judges stored facts by the changed policy, within the caller's districts; no decision is touched.

    按更改后的政策重新判定已保存的指标，不改变任何决定。programme 可指定另一补贴项目的班级。
    Of its own programme, unless `programme` names another.
    """
    simulated = await _asked(session, shared, policy_id, wanted, selection.within(caller.reach))
    with shared.simulations.taken():
        simulation, found = await _walked(session, simulated, page, request)
    items, next_cursor = page.cut(found, key=lambda each: (*each.class_group.key, each.learner_id))
    return SimulationAnswer(
        policy_id=policy_id,
        versions=[version.version for version in simulated.versions],
        summary=summary(simulation.tally, most=MOST_LISTED) if page.cursor is None else None,
        items=[_person(each, caller.fields) for each in items],
        next_cursor=next_cursor,
    )


@router.post(
    "/{policy_id}/simulation/affected",
    summary="政策模拟名单导出 / Export who would change",
    response_class=StreamingResponse,
    responses=documented(400, 404, 413, 415, 503) | FILES,
)
async def export_affected(
    *,
    caller: Annotated[Caller, Allowed(Action.read_simulation, Audited.exports)],
    policy_id: PolicyPath,
    wanted: Wanted = NOTHING,
    selection: Selected,
    shared: Shared,
    plain: WITHOUT_FORM,
    format: Annotated[Format, Query(title="格式 / Format")] = Format.csv,  # noqa: A002 (its name in the contract)
) -> StreamingResponse:
    """All who would change, a row each; names are masked as in the pages of the answer.

    全部会变化的条目，每条一行。
    """
    delivered = replace(plain, format=format)
    simulated = await _asked(delivered.session, shared, policy_id, wanted, selection.within(caller.reach))
    pages = _rows(delivered.session, simulated, caller.fields)
    with shared.simulations.taken():
        return await delivered.file(Table(TITLE, COLUMNS, pages), name="what-if")


async def _asked(
    session: ReadSession, shared: Resources, policy_id: str, wanted: Wanted, selection: Selection
) -> Asked:
    policies = await shared.library.in_force(session)
    changes = [Change(name, value) for name, value in wanted.set.items()]
    instead = None if wanted.text is None else texts.read(wanted.text)
    simulated = asked(policies, policy_id, changes, selection, instead=instead)
    number = await enrollments(session, simulated.selection)
    if number > shared.settings.simulation_enrollments:
        raise SimulationTooLarge(number, shared.settings.simulation_enrollments)
    return simulated


async def _rows(session: ReadSession, simulated: Asked, fields: Fields) -> AsyncIterator[Sequence[Row]]:
    async for changed in Simulation(simulated).walk(session):
        yield [_row(_person(each, fields)) for each in changed]


def _row(person: ChangedPerson) -> Row:
    rules = [f"{rule.code}: {rule.before or '-'} > {rule.after or '-'}" for rule in person.rules]
    return [
        *(getattr(person, name) for name in PLAIN_COLUMNS),
        "; ".join(rules),
        person.subsidy_fen_now,
        person.subsidy_fen_then,
    ]


async def _walked(
    session: Snapshot, simulated: Asked, page: Page, request: Request
) -> tuple[Simulation, list[Changed]]:
    """The first page walks to the end, for its counts; a later one until it is full."""
    after = page.after(str, str, str)
    start = None if after is None else ClassGroupKey._make(after[:2])
    simulation, found = Simulation(simulated), list[Changed]()
    async for changed in simulation.walk(session, start=start):
        if len(found) <= page.limit:
            found += [each for each in changed if after is None or not _is_seen(each, after)]
        if (after is not None and len(found) > page.limit) or await request.is_disconnected():
            break
    return simulation, found[: page.limit + 1]


def _is_seen(changed: Changed, after: tuple[object, ...]) -> bool:
    """Of the class group that the last page ended in; those before it are not walked."""
    *class_group, learner_id = after
    return [*changed.class_group.key] == class_group and changed.learner_id <= str(learner_id)


def _person(changed: Changed, fields: Fields) -> ChangedPerson:
    class_group = changed.class_group
    return ChangedPerson(
        **class_group.key._asdict(),
        class_group_name=class_group.name,
        learner_id=changed.learner_id,
        learner_name=fields.show(Personal(PersonalKind.name, changed.name)),
        enterprise_uscc=class_group.enterprise_uscc,
        district=class_group.district_code,
        before=changed.before,
        after=changed.after,
        rules=[ChangedRule(code=code, before=before, after=after) for code, before, after in changed.rules],
        subsidy_fen_now=changed.amounts.now,
        subsidy_fen_then=changed.amounts.then,
    )
