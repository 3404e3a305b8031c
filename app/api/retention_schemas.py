"""The shape of what is told of clocks, holds and disposals."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.parameters import LocalId
from app.api.standings import CLASS_GROUP_NAME, PLATFORM_NAME, Shown
from app.policies.schemas import Bilingual
from app.retention.schemas import (
    About,
    ClassGroupClock,
    Disposed,
    Due,
    Hold,
    KeptFor,
    ObjectClock,
    PolicyTerm,
)
from app.rules.retention import Applied, Kind

REASON = r"^[^\x00-\x1f\x7f]*$"
"""Without control characters."""
WITHOUT_END = "null 表示没有终点。Null: without end."


class TermItem(Shown):
    """政策规定的一项保存期限。A term that a policy sets."""

    policy_id: str = Field(title="政策 / Policy")
    version: str = Field(title="版本 / Version")
    code: str = Field(title="期限代码 / Term", examples=["originals"])
    title: Bilingual = Field(title="名称 / Title")
    clause: str = Field(title="依据条款 / Clause")
    months: int | None = Field(
        title="月数 / Months", description="null 表示文件未规定。Null: the text sets none."
    )
    days: int | None = Field(title="天数 / Days", description="另加。Added to the months.")

    @classmethod
    def of(cls, each: PolicyTerm) -> Self:
        months, days = each.term.length or (None, None)
        return cls(
            policy_id=each.policy_id,
            version=each.version,
            code=each.term.code,
            title=Bilingual.of(each.term.title),
            clause=each.term.clause,
            months=months,
            days=days,
        )


class AppliedTerm(Shown):
    """适用于此类资料的期限。A term that applies to things of a kind."""

    code: str = Field(title="期限代码 / Term")
    clause: str = Field(title="依据条款 / Clause")
    keep_until: date | None = Field(title="保存至 / Keep until", description=WITHOUT_END)

    @classmethod
    def of(cls, applied: Applied) -> Self:
        return cls(code=applied.term.code, clause=applied.term.clause, keep_until=applied.until)


class KindItem(Shown):
    """一类资料。Things of one kind."""

    kind: Kind = Field(title="类别 / Kind")
    number: int = Field(title="数量 / Number")
    since: date | None = Field(
        title="起算日 / Since", description="null 表示班级未结。Null: the class group runs."
    )
    keep_until: date | None = Field(title="保存至 / Keep until", description=WITHOUT_END)
    terms: Sequence[AppliedTerm] = Field(
        title="适用期限 / Terms", description="以最长者为准。The longest holds."
    )

    @classmethod
    def of(cls, each: ObjectClock) -> Self:
        terms = [AppliedTerm.of(applied) for applied in each.kept.by]
        return cls(
            kind=each.kind, number=each.number, since=each.since, keep_until=each.kept.until, terms=terms
        )


class OtherClassGroup(Shown):
    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    keep_until: date | None = Field(title="保存至 / Keep until", description=WITHOUT_END)

    @classmethod
    def of(cls, each: KeptFor) -> Self:
        return cls(**each.key._asdict(), class_group_name=each.name, keep_until=each.until)


class HoldItem(Shown):
    """一条冻结。A legal hold."""

    hold_id: UUID = Field(title="冻结编号 / Hold")
    about: About = Field(title="对象 / About")
    platform: str | None = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str | None = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    learner_id: str | None = Field(title="学员 / Learner")
    uscc: str | None = Field(title="企业 / Enterprise")
    reason: str = Field(title="理由 / Reason")
    placed_by: str = Field(title="冻结人 / Placed by")
    placed_at: datetime = Field(title="冻结时间 / Placed at")
    lifted_at: datetime | None = Field(
        title="解除时间 / Lifted at", description="null 表示仍生效。Null: it stands."
    )
    proposal_id: UUID | None = Field(title="解除的提请 / Proposal that lifted it")

    @classmethod
    def of(cls, hold: Hold) -> Self:
        return cls(**hold._asdict())


class DisposalItem(Shown):
    """一次处置。A disposal."""

    disposal_id: UUID = Field(title="处置编号 / Disposal")
    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")
    proposal_id: UUID = Field(title="提请编号 / Proposal")
    disposed_at: datetime = Field(title="处置时间 / Disposed at")
    document_hash: str = Field(title="记录哈希 / Hash of its record", description="SHA-256")
    ledger_index: int | None = Field(title="账本序号 / Ledger index")

    @classmethod
    def of(cls, each: Disposed) -> Self:
        return cls(**each._asdict() | {"document_hash": each.document_hash.hex()})


class DueItem(Shown):
    """期限已满的班级。A class group whose last day is over."""

    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    closed_on: date = Field(title="结班日 / Closed on")
    kept_until: date = Field(title="保存至 / Kept until")
    is_held: bool = Field(title="是否冻结 / Held", description="冻结期间不得处置。A hold keeps it.")

    @classmethod
    def of(cls, due: Due) -> Self:
        return cls(
            **due.key._asdict(),
            platform_name=due.platform_name,
            class_group_name=due.name,
            closed_on=due.closed_on,
            kept_until=due.until,
            is_held=due.is_held,
        )


class Clock(Shown):
    """班级的保存期限。Until when what belongs to a class group is kept."""

    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    closed_on: date | None = Field(
        title="结班日 / Closed on",
        description="null 表示未结，或已处置。Null: it runs, or was disposed of.",
    )
    keep_until: date | None = Field(
        title="保存至 / Keep until",
        description="全部资料中最晚者，含当日；null 表示没有终点：未结班，或文件未规定年限。"
        "The latest of all, that day included. Null, without end: it runs, or no text sets a length.",
    )
    is_due: bool = Field(title="可处置 / May be disposed of")
    terms: Sequence[TermItem] = Field(title="政策期限 / Terms of its policies")
    objects: Sequence[KindItem] = Field(title="各类资料 / By kind")
    kept_for: Sequence[OtherClassGroup] = Field(
        title="相邻班级 / Kept for",
        description="与本班有共同学员且同年的班级，认定时互相计入学时；亦须到期方可处置本班。"
        "Class groups that share a person and a year; the terms and holds of both count.",
    )
    kept_for_elsewhere: int = Field(
        title="其他区域的相邻班级数 / Neighbours elsewhere",
        description="不在您的权限范围内。How many more there are that are none of yours.",
    )
    is_held: bool = Field(
        title="是否冻结 / Held",
        description="本班或任一相邻班级处于冻结之中。A hold stands on it or on any neighbour.",
    )
    holds: Sequence[HoldItem] = Field(
        title="生效中的冻结 / Holds that stand",
        description="本班及所列相邻班级的。On it, or on a neighbour that is listed.",
    )
    disposals: Sequence[DisposalItem] = Field(title="处置 / Disposals")

    @classmethod
    def of(cls, found: ClassGroupClock) -> Self:
        return cls(
            **found.key._asdict(),
            platform_name=found.platform_name,
            class_group_name=found.name,
            closed_on=found.closed_on,
            keep_until=found.until,
            is_due=found.is_due,
            terms=[TermItem.of(each) for each in found.terms],
            objects=[KindItem.of(each) for each in found.objects],
            kept_for=[OtherClassGroup.of(each) for each in found.kept_for],
            kept_for_elsewhere=found.kept_for_elsewhere,
            is_held=found.is_held,
            holds=[HoldItem.of(each) for each in found.holds],
            disposals=[DisposalItem.of(each) for each in found.disposals],
        )


class WantedHold(BaseModel):
    """冻结一个班级、学员、平台或企业的全部资料。What is to be held."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: About = Field(
        title="对象 / About",
        description="class_group：平台、班级；enrollment：另加学员；platform：平台；enterprise：企业。"
        "Each needs the ids of what it names, and no others.",
    )
    platform: LocalId | None = Field(default=None, title="平台 / Platform", examples=["live-a"])
    class_group_id: LocalId | None = Field(default=None, title="班级 / Class group", examples=["C2026-001"])
    learner_id: LocalId | None = Field(default=None, title="学员 / Learner")
    uscc: LocalId | None = Field(default=None, title="企业 / Enterprise")
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=REASON)
    ] = Field(
        title="理由 / Reason",
        description="请勿写入个人信息；形似身份证号码、电话者不予保存。"
        "No personal data; what looks like it is struck out.",
        examples=["审计抽查，案号 17"],
    )
