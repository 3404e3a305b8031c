"""`/api/v1/compliance/class-groups/{…}`: attendance, hours, teaching of one class group. Names are masked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Snapshot
from app.api.eligibility import WholeClassGroup
from app.api.pagination import Listing
from app.api.parameters import ClassGroupPath, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.api.standings import Number, Shown
from app.core import clock
from app.core.ids import ClassGroupKey, LearnerId
from app.core.vocabulary import AttendanceStatus, Eligibility, LessonKind, Outlook
from app.eligibility import marks
from app.eligibility.answers_class_groups import known_class_group
from app.eligibility.marks import Mark
from app.privacy.fields import Fields, Personal, PersonalKind
from app.records.attendance_matrix import LearnerRow, attendance_matrix
from app.records.selection import Selection
from app.records.teaching import taught_lessons

router = APIRouter(
    prefix="/api/v1/compliance/class-groups/{platform}/{class_group_id}",
    tags=["合规 / Compliance"],
    dependencies=[OnlyKnown],
)

Reader = Annotated[Caller, Allowed(Action.read_compliance)]


class PlannedLesson(Shown):
    """课次。A lesson as it was planned."""

    lesson_id: str = Field(title="课次 / Lesson")
    title: str = Field(title="课次名称 / Title")
    kind: LessonKind = Field(title="形式 / Kind")
    required: bool = Field(title="必修 / Required")
    planned_minutes: int = Field(title="计划分钟 / Planned minutes")
    starts_at: datetime | None = Field(title="开始时间 / Starts at", description="录播为 null。Null for VOD.")
    ends_at: datetime | None = Field(title="结束时间 / Ends at")


class LessonAttendance(PlannedLesson):
    is_due: bool = Field(title="已到期 / Due")
    counts: Mapping[AttendanceStatus, int] = Field(
        title="按考勤状态计 / By status",
        description="未退班学员。Of those who have not withdrawn.",
        examples=[{"present": 27, "late": 2, "absent": 1}],
    )
    attendance_rate: Number | None = Field(
        title="到课率 / Attendance rate",
        description="到课、迟到、早退人数 ÷ 未退班人数；未到期及录播为 null。"
        "Present, late and left early ÷ all who have not withdrawn; null before it is due, and for VOD.",
    )


class LearnerAttendance(Shown):
    """一名学员逐课次的考勤。A learner's attendance, lesson by lesson."""

    learner_id: str = Field(title="学员 / Learner")
    learner_name: str | None = Field(title="姓名 / Name", examples=["张**"])
    is_withdrawn: bool = Field(title="已退班 / Withdrawn")
    eligibility: Eligibility | None = Field(
        title="补贴资格 / Eligibility", description="null 表示尚未评定。Null: not assessed yet."
    )
    outlook: Outlook | None = Field(title="预判 / Outlook", description="在班期间。While it runs.")
    attendance_rate: Number | None = Field(title="到课率 / Attendance rate")
    statuses: Sequence[AttendanceStatus | None] = Field(
        title="考勤状态 / Statuses",
        description="顺序与 lessons 一致；null 表示未上报。In the order of `lessons`; null: nothing came.",
    )
    minutes: Sequence[int | None] = Field(
        title="在线分钟 / Minutes online",
        description="录播课次的学习记录所报分钟数，未扣除重叠，不等于计入的学时。"
        "That learning records claim of VOD lessons, overlapping or not: what was credited is on the sheet.",
    )


class AttendanceListing(Listing[LearnerAttendance]):
    lessons: Sequence[LessonAttendance] = Field(title="课次 / Lessons")


class HoursRange(Shown):
    at_least: int = Field(title="学时起 / From", description="含。Included.")
    below: int = Field(title="学时止 / To", description="不含。Not included.")
    number: int = Field(title="人数 / Learners")


class ShortLearner(Shown):
    """学时未达到要求的学员。A learner with fewer credited hours than are asked for."""

    learner_id: str = Field(title="学员 / Learner")
    learner_name: str | None = Field(title="姓名 / Name", examples=["张**"])
    eligibility: Eligibility | None = Field(title="补贴资格 / Eligibility")
    outlook: Outlook | None = Field(title="预判 / Outlook")
    credited_hours: Number | None = Field(title="学时 / Credited hours")
    short_seconds: Number | None = Field(title="还差（秒） / Missing seconds", examples=[3600])


