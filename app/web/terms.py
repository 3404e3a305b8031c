"""The closed sets as pages name them: in words, in a tone, and with a sign beside the colour."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from app.api.sheet_document import ELIGIBILITIES, OUTCOMES, SEVERITIES, SUBJECTS
from app.core.errors import Text
from app.core.vocabulary import (
    BatchState,
    CustodyState,
    DataHealth,
    Feed,
    FindingState,
    LessonKind,
    Outlook,
    PlatformKind,
    RecordOutcome,
    Role,
    Severity,
    Subject,
)
from app.reports.documents import Tone
from app.rights.schemas import RevealPurpose

YES, NO = Text("是", "yes"), Text("否", "no")


class Term(NamedTuple):
    text: Text
    tone: Tone = Tone.plain

    @property
    def sign(self) -> str:
        return SIGNS[self.tone]


SIGNS = {Tone.good: "✓", Tone.bad: "✕", Tone.open: "!", Tone.plain: "·"}

_NAMED: Sequence[tuple[StrEnum, Term]] = (
    *((each, Term(*told)) for each, told in ELIGIBILITIES.items()),
    *((each, Term(*told)) for each, told in OUTCOMES.items()),
    (Severity.blocking, Term(SEVERITIES[Severity.blocking], Tone.bad)),
    (Severity.warning, Term(SEVERITIES[Severity.warning], Tone.open)),
    (Severity.info, Term(SEVERITIES[Severity.info])),
    *((each, Term(told)) for each, told in SUBJECTS.items()),
    (Subject.enrollment, Term(Text("学员", "learner"))),
    (Outlook.lost, Term(Text("已无法达标", "Out of reach"), Tone.bad)),
    (Outlook.at_risk, Term(Text("有风险", "At risk"), Tone.open)),
    (Outlook.on_track, Term(Text("正常", "On track"), Tone.good)),
    (FindingState.open, Term(Text("待处理", "Open"), Tone.open)),
    (FindingState.resolved, Term(Text("已消除", "Resolved"), Tone.good)),
    (FindingState.waived, Term(Text("已豁免", "Waived"))),
    (BatchState.stored, Term(Text("已入库", "Stored"), Tone.open)),
    (BatchState.assessed, Term(Text("已评定", "Assessed"), Tone.good)),
    (RecordOutcome.accepted, Term(Text("已接受", "Accepted"), Tone.good)),
    (RecordOutcome.unchanged, Term(Text("无变化", "Unchanged"))),
    (RecordOutcome.stale, Term(Text("已过时", "Stale"), Tone.open)),
    (RecordOutcome.rejected, Term(Text("被拒绝", "Rejected"), Tone.bad)),
    (RevealPurpose.complaint, Term(Text("投诉举报", "Complaint"))),
    (RevealPurpose.verification, Term(Text("核实身份或资格", "Verifying identity or eligibility"))),
    (RevealPurpose.inspection, Term(Text("监督检查", "Inspection"))),
    (RevealPurpose.payment, Term(Text("资金拨付核对", "Payment"))),
    (RevealPurpose.rights_request, Term(Text("个人行使权利的请求", "A request of the person concerned"))),
    (DataHealth.silent, Term(Text("数据中断", "Silent"), Tone.bad)),
    (DataHealth.rejecting, Term(Text("有数据被拒", "Rejecting"), Tone.open)),
    (DataHealth.idle, Term(Text("无班级在培训期", "Idle"))),
    (DataHealth.sound, Term(Text("正常", "Sound"), Tone.good)),
    (PlatformKind.live, Term(Text("直播平台", "Live platform"))),
    (PlatformKind.vod, Term(Text("点播平台", "Video platform"))),
    (CustodyState.registered, Term(Text("待检查", "To be looked at"))),
    (
        CustodyState.host_not_registered,
        Term(Text("主机未登记，不能检查", "Its host may not be asked"), Tone.open),
    ),
    (CustodyState.sound, Term(Text("正常", "Sound"), Tone.good)),
    (CustodyState.failing, Term(Text("近期无应答", "No answer lately"), Tone.open)),
    (CustodyState.vanished, Term(Text("已失效", "Vanished"), Tone.bad)),
    (CustodyState.differs, Term(Text("与登记不符", "Not what was registered"), Tone.bad)),
    (CustodyState.ended, Term(Text("保管期满", "Kept long enough"))),
    (CustodyState.withdrawn, Term(Text("已撤回", "Withdrawn by its platform"))),
    (LessonKind.live, Term(Text("直播", "Live"))),
    (LessonKind.vod, Term(Text("点播", "Video"))),
    (LessonKind.offline, Term(Text("线下", "Offline"))),
    (Role.platform, Term(Text("平台程序", "Platform (program)"))),
    (Role.regulator, Term(Text("监管程序", "Regulator (program)"))),
    (Role.enterprise, Term(Text("企业程序", "Enterprise (program)"))),
    (Role.operator, Term(Text("平台运营", "Platform operator"))),
    (Role.agent, Term(Text("企业经办", "Enterprise agent"))),
    (Role.learner, Term(Text("学员", "Learner"))),
    (Role.clerk, Term(Text("经办", "Clerk"))),
    (Role.reviewer, Term(Text("审核", "Reviewer"))),
    (Role.approver, Term(Text("审批", "Approver"))),
    (Role.auditor, Term(Text("审计", "Auditor"))),
    (Role.administrator, Term(Text("系统管理员", "Administrator"))),
    (Feed.institutions, Term(Text("培训机构", "Institutions"))),
    (Feed.enterprises, Term(Text("企业", "Enterprises"))),
    (Feed.projects, Term(Text("项目", "Projects"))),
    (Feed.courses, Term(Text("课程", "Courses"))),
    (Feed.class_groups, Term(Text("班级", "Class groups"))),
    (Feed.lessons, Term(Text("课次", "Lessons"))),
    (Feed.enrollments, Term(Text("花名册", "Roster"))),
    (Feed.attendance, Term(Text("考勤", "Attendance"))),
    (Feed.learning_records, Term(Text("学习记录", "Learning records"))),
    (Feed.verifications, Term(Text("随机验证", "Verifications"))),
    (Feed.quiz_answers, Term(Text("答题", "Quiz answers"))),
    (Feed.exam_scores, Term(Text("考核成绩", "Exam scores"))),
    (Feed.teaching_records, Term(Text("授课记录", "Teaching records"))),
    (Feed.videos, Term(Text("视频", "Videos"))),
    (Feed.evaluations, Term(Text("学员评价", "Evaluations"))),
    (Feed.platform_logs, Term(Text("平台日志", "Platform logs"))),
)
TERMS: Mapping[tuple[type[StrEnum], str], Term] = {(type(value), value): term for value, term in _NAMED}
"""By the set and its value: values of two sets that are spelt alike would be one key."""


def term(value: StrEnum) -> Term:
    """Of a value nobody has named yet: the value itself, as the API spells it."""
    return TERMS.get((type(value), value), Term(Text(str(value), str(value))))
