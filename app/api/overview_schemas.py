"""What `/api/v1/overview` answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import Field

from app.api.standings import Number, Shown
from app.core.vocabulary import DataHealth, Eligibility, Severity
from app.policies.schemas import Bilingual


class Totals(Shown):
    """一组班级的合计。Class groups added up."""

    class_groups: int = Field(title="班级数 / Class groups")
    running: int = Field(title="在班班级数 / Running", description="尚未结班。Not closed yet.")
    ending: int = Field(
        title="即将结束的班级数 / Ending soon",
        description="尚未结班，结束日在 today 至 ending_until 之间。"
        "Running, with its last day from today to ending_until.",
    )
    overdue: int = Field(
        title="逾期未结班的班级数 / Overdue",
        description="结束日已过而尚未结班。Running although its last day is over.",
    )
    counts: Mapping[Eligibility, int] = Field(
        title="按补贴资格计 / By eligibility",
        description="已评定班级的花名册条目；同一人参加两个班计两次。"
        "Enrollments of class groups that were assessed; who is in two counts twice.",
        examples=[{"withdrawn": 1, "in_progress": 40, "ineligible": 2, "eligible": 28}],
    )
    eligible_rate: Number | None = Field(
        title="符合补贴资格的比例 / Share that is eligible",
        description="符合 ÷ （符合 + 不符合 + 证据不足），不含在班和退班。"
        "Eligible ÷ (eligible + ineligible + insufficient evidence); nobody in progress or withdrawn.",
        examples=[0.9333],
    )


class TotalsOf(Totals):
    group: str | None = Field(title="组 / Group", description="null 表示未知。Null: unknown.")
    name: str | None = Field(title="企业名称 / Name of the enterprise")
    title: Bilingual | None = Field(
        title="项目名称 / Title of the programme",
        description="现行政策中的名称。As the policies in force call it.",
    )


class RuleFlags(Shown):
    """一条规则的未消除预警。The open findings of a rule."""

    rule: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    title: Bilingual | None = Field(
        title="名称 / Title", description="现行政策中的名称。As the policies in force call it."
    )
    severity: Severity = Field(title="效力 / Severity")
    findings: int = Field(title="条数 / Findings")


class DangerItem(Shown):
    """一条规则危及的学员人数。How many learners a rule endangers."""

    rule: str = Field(title="规则 / Rule", examples=["credited-hours"])
    title: Bilingual | None = Field(
        title="名称 / Title", description="现行政策中的名称。As the policies in force call it."
    )
    learners: int = Field(title="人数 / Learners")


class EndangeredClassGroup(Shown):
    """一个有人可能不达标的在班班级。A running class group with somebody who may not pass."""

    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    enterprise_uscc: str = Field(title="企业 / Enterprise")
    enterprise_name: str | None = Field(title="企业名称 / Name of the enterprise")
    ends_on: date = Field(title="结束日 / Ends on")
    in_progress: int = Field(title="在班人数 / In progress")
    lost: int = Field(title="已无法达标人数 / Lost")
    at_risk: int = Field(title="有风险人数 / At risk")
    dangers: Sequence[DangerItem] = Field(
        title="主要问题 / What endangers",
        description="使学员无法达标或有风险的规则，涉及人数多者在前；一人可计入多条。"
        "The rules that make the outlook of learners, most learners first; one may count for several.",
    )


class Week(Shown):
    monday: date = Field(title="周一 / Monday")
    class_groups: int = Field(title="结班班级数 / Class groups closed")
    eligible: int = Field(title="符合人数 / Eligible")
    ineligible: int = Field(title="不符合人数 / Ineligible")
    insufficient_evidence: int = Field(title="证据不足人数 / Insufficient evidence")


class MoneyAtStake(Shown):
    """补贴金额（分）。Subsidy, in fen."""

    closed_from: date = Field(
        title="结班日起 / Closed from",
        description="未指定时为结班日止所在年（未指定则为本年）的 1 月 1 日。"
        "Where nothing is asked, the first of January of the year of `closed_to`, else of this year.",
    )
    enrollments: int = Field(
        title="有判定金额的条目数 / Enrollments with an amount",
        description="0 表示所选班级尚无判定金额。0: no amount stands with any.",
    )
    granted_fen: int = Field(
        title="判定的补贴（分） / Granted", description="各条目现行判定的金额之和。The sum of what stands."
    )
    withheld_fen: int = Field(
        title="取决于阻断性预警的金额（分） / Depending on blocking findings",
        description="不符合或证据不足、且本人或班级有未消除的阻断性预警的条目，若符合则应得的金额："
        "按已计入学时、标准、年度上限和此前已判定的金额计算。"
        "What barred enrollments with an open blocking finding, their own or of their class group, would be "
        "paid were they eligible: by credited hours, rate, yearly cap and what was granted before.",
    )
    withheld_enrollments: int = Field(title="涉及的条目数 / Enrollments concerned")


class Overview(Shown):
    """总览。Everything at first sight."""

    as_of: datetime = Field(title="数据截至 / As of")
    today: date = Field(title="今日 / Today", description="北京时间。In Shanghai.")
    ending_until: date = Field(title="即将结束的末日 / Last day that is soon")
    totals: Totals = Field(title="合计 / Totals")
    by_district: Sequence[TotalsOf] = Field(
        title="按区划 / By district", description="班级最多的前 30 个。The 30 with most class groups."
    )
    by_programme: Sequence[TotalsOf] = Field(title="按补贴项目 / By programme")
    by_enterprise: Sequence[TotalsOf] = Field(
        title="按企业 / By enterprise",
        description="仅在指定区划时给出，班级最多的前 30 家。"
        "Where a district is named: the 30 with most class groups.",
    )
    lost: int = Field(
        title="已无法达标人数 / Lost", description="在班的花名册条目。Enrollments of running class groups."
    )
    at_risk: int = Field(title="有风险人数 / At risk")
    ending_with_lost: int = Field(
        title="即将结束且有人已无法达标的班级数 / Ending soon, with somebody lost",
    )
    ending_with_at_risk: int = Field(
        title="即将结束且有人有风险的班级数 / Ending soon, with somebody at risk"
    )
    endangered: Sequence[EndangeredClassGroup] = Field(
        title="最需关注的班级 / The most endangered",
        description="在班且有人已无法达标或有风险的，已无法达标人数多者在前，至多 12 个。"
        "Running, with somebody lost or at risk; most lost learners first, at most 12.",
    )
    flags: Sequence[RuleFlags] = Field(
        title="未消除的预警 / Open findings", description="按规则，多者在前。By rule, the most first."
    )
    raised_today: int = Field(
        title="今日新提出且未消除的阻断性预警 / Blocking findings raised today and still open"
    )
    platforms: Mapping[DataHealth, int] = Field(
        title="按数据状况计的平台数 / Platforms by data health",
        description="仅按平台筛选。Narrowed by platform only.",
    )
    weeks: Sequence[Week] = Field(
        title="近十二周结班的判定 / Twelve weeks of judgements",
        description="按结班所在周，北京时间。By the week in Shanghai in which class groups were closed.",
    )
    money: MoneyAtStake | None = Field(
        title="补贴金额 / Money",
        description="政策未设金额或平台查询时为 null。"
        "Null where no policy names an amount, and for platforms.",
    )