class CreditedHours(Shown):
    """班级学时的分布。How credited hours are spread over a class group."""

    needed: Number | None = Field(
        title="要求学时 / Hours needed", description="null 表示未作要求。Null: none are asked for."
    )
    rule: str | None = Field(title="规则 / Rule", examples=["credited-hours"])
    reached: int = Field(title="已达到人数 / Have them")
    ranges: Sequence[HoursRange] = Field(
        title="分布 / Ranges", description="不含退班学员。Without those who withdrew."
    )
    short: Sequence[ShortLearner] = Field(
        title="未达到者 / Who has not", description="差得最多的在前。The farthest from it first."
    )


class TeachingRecordItem(Shown):
    instructor_id: str = Field(title="教师编号 / Instructor")
    instructor_name: str | None = Field(title="教师姓名 / Name", examples=["李**"])
    qualification: str | None = Field(title="资质 / Qualification")
    started_at: datetime = Field(title="开始授课 / Started at")
    ended_at: datetime = Field(title="结束授课 / Ended at")


class TaughtLessonItem(PlannedLesson):
    taught: Sequence[TeachingRecordItem] = Field(
        title="授课记录 / Teaching records", description="空表示未上报。Empty: none has come."
    )


class TaughtLessons(Shown):
    items: Sequence[TaughtLessonItem] = Field(title="课次 / Lessons")


@router.get("/attendance", summary="逐课次考勤 / Attendance by lesson", responses=documented(400, 404))
async def attendance_of_class_group(
    *,
    caller: Reader,
    session: Snapshot,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    page: WholeClassGroup,
) -> AttendanceListing:
    """Learners by id, lessons by their beginning.

    学员按编号、课次按开始时间排列；考勤为平台所报，计入情况见判定单。
    """
    key = ClassGroupKey(platform, class_group_id)
    await known_class_group(session, Selection(*key).within(caller.reach))
    behind = page.after(str)
    after = None if behind is None else LearnerId(str(behind[0]))
    found = await attendance_matrix(session, key, clock.now(), after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(found.learners, key=lambda row: (row.learner_id,))
    known = {mark.learner_id: mark for mark in await marks.marks(session, key, [r.learner_id for r in rows])}
    return AttendanceListing(
        items=[_learner(row, known[row.learner_id], caller.fields) for row in rows],
        next_cursor=next_cursor,
        lessons=[LessonAttendance.model_validate(lesson) for lesson in found.lessons],
    )


@router.get("/hours", summary="学时分布 / Credited hours", responses=documented(404))
async def hours_of_class_group(
    *, caller: Reader, session: Snapshot, platform: PlatformPath, class_group_id: ClassGroupPath
) -> CreditedHours:
    """Against the hours that its policy asks for, and who has fewer.

    与政策要求的学时对照，并列出未达到的学员。
    """
    key = ClassGroupKey(platform, class_group_id)
    await known_class_group(session, Selection(*key).within(caller.reach))
    found = await marks.hours(session, key)
    short = [ShortLearner.model_validate(_marked(mark, caller.fields)) for mark in found.short]
    return CreditedHours.model_validate({**found._asdict(), "short": short})


@router.get("/teaching", summary="授课记录 / Teaching records", responses=documented(404))
async def teaching_of_class_group(
    *, caller: Reader, session: Snapshot, platform: PlatformPath, class_group_id: ClassGroupPath
) -> TaughtLessons:
    """Lesson by lesson; those without a record too.

    逐课次列出，含未上报授课记录者。
    """
    key = ClassGroupKey(platform, class_group_id)
    await known_class_group(session, Selection(*key).within(caller.reach))
    items = [
        {
            **lesson._asdict(),
            "taught": [
                {**each._asdict(), "instructor_name": caller.fields.show(each.instructor_name)}
                for each in lesson.taught
            ],
        }
        for lesson in await taught_lessons(session, key)
    ]
    return TaughtLessons.model_validate({"items": items})


def _learner(row: LearnerRow, mark: Mark, fields: Fields) -> LearnerAttendance:
    told = {**_marked(mark, fields), **row._asdict()}
    return LearnerAttendance.model_validate(
        {**told, "learner_name": fields.show(Personal(PersonalKind.name, row.name))}
    )


def _marked(mark: Mark, fields: Fields) -> dict[str, object]:
    return {**mark._asdict(), "learner_name": fields.show(mark.learner_name)}
