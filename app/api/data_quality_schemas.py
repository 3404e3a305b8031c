"""What `/api/v1/data-quality` answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Self
from uuid import UUID

from pydantic import Field

from app.api.standings import CLASS_GROUP_NAME, Number, Shown
from app.core.vocabulary import Feed, PlatformKind
from app.records.quality_intake import BATCHES_OF_A_FEED, REJECTIONS_OF_A_FEED
from app.records.quality_moments import RECORDS_OF_A_FEED, Moments
from app.records.quality_orphans import KEYS_OF_A_FEED
from app.rules.figures import shown_ratio


class CodeCount(Shown):
    code: str = Field(title="错误码 / Code", examples=["invalid_value"])
    errors: int = Field(title="次数 / Errors")


class FeedItem(Shown):
    """一类数据的接收情况。What came on a feed."""

    feed: Feed = Field(title="数据类型 / Feed")
    last_batch_id: UUID | None = Field(title="最近批次 / Last batch")
    last_received_at: datetime | None = Field(
        title="最近接收时间 / Last received at", description="null 表示从未收到。Null: nothing came yet."
    )
    counted_from: datetime | None = Field(
        title="统计起点 / Counted from",
        description=f"以下为最近 {BATCHES_OF_A_FEED} 个批次的合计。"
        f"What follows is over the newest {BATCHES_OF_A_FEED} batches.",
    )
    batches: int = Field(title="批次数 / Batches")
    received: int = Field(title="收到条数 / Records received")
    accepted: int = Field(title="接受条数 / Accepted")
    unchanged: int = Field(title="未变条数 / Unchanged")
    stale: int = Field(title="过期条数 / Stale")
    rejected: int = Field(title="拒绝条数 / Rejected")
    rejection_rate: Number | None = Field(title="拒绝率 / Rejection rate", examples=[0.0125])
    codes: Sequence[CodeCount] = Field(
        title="错误码分布 / Errors by code",
        description=f"最近 {REJECTIONS_OF_A_FEED} 条被拒记录。"
        f"Of the newest {REJECTIONS_OF_A_FEED} rejected records.",
    )


class OrphanItem(Shown):
    record_key: Mapping[str, str | int] = Field(
        title="记录的键 / Key of the record",
        examples=[{"class_group_id": "C1", "learner_id": "L1", "lesson_id": "S9"}],
    )
    missing: Mapping[str, str] = Field(
        title="尚未上报 / What has not arrived",
        description="字段及其所指的编号。Which field names something that has not arrived, and what.",
        examples=[{"lesson_id": "S9"}],
    )


class OrphanGroup(Shown):
    """一个班级一类数据中等待关联的记录。Of one feed and class group."""

    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    feed: Feed = Field(title="数据类型 / Feed")
    records: int = Field(title="条数 / Records")
    first: Sequence[OrphanItem] = Field(
        title="记录 / Records", description=f"至多 {KEYS_OF_A_FEED} 条。At most {KEYS_OF_A_FEED}."
    )


class OrphanPage(Shown):
    items: Sequence[OrphanGroup] = Field(title="本页 / This page")
    examined_class_groups: int = Field(title="本页检查的班级数 / Class groups examined for this page")
    next_cursor: str | None = Field(
        title="下一页游标 / Cursor of the next page",
        description="用于 /data-quality/orphans；null 表示已全部检查。"
        "For /data-quality/orphans; null: all have been examined.",
    )


class UnknownReference(Shown):
    """班级所指的项目或企业尚未上报。A class group whose project or enterprise has not arrived."""

    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    project_id: str | None = Field(title="未上报的项目 / Project that has not arrived")
    enterprise_uscc: str | None = Field(title="未上报的企业 / Enterprise that has not arrived")


class UnattendedLesson(Shown):
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    lesson_id: str = Field(title="课次 / Lesson")
    title: str = Field(title="课次名称 / Title")
    ends_at: datetime = Field(title="结束时间 / Ends at")


class DifferenceItem(Shown):
    """与认定信息不一致的企业信息。An entry that differs from the one that decides: the first one named."""

    uscc: str = Field(title="企业 / Enterprise")
    deciding_platform: str | None = Field(
        title="认定信息的平台 / Platform that decides", description="仅监管可见。For regulators only."
    )
    name: str = Field(title="企业名称 / Name")
    deciding_name: str = Field(title="认定的企业名称 / Name that decides")
    district_code: str = Field(title="区划 / District")
    deciding_district_code: str = Field(title="认定的区划 / District that decides")
    size: str | None = Field(title="规模 / Size")
    deciding_size: str | None = Field(title="认定的规模 / Size that decides")


class Gaps(Shown):
    silent_feeds: Sequence[Feed] = Field(
        title="中断的数据 / Silent feeds",
        description="有班级在培训期内，却已三天未收到。"
        "Class groups are running, and nothing came for three days.",
    )
    lessons_without_attendance: Sequence[UnattendedLesson] = Field(
        title="已结束但无考勤的课次 / Lessons that ended without attendance",
        description="未结班班级的直播、线下课次，最近的在前，至多 100 条。"
        "Live and offline lessons of class groups that are not closed; latest first, at most 100.",
    )


class Orphans(OrphanPage):
    class_groups: Sequence[str] = Field(
        title="尚未上报的班级 / Class groups that have not arrived",
        description="已有记录提及，至多 100 个。Records speak of them; at most 100.",
    )
    references: Sequence[UnknownReference] = Field(
        title="缺项目或企业的班级 / Class groups without project or enterprise",
        description="至多 100 个。At most 100.",
    )


class Times(Shown):
    """所报时间的可信程度（抽样）。What the times that it claims are worth; of a bounded sample."""

    class_groups: int = Field(title="抽查的班级数 / Class groups looked at")
    records: int = Field(
        title="记录数 / Records",
        description=f"有时间的考勤与学习记录，每班每类前 {RECORDS_OF_A_FEED} 条。"
        f"Attendance and learning records that claim a time, the first {RECORDS_OF_A_FEED} of each feed.",
    )
    quoting: int = Field(title="引用检查点的 / Quoting a checkpoint")
    unknown: int = Field(title="所引检查点不存在的 / Quoting what was no checkpoint")
    bracketed: int = Field(
        title="时间可佐证的 / Bracketed",
        description="所引检查点的签发不晚于其开始。Begun after the checkpoint that they quote.",
    )
    backdated: int = Field(
        title="倒填的 / Back-dated",
        description="所称的结束早于所引检查点的签发。Over, as they say, before the checkpoint they quote.",
    )
    late: int | None = Field(
        title="迟到的 / Late",
        description="结束后过久才收到；未设置时限时为 null。Null where no time is set.",
    )
    bracketed_rate: Number | None = Field(title="可佐证率 / Bracketed rate", examples=[0.9875])
    backdated_rate: Number | None = Field(title="倒填率 / Back-dated rate", examples=[0])
    late_rate: Number | None = Field(
        title="迟到率 / Late rate",
        description="占设有时限的课次的记录。Of the records of lessons for which a time is set.",
        examples=[0.0125],
    )

    @classmethod
    def of(cls, moments: Moments) -> Self:
        counts = moments.tally._asdict()
        timed = counts.pop("timed")
        return cls(
            **counts | {"class_groups": moments.class_groups, "late": counts["late"] if timed else None},
            bracketed_rate=_share(*moments.tally.bracketed_parts),
            backdated_rate=_share(*moments.tally.backdated_parts),
            late_rate=_share(*moments.tally.late_parts),
        )


def _share(part: int, whole: int) -> Decimal | None:
    return shown_ratio(Fraction(part, whole)) if whole else None


class PlatformItem(Shown):
    """一个平台的数据质量。The data quality of a platform."""

    platform: str = Field(title="平台 / Platform")
    name: str = Field(title="平台名称 / Name")
    kind: PlatformKind = Field(title="平台类型 / Kind")
    feeds: Sequence[FeedItem] = Field(title="各类数据 / Feeds")
    orphans: Orphans = Field(
        title="等待关联的记录 / Orphans",
        description="所属班级、课次或花名册条目尚未上报；到齐后自动计入。"
        "Their class group, lesson or enrollment has not arrived; they count as soon as it does.",
    )
    gaps: Gaps = Field(title="缺口 / Gaps")
    times: Times = Field(title="时间的可信程度 / What claimed times are worth")
    enterprise_differences: Sequence[DifferenceItem] = Field(
        title="企业信息不一致 / Entries of enterprises that differ", description="至多 100 条。At most 100."
    )


class CompletenessItem(Shown):
    """结班前的数据完整性。How complete a class group is, before it is closed."""

    headcount: int = Field(title="实际人数 / Headcount", description="不含退班。Without those who withdrew.")
    withdrawn: int = Field(title="退班人数 / Withdrawn")
    lessons: int = Field(title="课次数 / Lessons")
    lessons_due: int = Field(title="已到期课次数 / Lessons due")
    lessons_without_attendance: Sequence[str] = Field(
        title="无考勤的课次 / Lessons without attendance",
        description="已到期的直播、线下课次。Due live and offline lessons.",
    )
    lessons_without_records: Sequence[str] = Field(
        title="无任何记录的课次 / Lessons without any record",
        description="已到期，且既无考勤也无学习记录；选修录播除外。"
        "Due, with neither attendance nor learning records; but for films that nobody has to watch.",
    )
    learners_without_records: Sequence[str] = Field(
        title="无任何记录的学员 / Learners without any record",
        description="未退班，且既无考勤也无学习记录。Not withdrawn, with neither.",
    )


class ClassGroupQuality(Shown):
    completeness: CompletenessItem = Field(title="完整性 / Completeness")
    orphans: Sequence[OrphanGroup] = Field(title="等待关联的记录 / Orphans")
