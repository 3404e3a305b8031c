"""An eligibility report as tables: learners first, since CSV has room for one."""

from collections.abc import AsyncIterator, Sequence

from app.api.exports import columns_of
from app.api.learners import EligibilityItem
from app.api.report_schemas import ChangeItem, EligibilityReport, OpenClassGroup, ReportedClassGroup
from app.core.errors import Text
from app.reports.cells import Cell
from app.reports.tables import Column, Row, Table

OF_THE_REPORT = ("report_id", "created_at", "ledger_size", "enterprise_uscc")
OF_THE_CLASS_GROUP = ("platform", "class_group_id", "name", "programme", "closed_at")
OF_THE_LEARNER = (
    *("learner_id", "learner_name", "id_number_last_four", "eligibility", "credited_hours"),
    *("failed_rules", "missing_rules", "policy_version", "assessed_at", "subsidy_fen"),
)
OF_THE_SUM = (*OF_THE_CLASS_GROUP, "headcount", "subsidy_fen")
OPEN = Column("open", Text("尚未确定的原因", "Why the class group is not final"))


def tables_of(report: EligibilityReport) -> list[Table]:
    return [_learners(report), _changes(report), _about(report), _class_groups(report)]


def _learners(report: EligibilityReport) -> Table:
    """A row for each learner, and one for each class group that is still open, which names nobody."""
    head: list[Cell] = [str(report.report_id), report.created_at, report.ledger_size, report.enterprise_uscc]
    rows: list[Row] = [
        [*head, *_values(class_group, OF_THE_CLASS_GROUP), *_values(learner, OF_THE_LEARNER), None]
        for class_group in report.class_groups
        for learner in class_group.learners
    ]
    nobody: list[Cell] = [None] * len(OF_THE_LEARNER)
    rows += [
        [*head, *_values(class_group, OF_THE_CLASS_GROUP), *nobody, "; ".join(class_group.open)]
        for class_group in report.open_class_groups
    ]
    columns = [
        *columns_of(EligibilityReport, OF_THE_REPORT),
        *columns_of(ReportedClassGroup, OF_THE_CLASS_GROUP),
        *columns_of(EligibilityItem, OF_THE_LEARNER),
        OPEN,
    ]
    return Table(Text("学员", "Learners"), columns, _one_page(rows))


def _changes(report: EligibilityReport) -> Table:
    names = list(ChangeItem.model_fields)
    rows = [_values(change, names) for change in report.changes]
    return Table(Text("变化", "Changes"), columns_of(ChangeItem, names), _one_page(rows))


def _class_groups(report: EligibilityReport) -> Table:
    rows = [_values(class_group, OF_THE_SUM) for class_group in report.class_groups]
    columns = columns_of(ReportedClassGroup, OF_THE_SUM)
    return Table(Text("班级", "Class groups"), columns, _one_page(rows))


def _about(report: EligibilityReport) -> Table:
    """What the report is and rests on, a line each."""
    versions = "; ".join(f"{each.programme} {each.version}" for each in report.policy_versions)
    last = report.last_report
    rows: list[Row] = [
        ("report_id", str(report.report_id)),
        ("created_at", report.created_at),
        ("enterprise_uscc", report.enterprise_uscc),
        ("enterprise_name", report.enterprise_name),
        ("closed_from", report.closed_from),
        ("closed_to", report.closed_to),
        ("ledger_size", report.ledger_size),
        ("policy_versions", versions),
        *((eligibility.value, count) for eligibility, count in report.counts.items()),
        ("subsidy_fen", report.subsidy_fen),
        ("last_report", None if last is None else str(last.report_id)),
    ]
    columns = [Column("item", Text("项目", "Item")), Column("value", Text("内容", "Value"))]
    return Table(Text("报告", "Report"), columns, _one_page(rows))


def _values(
    item: ReportedClassGroup | OpenClassGroup | EligibilityItem | ChangeItem, names: Sequence[str]
) -> list[Cell]:
    return [_cell(getattr(item, name)) for name in names]


def _cell(value: Cell | list[str] | tuple[str, ...]) -> Cell:
    return "; ".join(value) if isinstance(value, list | tuple) else value


async def _one_page(rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    yield rows
