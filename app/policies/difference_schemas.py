"""How two versions of a policy differ, as it is told: item by item, in words."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from app.policies.schemas import Bilingual, Published


class Part(StrEnum):
    """Of what kind an item of a policy is."""

    policy = "policy"
    rule = "rule"
    parameter = "parameter"
    subsidy = "subsidy"
    clock = "clock"
    retention = "retention"
    checklist = "checklist"
    document = "document"


class ChangeKind(StrEnum):
    added = "added"
    changed = "changed"
    removed = "removed"


class Aspect(StrEnum):
    """What is said of an item."""

    called = "called"
    authority = "authority"
    source = "source"
    severity = "severity"
    subject = "subject"
    fact = "fact"
    asked = "asked"
    conditions = "conditions"
    value = "value"
    about = "about"
    clause = "clause"
    words = "words"
    remedy = "remedy"


class ChangedAspect(Published):
    """一处变化。One thing that is said otherwise."""

    aspect: Aspect = Field(title="内容 / What is said")
    before: Bilingual | None = Field(title="原为 / Before", description="null：原无此项。Null: not there.")
    after: Bilingual | None = Field(title="改为 / After", description="null：不再有。Null: no more.")


class ChangedItem(Published):
    """新增、变更或取消的一项。An item that is new, other or gone."""

    part: Part = Field(title="类别 / Part")
    code: str = Field(title="编号 / Code", examples=["attendance-rate"])
    title: Bilingual = Field(title="名称 / Title")
    change: ChangeKind = Field(title="变化 / Change")
    aspects: Sequence[ChangedAspect] = Field(title="变化内容 / What changes")


class Difference(Published):
    """两个版本的差异。How a version differs from another one."""

    policy_id: str = Field(title="政策包 / Policy", examples=["standard"])
    since: str | None = Field(
        title="对照版本 / Compared with",
        description="null：此为首个版本，全部为新增。Null: it is the first one, and all is new.",
    )
    version: str = Field(title="版本 / Version")
    items: Sequence[ChangedItem] = Field(title="变化 / Changes")
    lines: Sequence[str] = Field(
        title="逐行差异 / Lines",
        description="两个版本全文的统一差异格式。Unified diff of all that the two versions say.",
    )
    unchanged: int = Field(title="未变的项数 / Items that stay", examples=[31])
