"""What pages say of findings: who takes care, and what became of one."""

from collections.abc import Mapping

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
