"""The cells of an attendance heat map: whole rows as text, as a large class group has ten thousand cells."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from app.api.class_group_sheets import LearnerAttendance, LessonAttendance
from app.api.language import LanguageTag
from app.core.errors import Text
from app.core.vocabulary import AttendanceStatus, LessonKind

LEGEND: Mapping[AttendanceStatus | None, tuple[Text, Text, str]] = {
    AttendanceStatus.present: (Text("到", "P"), Text("到课", "present"), ""),
    AttendanceStatus.late: (Text("迟", "L"), Text("迟到", "late"), "l3"),
    AttendanceStatus.left_early: (Text("早", "E"), Text("早退", "left early"), "l3"),
    AttendanceStatus.leave: (Text("假", "V"), Text("请假", "on leave"), "l2"),
    AttendanceStatus.absent: (Text("缺", "A"), Text("缺课", "absent"), "l0"),
    None: (Text("—", "—"), Text("应有而未上报", "due, and nothing was reported"), "l1"),
}
"""What a cell says, what that means, and its class; who was there has none, which most cells are."""


def row(learner: LearnerAttendance, lessons: Sequence[LessonAttendance], language: LanguageTag) -> Markup:
    """The cells of a learner, in the order of the lessons. Nothing in them comes from outside."""
    told = {status: _cell(text.in_language(language), level) for status, (text, _, level) in LEGEND.items()}
    pieces = [
        _film(minutes, lesson)
        if minutes is not None
        else told[status]
        if status is not None or _is_expected(lesson)
        else NOTHING
        for status, minutes, lesson in zip(learner.statuses, learner.minutes, lessons, strict=True)
    ]
    return Markup("".join(pieces))  # noqa: S704 (put together from constants and whole numbers)


def _cell(text: str, level: str) -> str:
    return f"<td class={level}>{text}" if level else f"<td>{text}"


NOTHING = _cell("", "none")


def _is_expected(lesson: LessonAttendance) -> bool:
    return lesson.is_due and (lesson.required or lesson.kind is not LessonKind.vod)


def _film(minutes: int, lesson: LessonAttendance) -> str:
    if minutes >= lesson.planned_minutes:
        return _cell(f"{minutes}", "")
    return _cell(f"{minutes}", "l3" if minutes * 2 >= lesson.planned_minutes else "l1")
