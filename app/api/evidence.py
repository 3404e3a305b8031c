"""The evidence behind a judgement: what counted, how much, and why the rest did not."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated

from pydantic import AliasPath, BeforeValidator, Field, ValidationInfo

from app.api.language import LanguageTag
from app.api.standings import Number, Shown
from app.core.clock import from_microseconds
from app.core.vocabulary import AttendanceStatus, Feed, LessonKind
from app.rules.days import SECOND
from app.rules.fact_names import Unit
from app.rules.figures import shown_seconds
from app.rules.lesson_evidence import SourceKind
from app.rules.reasons import Reason


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else from_microseconds(microseconds)


def _seconds(microseconds: int | Fraction | None) -> object:
    return None if microseconds is None else shown_seconds(Fraction(microseconds) / SECOND)


def _explained(reason: Reason | None, info: ValidationInfo) -> dict[str, str] | None:
    if reason is None:
        return None
    language: LanguageTag = (info.context or {})["language"]
    return {"code": reason, "text": reason.text.in_language(language)}


class ReasonItem(Shown):
    code: Reason = Field(title="原因代码 / Code", examples=["credited_to_another_lesson"])
    text: str = Field(title="说明 / In words", examples=["此时间已计入另一课次"])


Instant = Annotated[datetime, BeforeValidator(_instant)]
PerhapsInstant = Annotated[datetime | None, BeforeValidator(_instant)]
Start = Annotated[datetime, BeforeValidator(lambda span: from_microseconds(span[0]))]
End = Annotated[datetime, BeforeValidator(lambda span: from_microseconds(span[1]))]
Seconds = Annotated[Number, BeforeValidator(_seconds)]
PerhapsSeconds = Annotated[Number | None, BeforeValidator(_seconds)]
Explained = Annotated[ReasonItem, BeforeValidator(_explained)]
PerhapsExplained = Annotated[ReasonItem | None, BeforeValidator(_explained)]


class OtherClassGroup(Shown):
    platform: str = Field(title="平台 / Platform")
    class_group_id: str = Field(title="班级 / Class group")


class LeftOutItem(Shown):
    """未计入的部分。A part that did not count."""

    reason: Explained = Field(title="原因 / Reason")
    seconds: Seconds = Field(title="秒数 / Seconds", validation_alias="amount")
    lesson_id: str | None = Field(
        title="另一课次 / The other lesson",
        description="时间已计入的课次。The lesson that the time is credited to.",
    )
    class_group: OtherClassGroup | None = Field(
        title="另一班级 / The other class group",
        description="时间已计入的同一人的另一班级，仅向有权查看该班级者列明。"
        "Where the person is credited with the time; named to whoever may see that class group.",
    )


class WatchedItem(Shown):
    """视频播放位置。What a record passed of the video, in seconds of playing time."""

    claimed_seconds: Seconds = Field(title="申报的播放时长 / Claimed", validation_alias="claimed")
    newly_covered_seconds: Seconds = Field(
        title="新观看的时长 / Newly covered", validation_alias="newly_covered"
    )
    left_out: Sequence[LeftOutItem] = Field(title="未计入 / Left out")


class SourceItem(Shown):
    """一条学习记录，或考勤的签到签退。A learning record, or sign-in and sign-out of an attendance record."""

    kind: SourceKind = Field(title="来源 / Kind")
    session_id: str | None = Field(title="学习记录编号 / Session of the learning record")
    started_at: Start = Field(title="开始 / Started at", validation_alias="span")
    ended_at: End = Field(title="结束 / Ended at", validation_alias="span")
    counted_seconds: Seconds = Field(title="计入秒数 / Counted", validation_alias="counted")
    left_out: Sequence[LeftOutItem] = Field(title="未计入 / Left out")
    watched: WatchedItem | None = Field(title="播放位置 / Positions")


class LessonItem(Shown):
    lesson_id: str = Field(title="课次 / Lesson", validation_alias=AliasPath("lesson", "lesson_id"))
    title: str = Field(title="课次名称 / Title", validation_alias=AliasPath("lesson", "title"))
    kind: LessonKind = Field(title="类型 / Kind", validation_alias=AliasPath("lesson", "kind"))
    planned_minutes: int = Field(
        title="计划分钟数 / Planned minutes", validation_alias=AliasPath("lesson", "planned_minutes")
    )
    starts_at: PerhapsInstant = Field(
        title="开始 / Starts at", validation_alias=AliasPath("lesson", "starts_at")
    )
    ends_at: PerhapsInstant = Field(title="结束 / Ends at", validation_alias=AliasPath("lesson", "ends_at"))
    outside_rates: PerhapsExplained = Field(
        title="为何不计入比率 / Why the rates leave it out", description="null 表示计入。Null: they count it."
    )
    is_attended: bool = Field(title="是否到课 / Attended")
    attendance_status: AttendanceStatus | None = Field(title="考勤状态 / Attendance status")
    attendance_reason: Explained = Field(title="到课与否的原因 / Why attended or not")
    is_completed: bool = Field(title="是否完成 / Completed")
    wall_seconds: Seconds = Field(title="在线秒数 / Time present", validation_alias="wall")
    media_seconds: PerhapsSeconds = Field(
        title="观看秒数 / Time of the video watched",
        description="仅点播课次。VOD lessons only.",
        validation_alias="media",
    )
    counted_seconds: Seconds = Field(title="可计秒数 / Counted", validation_alias="counted")
    credited_seconds: Seconds = Field(
        title="计入秒数 / Credited",
        description="扣除已计入其他课次的时间。Less what was credited to another lesson.",
        validation_alias="credited",
    )
    sources: Sequence[SourceItem] = Field(title="逐条记录 / Record by record")


class DayItem(Shown):
    """设有每日上限时。Where the policy caps a day."""

    day: date = Field(title="日期 / Day")
    taken_seconds: Seconds = Field(title="当日秒数 / Taken", validation_alias="taken")
    left_out: Sequence[LeftOutItem] = Field(title="未计入 / Left out")


class AnswerItem(Shown):
    answer_id: str = Field(title="作答编号 / Answer", validation_alias=AliasPath("answer", "answer_id"))
    attempt: int = Field(title="第几次 / Attempt", validation_alias=AliasPath("answer", "attempt"))
    asked_at: Instant = Field(title="提问时间 / Asked at", validation_alias=AliasPath("answer", "asked_at"))
    answered_at: PerhapsInstant = Field(
        title="作答时间 / Answered at", validation_alias=AliasPath("answer", "answered_at")
    )
    decides: bool = Field(title="以此为准 / Decides")
    reason: PerhapsExplained = Field(title="为何不算答对 / Why it does not make the question right")


class QuestionItem(Shown):
    lesson_id: str = Field(title="课次 / Lesson")
    question_id: str = Field(title="题目 / Question")
    is_right: bool = Field(title="是否答对 / Answered right")
    attempts: Sequence[AnswerItem] = Field(title="各次作答 / Attempts")


class ScoreItem(Shown):
    attempt: int = Field(title="第几次 / Attempt", validation_alias=AliasPath("score", "attempt"))
    score: Number = Field(title="成绩 / Score", validation_alias=AliasPath("score", "score"))
    pass_score: Number = Field(title="合格线 / Pass score", validation_alias=AliasPath("score", "pass_score"))
    reason: PerhapsExplained = Field(title="为何不合格 / Why it does not pass")


class ExamItem(Shown):
    exam_id: str = Field(title="考试 / Exam")
    is_passed: bool = Field(title="是否合格 / Passed")
    reason: PerhapsExplained = Field(title="原因 / Reason")
    attempts: Sequence[ScoreItem] = Field(title="各次成绩 / Attempts")


class CheckItem(Shown):
    verification_id: str = Field(
        title="验证 / Verification", validation_alias=AliasPath("verification", "verification_id")
    )
    lesson_id: str = Field(title="课次 / Lesson", validation_alias=AliasPath("verification", "lesson_id"))
    issued_at: Instant = Field(
        title="发出时间 / Issued at", validation_alias=AliasPath("verification", "issued_at")
    )
    passed: bool = Field(title="是否通过 / Passed", validation_alias=AliasPath("verification", "passed"))
    reason: PerhapsExplained = Field(title="原因 / Reason")


class WaitingItem(Shown):
    """课次尚未上报、因而未计入的记录。A record that does not count, as its lesson has not arrived."""

    feed: Feed = Field(title="数据类型 / Feed")
    record_id: str | None = Field(title="记录编号 / Record")
    lesson_id: str = Field(title="课次 / Lesson")
    reason: Explained = Field(title="原因 / Reason")


class Evidence(Shown):
    """各项规则的证据：计入了什么、多少，其余为何未计入。What counted, how much, and why the rest did not."""

    lessons: Sequence[LessonItem] = Field(title="逐课次 / Lesson by lesson")
    days: Sequence[DayItem] = Field(title="逐日 / Day by day")
    questions: Sequence[QuestionItem] = Field(title="逐题 / Question by question")
    exams: Sequence[ExamItem] = Field(title="逐科 / Exam by exam")
    verifications: Sequence[CheckItem] = Field(title="逐次验证 / Check by check", validation_alias="checks")
    waiting: Sequence[WaitingItem] = Field(
        title="未计入的记录 / Records that wait", validation_alias="orphans"
    )


EVIDENCE_OF = {
    Unit.lessons: ["lessons"],
    Unit.questions: ["questions"],
    Unit.exams: ["exams"],
    Unit.verifications: ["verifications"],
    Unit.seconds: ["lessons", "days"],
    Unit.hours: ["lessons", "days"],
}
"""Which parts of the evidence a fact of a learner rests on, by its unit."""
