"""What pages say of findings: who takes care, what became of one, and what was done just now."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from app.core.errors import Text
from app.findings.schemas import Assigned, EventKind
from app.reports.documents import Tone

ASSIGNED: Mapping[Assigned, Text] = {
    Assigned.me: Text("由我办理", "Mine"),
    Assigned.nobody: Text("无人办理", "Nobody's"),
    Assigned.somebody: Text("已有人办理", "Somebody's"),
}
EVENTS: Mapping[EventKind, tuple[Text, Tone]] = {
    EventKind.raised: (Text("评定时发现", "Found by the assessment"), Tone.bad),
    EventKind.confirmed: (Text("最近一次评定仍然存在", "Still there at the last assessment"), Tone.open),
    EventKind.resolved: (Text("问题已消除", "Resolved"), Tone.good),
    EventKind.assigned: (Text("分配给", "Assigned to"), Tone.plain),
    EventKind.unassigned: (Text("取消分配", "Assigned to nobody any more"), Tone.plain),
    EventKind.commented: (Text("备注", "Comment"), Tone.plain),
    EventKind.waiver_proposed: (Text("提请豁免", "Waiver proposed"), Tone.open),
    EventKind.waiver_rejected: (Text("豁免被驳回", "Waiver rejected"), Tone.bad),
    EventKind.waiver_expired: (Text("豁免提请过期", "The proposed waiver expired"), Tone.plain),
    EventKind.waived: (Text("批准豁免", "Waived"), Tone.good),
    EventKind.ending_proposed: (Text("提请终止豁免", "Ending of the waiver proposed"), Tone.open),
    EventKind.ending_rejected: (Text("终止豁免被驳回", "Ending of the waiver rejected"), Tone.plain),
    EventKind.ending_expired: (Text("终止豁免的提请过期", "The proposed ending expired"), Tone.plain),
    EventKind.waiver_ended: (Text("豁免终止", "Waiver ended"), Tone.bad),
}


class Deed(StrEnum):
    """What an official does to findings by one form."""

    mine = "mine"
    assigned = "assigned"
    unassigned = "unassigned"
    commented = "commented"
    proposed = "proposed"


class Answer(NamedTuple):
    """After a form: what was done, and where it is seen."""

    text: Text
    look: Text | None = None
    href: str | None = None


PASSED = Text(
    "另有 {0} 条已有提请等待审批，已略过。",
    "Passed over, as a proposal waits for them already: {0}.",
)
DONE = rf"^({'|'.join(Deed)})\.[1-9]\d{{0,2}}(\.[1-9]\d{{0,2}})?$"
"""A deed and the number of findings, and of those that were passed over."""
_ANSWERS: Mapping[Deed, Answer] = {
    Deed.mine: Answer(
        Text("已由您办理：{0} 条预警。", "Findings assigned to you: {0}."),
        Text("由我办理的预警", "Findings that I take care of"),
        "/findings?assigned=me&state=open",
    ),
    Deed.assigned: Answer(
        Text("已分配：{0} 条预警。", "Findings assigned: {0}."),
        Text("已有人办理的预警", "Findings that somebody takes care of"),
        "/findings?assigned=somebody&state=open",
    ),
    Deed.unassigned: Answer(
        Text("已取消分配：{0} 条预警。", "Findings that nobody takes care of any more: {0}."),
        Text("无人办理的预警", "Findings that nobody takes care of"),
        "/findings?assigned=nobody&state=open",
    ),
    Deed.commented: Answer(
        Text("已添加备注：{0} 条预警，见各条的经过。", "Findings commented on: {0}; see the history of each.")
    ),
    Deed.proposed: Answer(
        Text(
            "已提请豁免：{0} 条预警，等待另一位审批人决定；批准之前什么也不会改变。",
            "Waivers proposed: {0}. Another official decides on each; nothing changes before.",
        ),
        Text("查看提请", "See the proposals"),
        "/desk",
    ),
}


def done_words(done: str | None) -> Answer | None:
    """Of `commented.3` or `proposed.3.2`."""
    if done is None:
        return None
    deed, number, *passed_over = done.split(".")
    answer = _ANSWERS[Deed(deed)]
    zh, en = answer.text.zh.format(number), answer.text.en.format(number)
    if passed_over:
        zh, en = (f"{told} {rest.format(*passed_over)}" for told, rest in ((zh, PASSED.zh), (en, PASSED.en)))
    return answer._replace(text=Text(zh, en))
