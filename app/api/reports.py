"""`GET /api/v1/enterprises/{uscc}/eligibility-report`: what an enterprise claims with."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.exports import FILES_AND_PAPER, DeliveredOnPaperToo
from app.api.learners import Told, eligibility_item, told_to
from app.api.parameters import Day, OnlyKnown, PeriodReversed, UsccPath
from app.api.problems import documented
from app.api.report_document import report_document
from app.api.report_schemas import EligibilityReport, OpenClassGroup, ReportedClassGroup
from app.api.report_tables import tables_of
from app.core import clock
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Eligibility
from app.eligibility.answers import Standing
from app.eligibility.answers_final import ClaimedClassGroup, claimed_class_groups
from app.ledger.repository import ledger_size
from app.records.enterprises import KnownEnterprise, known_enterprise
from app.records.selection import Selection
from app.reports import schemas
from app.reports.errors import EnterpriseNotFound
from app.reports.printing import PrintFormat
from app.reports.schemas import IssuedReport, PackVersion, Period, ReportedLearner
from app.reports.service import issue
from app.trail.service import record

router = APIRouter(prefix="/api/v1", tags=["报告 / Reports"], dependencies=[OnlyKnown])

Claimed = Sequence[ClaimedClassGroup]
ToldOf = Mapping[ClassGroupKey, Told]


async def period_asked(
    first: Annotated[
        Day | None,
        Query(
            alias="from",
            title="结班日起 / Closed from",
            description="北京时间，含当日；默认为截止当年 1 月 1 日。"
            "Day in Shanghai, included; by default the first of January of the last day's year.",
            examples=["2026-01-01"],
        ),
    ] = None,
    last: Annotated[
        Day | None,
        Query(
            alias="to",
            title="结班日止 / Closed to",
            description="北京时间，含当日；默认为今天。Day in Shanghai, included; by default today.",
            examples=["2026-12-31"],
        ),
    ] = None,
) -> Period:
    end = last or clock.today()
    start = first or end.replace(month=1, day=1)
    if start > end:
        raise PeriodReversed("from", "to")
    return Period(start, end)


@router.get(
    "/enterprises/{uscc}/eligibility-report",
    summary="企业补贴资格报告 / Eligibility report of an enterprise",
    response_model=EligibilityReport,
    responses={**FILES_AND_PAPER, **documented(404)},
)
async def eligibility_report(
    *,
    caller: Annotated[Caller, Allowed(Action.read_report)],
    session: RepeatableUnit,
    shared: Shared,
    uscc: UsccPath,
    period: Annotated[Period, Depends(period_asked)],
    delivery: DeliveredOnPaperToo,
) -> EligibilityReport | Response:
    """Each time a new report is issued and kept, with what changed since the last one.

    每次查询均出具并留存一份新报告，列明与上一份的差异。未确定的班级单独列出，不作判断。
    """
    enterprise = await known_enterprise(session, uscc, caller.reach)
    if enterprise is None:
        raise EnterpriseNotFound
    selection = Selection(enterprise=uscc).within(caller.reach)
    claimed = await claimed_class_groups(session, selection, first=period.first, last=period.last)
    issued = await issue(
        session,
        uscc=uscc,
        period=period,
        created_by=caller.actor_id,
        at=clock.now(),
        ledger_size=await ledger_size(session),
        policy_versions=_pack_versions(claimed),
        class_groups=[_stored(each) for each in claimed if not each.open],
    )
    keys = [each.answer.key for each in claimed if not each.open]
    told = {key: await told_to(session, shared.key_ring, caller, key) for key in keys}
    report = _report(enterprise, issued, claimed, told)
    if delivery.format is None:
        subject = {"uscc": uscc, "report_id": str(report.report_id)}
        await record(session, caller, Action.read_report, subject, number=sum(report.counts.values()))
        return report
    name = f"eligibility-report-{uscc}"
    if delivery.format is PrintFormat.pdf:
        return await delivery.paper(lambda mark: report_document(report, mark), name)
    return await delivery.file(*tables_of(report), name=name)


def _pack_versions(claimed: Claimed) -> list[PackVersion]:
    versions = {
        PackVersion(standing.programme, standing.policy_version)
        for each in claimed
        for standing in each.standings
    }
    return sorted(versions)


def _stored(claimed: ClaimedClassGroup) -> schemas.ReportedClassGroup:
    answer = claimed.answer
    if answer.closed_at is None:
        raise TypeError("A class group that runs is not final.")
    learners = [
        ReportedLearner(each.learner_id, each.eligibility, each.subsidy_fen) for each in claimed.standings
    ]
    return schemas.ReportedClassGroup(answer.platform, answer.class_group_id, answer.closed_at, learners)


def _report(
    enterprise: KnownEnterprise, issued: IssuedReport, claimed: Claimed, told: ToldOf
) -> EligibilityReport:
    counts = Counter(standing.eligibility for each in claimed for standing in each.standings)
    return EligibilityReport.model_validate(
        {
            **_head(issued.report),
            "enterprise_uscc": enterprise.uscc,
            "enterprise_name": enterprise.name,
            "ledger_size": issued.report.ledger_size,
            "policy_versions": issued.report.policy_versions,
            "counts": {eligibility: counts[eligibility] for eligibility in Eligibility},
            "subsidy_fen": _sum(standing for each in claimed for standing in each.standings),
            "class_groups": [_class_group(each, told) for each in claimed if not each.open],
            "open_class_groups": [_open(each) for each in claimed if each.open],
            "last_report": None if issued.last is None else _head(issued.last),
            "changes": issued.changes,
        }
    )


def _head(report: schemas.Report) -> dict[str, object]:
    return {
        "report_id": report.report_id,
        "created_at": report.created_at,
        "closed_from": report.period.first,
        "closed_to": report.period.last,
    }


def _class_group(claimed: ClaimedClassGroup, told: ToldOf) -> ReportedClassGroup:
    persons = told[claimed.answer.key]
    learners = [eligibility_item(standing, persons) for standing in claimed.standings]
    return ReportedClassGroup.model_validate(
        {**claimed.answer._asdict(), "subsidy_fen": _sum(claimed.standings), "learners": learners}
    )


def _sum(standings: Iterable[Standing]) -> int | None:
    amounts = [standing.subsidy_fen for standing in standings if standing.subsidy_fen is not None]
    return sum(amounts) if amounts else None


def _open(claimed: ClaimedClassGroup) -> OpenClassGroup:
    return OpenClassGroup.model_validate({**claimed.answer._asdict(), "open": claimed.open})
