"""All SQL of reports."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import ActorId, Uscc
from app.db.models import EligibilityReport
from app.db.session import ReadSession, WriteSession
from app.reports.schemas import PackVersion, Period, Report, ReportedClassGroup


class Edition(NamedTuple):
    """A report as it stands among those of one caller, enterprise and period."""

    number: int
    """From 1."""
    report: Report
    last_report_id: UUID | None
    contents: bytes | None


async def last_report(session: ReadSession, uscc: Uscc, period: Period, created_by: ActorId) -> Report | None:
    """The last one that this client was given about the enterprise and any day of the period."""
    statement = (
        select(EligibilityReport)
        .where(
            EligibilityReport.uscc == uscc,
            EligibilityReport.created_by == created_by,
            EligibilityReport.closed_from <= period.last,
            EligibilityReport.closed_to >= period.first,
        )
        .order_by(EligibilityReport.created_at.desc())
        .limit(1)
    )
    row = await session.scalar(statement)
    return None if row is None else _report(row)


async def last_edition(
    session: ReadSession, uscc: Uscc, period: Period, created_by: ActorId
) -> Edition | None:
    """Of this very period."""
    statement = (
        select(EligibilityReport)
        .where(
            EligibilityReport.created_by == created_by,
            EligibilityReport.uscc == uscc,
            EligibilityReport.closed_from == period.first,
            EligibilityReport.closed_to == period.last,
            EligibilityReport.edition.is_not(None),
        )
        .order_by(EligibilityReport.edition.desc())
        .limit(1)
    )
    row = await session.scalar(statement)
    if row is None or row.edition is None:
        return None
    return Edition(row.edition, _report(row), row.last_report_id, row.contents_sha256)


async def report(session: ReadSession, report_id: UUID) -> Report | None:
    row = await session.get(EligibilityReport, report_id)
    return None if row is None else _report(row)


async def store(session: WriteSession, edition: Edition, created_by: ActorId) -> None:
    """Where another transaction stored the edition of this number meanwhile, this one is overtaken."""
    report = edition.report
    await session.execute(
        insert(EligibilityReport)
        .values(
            report_id=report.report_id,
            uscc=report.uscc,
            closed_from=report.period.first,
            closed_to=report.period.last,
            created_at=report.created_at,
            created_by=created_by,
            ledger_size=report.ledger_size,
            policy_versions=[version._asdict() for version in report.policy_versions],
            entries=[class_group.stored() for class_group in report.class_groups],
            class_groups=[f"{each.platform} {each.class_group_id}" for each in report.class_groups],
            edition=edition.number,
            last_report_id=edition.last_report_id,
            contents_sha256=edition.contents,
        )
        .on_conflict_do_nothing()
    )


def _report(row: EligibilityReport) -> Report:
    return Report(
        report_id=row.report_id,
        uscc=Uscc(row.uscc),
        period=Period(row.closed_from, row.closed_to),
        created_at=row.created_at,
        ledger_size=row.ledger_size,
        policy_versions=[PackVersion(**version) for version in row.policy_versions],
        class_groups=[ReportedClassGroup.from_stored(entry) for entry in row.entries],
    )
