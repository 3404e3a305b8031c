"""The shape of a dry run's answer: the receipt that the batch would get, and whom it would change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from app.api.receipts import Answer, BatchCounts, RejectedRecord
from app.api.standings import Number
from app.core.errors import Text, Unavailable
from app.core.vocabulary import Eligibility, Feed, Outcome, Outlook
from app.eligibility.foresight import Sight
from app.ingest.receipts import REJECTIONS_INLINE
from app.ingest.schemas import Delivery
from app.rehearsal import Effect, Rehearsal
from app.rules.fact_names import FactName
from app.rules.figures import ShownFigure, StoredFigure, from_stored, shown

SHOWN = 100
RETRY_AFTER_S = 2
Figure = bool | int | Number | str | None


class DryRunsBusy(Unavailable):
    code = "dry_runs_busy"

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"服务器正在进行另一次试推，未保存任何内容。请在 {RETRY_AFTER_S} 秒后重试。",
                "The server is busy with another dry run, and nothing was stored. "
                f"Try again after {RETRY_AFTER_S} s.",
            ),
            retry_after_s=RETRY_AFTER_S,
        )


class Standing(Answer):
    eligibility: Eligibility = Field(title="补贴资格 / Eligibility")
    outlook: Outlook | None = Field(title="前景 / Outlook", description="结班后为 null。Null once closed.")
    subsidy_fen: int | None = Field(title="补贴（分） / Subsidy in fen")


class ChangedFact(Answer):
    fact: str = Field(title="指标 / Fact", examples=["attendance_rate"])
    before: Figure = Field(title="推送前 / Before")
    after: Figure = Field(title="推送后 / After")


class ChangedOutcome(Answer):
    rule: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    before: Outcome | None = Field(title="推送前 / Before")
    after: Outcome | None = Field(title="推送后 / After")


class ChangedEnrollment(Answer):
    class_group_id: str = Field(title="班级编号 / Class group", examples=["C2026-001"])
    learner_id: str = Field(title="学员编号 / Learner", examples=["L0001"])
    before: Standing | None = Field(
        title="推送前 / Before",
        description="null：没有这一花名册条目或班级。There is no such enrollment yet.",
    )
    after: Standing | None = Field(
        title="推送后 / After", description="null：不再有。There is none any more."
    )
    facts: Sequence[ChangedFact] = Field(title="变化的指标 / Facts that change")
    outcomes: Sequence[ChangedOutcome] = Field(title="变化的判定 / Outcomes that change")

    @classmethod
    def of(cls, effect: Effect) -> Self:
        return cls(
            class_group_id=effect.key.class_group_id,
            learner_id=effect.learner_id,
            before=_standing(effect.before),
            after=_standing(effect.after),
            facts=[
                ChangedFact(fact=name, before=_shown(name, before), after=_shown(name, after))
                for name, before, after in effect.facts
            ],
            outcomes=[
                ChangedOutcome(rule=rule, before=before, after=after)
                for rule, before, after in effect.outcomes
            ],
        )


class BatchEffect(Answer):
    """Whom the batch would change; others' records and other persons' class groups stay as they are."""

    touched: int = Field(title="涉及的花名册条目 / Enrollments concerned", examples=[40])
    judged: int = Field(title="其中已评定 / Of these judged", examples=[40])
    remark: str | None = Field(
        title="说明 / Remark",
        description="未全部评定时的说明。Where not all were judged, why and what to do.",
    )
    changed: int = Field(title="会变化的 / Would change", examples=[1])
    items: Sequence[ChangedEnrollment] = Field(
        title="会变化的条目 / Who would change", description="最多 100 条。At most 100."
    )
    more: int = Field(title="未列出的 / Not listed", examples=[0])


class NoPlace(Answer):
    leaf_hash: None = Field(default=None, title="叶哈希 / Leaf hash")
    index: None = Field(default=None, title="账本序号 / Index")


class DryRunReceipt(BatchCounts):
    """What the batch would get. Nothing is stored: there is no batch, no ledger entry, no key used up."""

    dry_run: Literal[True] = Field(title="试推 / Dry run")
    batch_id: None = Field(title="批次号 / Batch", description="总是 null。Always null.")
    platform: str = Field(title="平台代码 / Platform", examples=["live-a"])
    feed: Feed = Field(title="数据集 / Feed", examples=["attendance"])
    ledger: NoPlace = Field(title="账本 / Ledger", description="总是 null。Always null.")
    received_at: datetime = Field(title="接收时间 / Received at")
    rejections: Sequence[RejectedRecord] = Field(
        title="拒绝明细 / Rejections", description="最多 100 条。At most 100."
    )
    effect: BatchEffect = Field(title="影响 / Effect")

    @classmethod
    def of(cls, delivery: Delivery, found: Rehearsal, language: str) -> Self:
        rejections = found.rejections[:REJECTIONS_INLINE]
        return cls(
            **found.counts._asdict(),
            dry_run=True,
            batch_id=None,
            platform=delivery.platform,
            feed=delivery.feed,
            ledger=NoPlace(),
            received_at=delivery.received_at,
            rejections=[RejectedRecord.of(each, language) for each in rejections],
            effect=_impact(found, language),
        )


def _impact(found: Rehearsal, language: str) -> BatchEffect:
    listed = found.effects[:SHOWN]
    return BatchEffect(
        touched=found.touched,
        judged=found.judged,
        remark=None if found.judged >= found.touched else _bounded(found).in_language(language),
        changed=len(found.effects),
        items=[ChangedEnrollment.of(effect) for effect in listed],
        more=len(found.effects) - len(listed),
    )


def _bounded(found: Rehearsal) -> Text:
    return Text(
        f"本批涉及 {found.touched} 个花名册条目，仅评定了 {found.judged} 个。"
        "如需全部结果，请按班级分批试推。",
        f"The batch concerns {found.touched} enrollments, of which {found.judged} were judged. "
        "To learn of all of them send it class group by class group.",
    )


def _standing(sight: Sight | None) -> Standing | None:
    if sight is None:
        return None
    return Standing(eligibility=sight.eligibility, outlook=sight.outlook, subsidy_fen=sight.subsidy_fen)


def _shown(name: str, figure: StoredFigure) -> ShownFigure:
    fact = FactName(name)
    return shown(fact, from_stored(fact, figure))
