"""An enterprise's eligibility report in the form of the API."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.api.learners import EligibilityItem
from app.api.standings import Shown
from app.core.vocabulary import Eligibility
from app.eligibility.schemas import OpenPoint


class PackVersion(Shown):
    programme: str = Field(title="补贴项目 / Programme")
    version: str = Field(title="政策版本 / Policy version")


class ReportedClassGroup(Shown):
    """资格已确定的班级。A class group whose eligibility is final."""

    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    starts_on: date = Field(title="开班日 / Starts on")
    ends_on: date = Field(title="结束日 / Ends on")
    closed_at: datetime = Field(title="结班时间 / Closed at")
    planned_headcount: int = Field(title="计划人数 / Planned headcount")
    headcount: int = Field(title="实际人数 / Headcount")
    counts: Mapping[Eligibility, int] = Field(title="按补贴资格计 / By eligibility")
    subsidy_fen: int | None = Field(
        title="补贴金额合计（分） / Subsidy in fen",
        description="null 表示政策未规定金额。Null: the policy names no amount.",
        examples=[2000000],
    )
    learners: Sequence[EligibilityItem] = Field(title="学员 / Learners")


class OpenClassGroup(Shown):
    """尚未确定的班级，本报告不作判断。A class group that is not final, and not judged here."""

    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    name: str = Field(title="班级名称 / Name")
    programme: str = Field(title="补贴项目 / Programme")
    ends_on: date = Field(title="结束日 / Ends on")
    closed_at: datetime | None = Field(title="结班时间 / Closed at")
    open: Sequence[OpenPoint] = Field(title="原因 / Why it is open")


class ChangeItem(Shown):
    """与上一份报告不同之处。What the last report said otherwise."""

    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    learner_id: str = Field(title="学员 / Learner")
    before: Eligibility | None = Field(
        title="上次 / Before", description="null 表示上次未列入。Null: it was not in the last one."
    )
    now: Eligibility | None = Field(
        title="本次 / Now", description="null 表示本次未列入。Null: it is not in this one."
    )
    subsidy_fen_before: int | None = Field(title="上次金额（分） / Subsidy before")
    subsidy_fen_now: int | None = Field(title="本次金额（分） / Subsidy now")


class LastReport(Shown):
    report_id: UUID = Field(title="报告编号 / Report")
    created_at: datetime = Field(title="出具时间 / Created at")
    closed_from: date = Field(title="结班日起 / Closed from")
    closed_to: date = Field(title="结班日止 / Closed to")


class EligibilityReport(Shown):
    """企业补贴资格报告。出具后不再更改，当日内容未变的不另出具。Never changed once issued."""

    report_id: UUID = Field(title="报告编号 / Report")
    created_at: datetime = Field(title="出具时间 / Created at")
    enterprise_uscc: str = Field(title="企业 / Enterprise")
    enterprise_name: str | None = Field(title="企业名称 / Name of the enterprise")
    closed_from: date = Field(title="结班日起 / Closed from")
    closed_to: date = Field(title="结班日止 / Closed to")
    ledger_size: int = Field(title="账本条目数 / Ledger size", description="报告所依据。What it rests on.")
    policy_versions: Sequence[PackVersion] = Field(title="政策版本 / Policy versions")
    counts: Mapping[Eligibility, int] = Field(title="按补贴资格计 / By eligibility")
    subsidy_fen: int | None = Field(
        title="补贴金额合计（分） / Subsidy in fen",
        description="各班级之和；null 表示均未规定金额。"
        "Of all class groups; null: no policy of them names an amount.",
        examples=[2000000],
    )
    class_groups: Sequence[ReportedClassGroup] = Field(title="班级 / Class groups")
    open_class_groups: Sequence[OpenClassGroup] = Field(
        title="尚未确定的班级 / Class groups that are not final",
        description="期内结班但未全部评定，或应在期内结束而未结班；为查询时的情形，不属于报告所判断的内容。"
        "Closed in the period and not judged whole, or running though they were to end in it; as they stand "
        "when it is read, and no part of what the report judges.",
    )
    last_report: LastReport | None = Field(
        title="上一份报告 / Last report",
        description="同一客户端就同一企业、期间有重叠的上一份。"
        "The last one that this client was given of the enterprise, its period overlapping.",
    )
    changes: Sequence[ChangeItem] = Field(
        title="与上一份的差异 / Changes since the last one",
        description="两份报告期间都包含的班级中，资格或金额不同的学员。"
        "Whose eligibility or money differs, of class groups that both periods hold.",
    )
