"""`/api/v1/overview`: how everything stands at first sight, for officials and platforms."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared, Snapshot
from app.api.overview_schemas import DangerItem, EndangeredClassGroup, Overview, RuleFlags, TotalsOf
from app.api.parameters import OnlyKnown, Selected
from app.api.problems import documented
from app.api.rule_titles import titles_of
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupKey
from app.core.vocabulary import DataHealth, Eligibility, FindingState, Severity
from app.db.session import ReadSession
from app.eligibility import overview as room
from app.eligibility.danger import Danger
from app.eligibility.overview_repository import RunningRow, Sums, SumsOf
from app.findings.schemas import FindingCount, FindingFilter
from app.findings.service import count_findings
from app.policies.schemas import Bilingual
from app.records.quality_freshness import freshness
from app.records.selection import Selection

router = APIRouter(prefix="/api/v1", tags=["合规 / Compliance"], dependencies=[OnlyKnown])


@router.get("/overview", summary="总览 / Overview", responses=documented(400))
async def overview(
    *,
    caller: Annotated[Caller, Allowed(Action.read_compliance)],
    session: Snapshot,
    shared: Shared,
    selection: Selected,
) -> Overview:
    """Added up over the class groups selected. Each figure is the length of a list with the same filters.

    按所选班级合计；每个数字都可用相同的筛选条件在相应列表中查到。
    """
    at = clock.now()
    visible = selection.within(caller.reach)
    policies = await shared.library.in_force(session)
    found = await room.overview(
        session,
        policies,
        visible,
        at,
        with_money=caller.reach.platform is None,
        by_enterprise=selection.districts is not None,
    )
    programmes = {each.policy_id: each.title for each in policies.policies()}
    titles = titles_of(policies)
    told = {
        "as_of": at,
        "today": found.today,
        "ending_until": found.ending_until,
        "totals": _totals(found.all.sums),
        "by_district": [_totals_of(each) for each in found.districts],
        "by_programme": [_totals_of(each, programmes) for each in found.programmes],
        "by_enterprise": [_totals_of(each) for each in found.enterprises],
        **found.fares._asdict(),
        "endangered": [_endangered(each, found.dangers, titles) for each in found.endangered],
        "flags": _flags(await _open(session, visible), titles),
        "raised_today": await _raised_today(session, visible, at),
        "platforms": await _platforms(session, caller, visible, at),
        "weeks": found.weeks,
        "money": found.money,
    }
    return Overview.model_validate(told)


def _totals_of(found: SumsOf, titles: Mapping[str, Bilingual] = MappingProxyType({})) -> TotalsOf:
    told = {"group": found.group or None, "name": found.name, "title": titles.get(found.group)}
    return TotalsOf.model_validate(_totals(found.sums) | told)


def _totals(sums: Sums) -> dict[str, Any]:
    told = sums._asdict()
    counts = {kind: told.pop(kind) for kind in Eligibility}
    return {**told, "counts": counts, "eligible_rate": sums.eligible_rate}


def _endangered(
    row: RunningRow, dangers: Mapping[ClassGroupKey, Sequence[Danger]], titles: Mapping[str, Bilingual]
) -> EndangeredClassGroup:
    told = [
        DangerItem(rule=each.rule, title=titles.get(each.rule), learners=each.learners)
        for each in dangers.get(ClassGroupKey(*row[:2]), ())
    ]
    return EndangeredClassGroup.model_validate({**row._asdict(), "dangers": told})


async def _open(session: ReadSession, selection: Selection) -> list[FindingCount]:
    return await count_findings(session, FindingFilter(class_groups=selection, state=FindingState.open))


def _flags(counted: Sequence[FindingCount], titles: Mapping[str, Bilingual]) -> list[RuleFlags]:
    """Failed and missing together."""
    numbers: Counter[tuple[str, str]] = Counter()
    for each in counted:
        numbers[each.rule, each.severity] += each.findings
    return [
        RuleFlags(rule=rule, title=titles.get(rule), severity=Severity(severity), findings=number)
        for (rule, severity), number in numbers.most_common()
    ]


async def _raised_today(session: ReadSession, selection: Selection, at: datetime) -> int:
    wanted = FindingFilter(
        class_groups=selection,
        state=FindingState.open,
        severity=Severity.blocking,
        since=datetime.combine(at.astimezone(SHANGHAI).date(), time(), SHANGHAI),
    )
    return sum(each.findings for each in await count_findings(session, wanted))


async def _platforms(
    session: ReadSession, caller: Caller, selection: Selection, at: datetime
) -> dict[DataHealth, int]:
    found = Counter(
        each.health for each in await freshness(session, caller.reach, at, only=selection.platform)
    )
    return {health: found[health] for health in DataHealth}
