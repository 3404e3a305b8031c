"""`GET /api/v1/enterprises/{uscc}/eligibility-report`: what an enterprise claims with."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Response

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Resources, Shared, Within
from app.api.exports import FILES_AND_PAPER, DeliveredOnPaperToo, Delivery
from app.api.learners import Told, eligibility_item, told_to
from app.api.parameters import Day, OnlyKnown, PeriodReversed, UsccPath
from app.api.problems import documented
from app.api.report_document import report_document
from app.api.report_schemas import EligibilityReport, OpenClassGroup, ReportedClassGroup
from app.api.report_tables import tables_of
from app.core import clock
from app.core.ids import ClassGroupKey, Uscc
from app.core.vocabulary import Eligibility
from app.db.failures import DatabaseBusy, is_overtaken
from app.db.session import WriteSession, transaction
from app.eligibility.answers import Standing
from app.eligibility.answers_final import ClaimedClassGroup, claimed_class_groups
from app.ledger.canonical import Json, canonical_json_fast
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
    within: Within,
    shared: Shared,
    uscc: UsccPath,
    period: Annotated[Period, Depends(period_asked)],
    delivery: DeliveredOnPaperToo,
) -> EligibilityReport | Response:
    """A report is issued and kept, with what changed since the last one.

    Asked for again on the same day (Asia/Shanghai) by the same caller, in whatever format, it is the same
    report, number and time, until something that it tells of class groups that are final has changed: then a
    new one is issued.

    出具并留存一份报告，列明与上一份的差异。同一调用方当日（北京时间）再次查询或下载其他格式，内容未变的，
    给出同一份报告（编号、时间不变）；已确定班级的内容有变化的，出具新的一份。尚未确定的班级单独列出其目前情形，不作判断。
    """
    asked = Asked(caller, shared, uscc, period)
    for is_last in (False, False, True):
        try:
            async with transaction(shared.database, repeatable=True, within=within) as session:
                return await _answered(session, asked, delivery.within(session))
        except DatabaseBusy as busy:
            if is_last or not is_overtaken(busy):
                raise
    raise AssertionError("the last try returns or raises")


class Asked(NamedTuple):
    caller: Caller
    shared: Resources
    uscc: Uscc
    period: Period


async def _answered(session: WriteSession, asked: Asked, delivery: Delivery) -> EligibilityReport | Response:
    """Issued before anything is made of it: who is overtaken has done nothing yet."""
    caller, shared, uscc, period = asked
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
        contents=_contents(claimed),
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


def _contents(claimed: Claimed) -> bytes:
    """A hash of what is told of class groups that are final, and of their learners, names aside."""
    told: Json = [
        [
            *(*each.answer.key, each.answer.name, each.answer.programme, str(each.answer.closed_at)),
            *(str(each.answer.starts_on), str(each.answer.ends_on), each.answer.planned_headcount),
            *map(_told_of, each.standings),
        ]
        for each in claimed
        if not each.open
    ]
    return sha256(canonical_json_fast(told)).digest()


def _told_of(standing: Standing) -> Sequence[Json]:
    rules = [
        [each.code, each.outcome, str(each.observed), str(each.threshold), each.waived_by]
        for each in standing.rules
    ]
    facts = {name: str(figure) for name, figure in standing.facts.items()}
    said = (standing.learner_id, standing.policy_version, standing.eligibility, standing.subsidy_fen)
    return [*said, facts, rules]


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
