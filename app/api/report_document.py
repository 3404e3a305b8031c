"""An enterprise's eligibility report as a document to print."""

from collections.abc import Iterator

from app.api.learners import EligibilityItem
from app.api.report_schemas import ChangeItem, EligibilityReport, OpenClassGroup, ReportedClassGroup
from app.api.sheet_document import ELIGIBILITIES, moment, yuan
from app.core.errors import Text
from app.core.vocabulary import Eligibility
from app.reports.documents import Document, Grid, Pair, Section, Tone, numbered
from app.reports.watermark import Watermark

TITLE = Text("企业补贴资格报告", "Eligibility report of an enterprise")
MOST_LEARNERS = 2000
CLASS_GROUP = Text("班级", "Class group")
LEARNER = Text("学员", "Learner")
ELIGIBILITY = Text("补贴资格", "Eligibility")
YUAN = Text("补贴（元）", "Subsidy, yuan")


def report_document(report: EligibilityReport, mark: Watermark) -> Document:
    eligible, whole = report.counts[Eligibility.eligible], sum(report.counts.values())
    return Document(
        title=TITLE,
        number=str(report.report_id),
        verdict=Text(f"{whole} 人中 {eligible} 人符合补贴资格", f"{eligible} of {whole} eligible"),
        tone=Tone.plain,
        remark=_money(report),
        pairs=list(_about(report)),
        sections=numbered(list(_sections(report))),
        mark=mark,
    )


def _money(report: EligibilityReport) -> Text:
    if not report.class_groups:
        return Text("期内没有资格已确定的班级。", "No class group of the period is final.")
    if report.subsidy_fen is None:
        return Text("各班级所适用的政策均未规定金额。", "No policy of these class groups names an amount.")
    amount = yuan(report.subsidy_fen)
    return Text(f"补贴金额合计 {amount} 元。", f"Subsidy in all: {amount} yuan.")


def _about(report: EligibilityReport) -> Iterator[Pair]:
    versions = "、".join(f"{each.programme} {each.version}" for each in report.policy_versions)
    last = report.last_report
    counts = "、".join(
        f"{ELIGIBILITIES[each][0].zh} {count}" for each, count in report.counts.items() if count
    )
    yield Pair(Text("培训企业", "Enterprise"), report.enterprise_name or "—", report.enterprise_uscc)
    yield Pair(Text("结班期间", "Closed"), f"{report.closed_from} 至 {report.closed_to}")
    yield Pair(Text("出具时间", "Created at"), moment(report.created_at))
    yield Pair(Text("账本条目数", "Ledger size"), str(report.ledger_size))
    yield Pair(Text("政策版本", "Policy versions"), versions or "—")
    yield Pair(Text("人数", "Learners"), counts or "0")
    yield Pair(
        Text("上一份报告", "Last report"),
        "无" if last is None else str(last.report_id),
        "" if last is None else moment(last.created_at),
        is_code=last is not None,
    )


def _sections(report: EligibilityReport) -> Iterator[Section]:
    yield Section(Text("资格已确定的班级", "Class groups that are final"), grid=_class_groups(report))
    yield Section(Text("学员", "Learners"), grid=_learners(report))
    if report.open_class_groups:
        note = Text("本报告对下列班级不作判断。", "These are not judged here.")
        title = Text("尚未确定的班级", "Class groups that are not final")
        yield Section(title, note, grid=_open(report))
    title = Text("与上一份报告的差异", "Changes since the last report")
    if report.last_report is None:
        yield Section(title, Text("没有可比较的上一份报告。", "There is no last report to compare with."))
    else:
        yield Section(title, grid=_changes(report))


def _class_groups(report: EligibilityReport) -> Grid:
    columns = [
        CLASS_GROUP,
        Text("补贴项目", "Programme"),
        Text("培训期", "Period"),
        Text("结班时间", "Closed at"),
        Text("人数", "Headcount"),
        Text("符合", "Eligible"),
        YUAN,
    ]
    return Grid.cut(columns, [5, 4, 4, 4, 2, 2, 3], [_class_group(each) for each in report.class_groups])


def _class_group(each: ReportedClassGroup) -> list[str]:
    return [
        f"{each.name}（{each.platform} {each.class_group_id}）",
        each.programme,
        f"{each.starts_on} 至 {each.ends_on}",
        moment(each.closed_at),
        str(each.headcount),
        str(each.counts.get(Eligibility.eligible, 0)),
        yuan(each.subsidy_fen),
    ]


def _learners(report: EligibilityReport) -> Grid:
    columns = [
        CLASS_GROUP,
        LEARNER,
        Text("姓名", "Name"),
        Text("证件后四位", "Last four"),
        ELIGIBILITY,
        Text("学时", "Hours"),
        Text("未通过或缺数据", "Failed or without data"),
        YUAN,
    ]
    rows = [_learner(group, each) for group in report.class_groups for each in group.learners]
    return Grid.cut(columns, [3, 3, 3, 2, 3, 2, 5, 3], rows, most=MOST_LEARNERS)


def _learner(group: ReportedClassGroup, each: EligibilityItem) -> list[str]:
    at_fault = [*each.failed_rules, *(f"{code}（缺）" for code in each.missing_rules)]
    return [
        f"{group.platform} {group.class_group_id}",
        each.learner_id,
        each.learner_name,
        each.id_number_last_four or "—",
        ELIGIBILITIES[each.eligibility][0].zh,
        "—" if each.credited_hours is None else f"{each.credited_hours:f}",
        "、".join(at_fault),
        yuan(each.subsidy_fen),
    ]


def _open(report: EligibilityReport) -> Grid:
    columns = [CLASS_GROUP, Text("结束日", "Ends on"), Text("结班时间", "Closed at"), Text("原因", "Why")]
    return Grid.cut(columns, [5, 3, 4, 6], [_open_row(each) for each in report.open_class_groups])


def _open_row(each: OpenClassGroup) -> list[str]:
    why = "；".join(point.text.zh for point in each.open)
    return [
        f"{each.name}（{each.platform} {each.class_group_id}）",
        str(each.ends_on),
        moment(each.closed_at),
        why,
    ]


def _changes(report: EligibilityReport) -> Grid:
    columns = [CLASS_GROUP, LEARNER, Text("上次", "Before"), Text("本次", "Now"), YUAN]
    return Grid.cut(columns, [4, 4, 4, 4, 4], [_change(each) for each in report.changes], most=MOST_LEARNERS)


def _change(each: ChangeItem) -> list[str]:
    money = (each.subsidy_fen_before, each.subsidy_fen_now)
    return [
        f"{each.platform} {each.class_group_id}",
        each.learner_id,
        _said(each.before),
        _said(each.now),
        "" if money == (None, None) else f"{yuan(money[0])} → {yuan(money[1])}",
    ]


def _said(eligibility: Eligibility | None) -> str:
    return "未列入" if eligibility is None else ELIGIBILITIES[eligibility][0].zh
