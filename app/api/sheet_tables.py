"""The evidence of a decision sheet as tables to print: lesson by lesson, record by record."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from app.api.evidence import (
    Evidence,
    LeftOutItem,
    LessonItem,
    QuestionItem,
    ReasonItem,
    SourceItem,
)
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.vocabulary import LessonKind
from app.reports.documents import Grid, Section
from app.rules.lesson_evidence import SourceKind

KINDS = {LessonKind.live: "直播", LessonKind.vod: "点播", LessonKind.offline: "线下"}
SOURCES = {SourceKind.learning_record: "学习记录", SourceKind.attendance: "考勤签到签退"}
LESSON = Text("课次", "Lesson")
REASON = Text("未计入及原因", "Left out, and why")
RESULT = Text("结果", "Result")


def evidence_sections(evidence: Evidence) -> Iterator[Section]:
    """Of what there is; lessons and records always, since the hours come from them."""
    yield _lessons(evidence)
    yield _records(evidence)
    if evidence.days:
        yield _days(evidence)
    if evidence.questions:
        yield _questions(evidence.questions)
    if evidence.exams:
        yield _exams(evidence)
    if evidence.verifications:
        yield _checks(evidence)
    if evidence.waiting:
        yield _waiting(evidence)


def clock_time(seconds: Decimal | None) -> str:
    """Hours, minutes and seconds, exactly.

    >>> clock_time(Decimal(3725)), clock_time(Decimal("59.5")), clock_time(None)
    ('1:02:05', '0:00:59.5', '—')
    """
    if seconds is None:
        return "—"
    whole, rest = divmod(seconds, 1)
    minutes, second = divmod(int(whole), 60)
    hours, minute = divmod(minutes, 60)
    fraction = f"{rest:f}"[1:].rstrip("0").rstrip(".") if rest else ""
    return f"{hours}:{minute:02}:{second:02}{fraction}"


def _short(at: datetime | None) -> str:
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _lessons(evidence: Evidence) -> Section:
    columns = [
        LESSON,
        Text("类型", "Kind"),
        Text("计划", "Planned"),
        Text("到课", "Attended"),
        Text("完成", "Completed"),
        Text("计入时间", "Credited"),
        Text("说明", "Remark"),
    ]
    rows = [_lesson(each) for each in evidence.lessons]
    note = Text(
        "时间为 时:分:秒；日期为北京时间。", "Times are hours:minutes:seconds; dates are of Shanghai."
    )
    return Section(
        Text("逐课次", "Lesson by lesson"), note, grid=Grid.cut(columns, [5, 2, 2, 2, 2, 2, 5], rows)
    )


def _lesson(lesson: LessonItem) -> list[str]:
    remarks = [lesson.attendance_reason.text]
    if lesson.outside_rates is not None:
        remarks.append(f"不计入比率：{lesson.outside_rates.text}")
    return [
        f"{lesson.title}（{lesson.lesson_id}）" if lesson.title != lesson.lesson_id else lesson.lesson_id,
        KINDS[lesson.kind],
        clock_time(Decimal(lesson.planned_minutes * 60)),
        _yes(lesson.is_attended),
        _yes(lesson.is_completed),
        clock_time(lesson.credited_seconds),
        "；".join(remarks),
    ]


def _records(evidence: Evidence) -> Section:
    columns = [
        LESSON,
        Text("来源", "Source"),
        Text("起", "From"),
        Text("止", "To"),
        Text("计入", "Counted"),
        REASON,
    ]
    rows = [_source(lesson, source) for lesson in evidence.lessons for source in lesson.sources]
    return Section(Text("逐条记录", "Record by record"), grid=Grid.cut(columns, [2, 4, 4, 4, 2, 5], rows))


def _source(lesson: LessonItem, source: SourceItem) -> list[str]:
    name = SOURCES[source.kind] + (f" {source.session_id}" if source.session_id else "")
    left_out = list(source.left_out) + (list(source.watched.left_out) if source.watched else [])
    return [
        lesson.lesson_id,
        name,
        _short(source.started_at),
        _short(source.ended_at),
        clock_time(source.counted_seconds),
        _left_out(left_out),
    ]


def _left_out(parts: Sequence[LeftOutItem]) -> str:
    return "；".join(f"{clock_time(part.seconds)} {part.reason.text}{_where(part)}" for part in parts)


def _where(part: LeftOutItem) -> str:
    """Where the time is credited instead."""
    if part.class_group is not None:
        return f"（{part.class_group.platform} {part.class_group.class_group_id}）"
    return f"（{part.lesson_id}）" if part.lesson_id else ""


def _days(evidence: Evidence) -> Section:
    columns = [Text("日期", "Day"), Text("当日时间", "Taken"), REASON]
    rows = [
        [str(each.day), clock_time(each.taken_seconds), _left_out(each.left_out)] for each in evidence.days
    ]
    return Section(Text("逐日（每日上限）", "Day by day"), grid=Grid.cut(columns, [2, 2, 6], rows))


def _questions(questions: Sequence[QuestionItem]) -> Section:
    columns = [LESSON, Text("题目", "Question"), RESULT, Text("各次作答", "Attempts")]
    rows = [
        [
            each.lesson_id,
            each.question_id,
            "答对" if each.is_right else "不对",
            "；".join(
                f"第{attempt.attempt}次 {_short(attempt.answered_at)} {_because(attempt.reason) or '答对'}"
                for attempt in each.attempts
            ),
        ]
        for each in questions
    ]
    return Section(Text("逐题", "Question by question"), grid=Grid.cut(columns, [2, 3, 1, 6], rows))


def _exams(evidence: Evidence) -> Section:
    columns = [Text("考试", "Exam"), RESULT, Text("各次成绩", "Attempts")]
    rows = [
        [
            each.exam_id,
            "合格" if each.is_passed else f"不计或不合格：{_because(each.reason)}",
            "；".join(
                f"第{score.attempt}次 {score.score}（合格线 {score.pass_score}）" for score in each.attempts
            ),
        ]
        for each in evidence.exams
    ]
    return Section(Text("逐科考核", "Exam by exam"), grid=Grid.cut(columns, [3, 4, 6], rows))


def _checks(evidence: Evidence) -> Section:
    columns = [LESSON, Text("验证", "Verification"), Text("发出时间", "Issued at"), RESULT]
    rows = [
        [each.lesson_id, each.verification_id, _short(each.issued_at), _because(each.reason) or "通过"]
        for each in evidence.verifications
    ]
    return Section(Text("逐次验证", "Check by check"), grid=Grid.cut(columns, [3, 4, 3, 4], rows))


def _waiting(evidence: Evidence) -> Section:
    columns = [Text("数据类型", "Feed"), Text("记录", "Record"), LESSON, Text("原因", "Reason")]
    rows = [
        [each.feed.value, each.record_id or "—", each.lesson_id, each.reason.text]
        for each in evidence.waiting
    ]
    return Section(Text("未计入的记录", "Records that wait"), grid=Grid.cut(columns, [3, 4, 3, 4], rows))


def _because(reason: ReasonItem | None) -> str:
    return "" if reason is None else reason.text


def _yes(is_so: bool) -> str:  # noqa: FBT001 (a value to print)
    return "是" if is_so else "否"
