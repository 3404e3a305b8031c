"""All SQL of reports."""

from sqlalchemy import insert, select

from app.core.ids import ActorId, Uscc
from app.db.models import EligibilityReport
from app.db.session import ReadSession, WriteSession
from app.reports.schemas import PackVersion, Period, Report, ReportedClassGroup


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


async def store(session: WriteSession, report: Report, created_by: ActorId) -> None:
    await session.execute(
        insert(EligibilityReport).values(
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
        )
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
