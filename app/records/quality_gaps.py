"""What should have come and has not, and where platforms disagree about an enterprise.

Every statement walks class groups, due lessons or enterprises of one platform; none walks what learners did.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, case, exists, literal_column, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from app.core.ids import ClassGroupId, LessonId, PlatformCode, Uscc
from app.core.vocabulary import Feed, PlatformKind
from app.db.models import Attendance, ClassGroup, Enterprise, Lesson, Project
from app.db.session import ReadSession, driver
from app.records.districts import deciding, enterprise_in, of_deciding_entry
from app.records.quality_intake import FeedIntake
from app.records.selection import Selection

LISTED = 100
"""How much of each kind is listed; there may be more."""
DUE_LESSONS = 5000
SILENCE = timedelta(hours=72)
DAILY_FEEDS = {
    PlatformKind.live: {Feed.attendance, Feed.learning_records},
    PlatformKind.vod: {Feed.learning_records},
}
"""While class groups run, something comes on these every few days."""

# Steps from one class group to the next over the index, however many batches named each of them.
NAMED = """
    WITH RECURSIVE named (class_group_id) AS (
        SELECT min(class_group_id) FROM batch_class_groups WHERE platform = $1 AND class_group_id > $2
        UNION ALL
        SELECT (
            SELECT min(class_group_id) FROM batch_class_groups
            WHERE platform = $1 AND class_group_id > named.class_group_id
        )
        FROM named
        WHERE named.class_group_id IS NOT NULL
    )
    SELECT class_group_id FROM named
"""

ALL_NAMED = f"{NAMED} WHERE class_group_id IS NOT NULL LIMIT $3"

NOT_ARRIVED = f"""
    {NAMED} WHERE class_group_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM class_groups
        WHERE class_groups.platform = $1 AND class_groups.class_group_id = named.class_group_id
          AND NOT class_groups.deleted
    )
    LIMIT $3
"""


class UnknownReference(NamedTuple):
    """A class group that names a project or an enterprise of which nothing has arrived."""

    class_group_id: ClassGroupId
    class_group_name: str | None
    project_id: str | None
    enterprise_uscc: Uscc | None


class UnattendedLesson(NamedTuple):
    class_group_id: ClassGroupId
    class_group_name: str | None
    lesson_id: LessonId
    title: str
    ends_at: datetime


class Difference(NamedTuple):
    """A platform's entry of an enterprise, and the entry that decides."""

    uscc: Uscc
    deciding_platform: PlatformCode
    name: str
    deciding_name: str
    district_code: str
    deciding_district_code: str
    size: str | None
    deciding_size: str | None


async def named_class_groups(
    session: ReadSession, platform: PlatformCode, *, after: str, limit: int
) -> list[ClassGroupId]:
    """Those that a record was accepted for, whether the class group itself has arrived or not."""
    rows = await (await driver(session)).fetch(ALL_NAMED, platform, after, limit)
    return [row[0] for row in rows]


async def class_groups_not_arrived(session: ReadSession, platform: PlatformCode) -> list[ClassGroupId]:
    return [row[0] for row in await (await driver(session)).fetch(NOT_ARRIVED, platform, "", LISTED)]


async def unknown_references(session: ReadSession, selection: Selection) -> list[UnknownReference]:
    """Any platform may have named the enterprise; projects are the platform's own."""
    project = (
        select(Project.project_id)
        .where(
            Project.platform == ClassGroup.platform,
            Project.project_id == ClassGroup.project_id,
            ~Project.deleted,
        )
        .scalar_subquery()
    )
    enterprise = of_deciding_entry(Enterprise.uscc, ClassGroup.enterprise_uscc)
    statement = (
        select(
            ClassGroup.class_group_id,
            ClassGroup.name,
            case((project.is_(None), ClassGroup.project_id)),
            case((enterprise.is_(None), ClassGroup.enterprise_uscc)),
        )
        .where(~ClassGroup.deleted, *selection.conditions(), or_(project.is_(None), enterprise.is_(None)))
        .order_by(ClassGroup.platform, ClassGroup.class_group_id)
        .limit(LISTED)
    )
    return [UnknownReference._make(row) for row in await session.execute(statement)]


async def unattended_lessons(
    session: ReadSession, selection: Selection, as_of: datetime
) -> list[UnattendedLesson]:
    """Of running class groups: the newest due lessons of which no attendance has come, latest first."""
    due = (
        select(Lesson)
        .where(
            Lesson.platform == selection.platform,
            Lesson.kind != literal_column("'vod'"),  # spelt out, as the index of timed lessons has it
            Lesson.ends_at <= as_of,
            ~Lesson.deleted,
        )
        .order_by(Lesson.ends_at.desc())
        .limit(DUE_LESSONS)
        .subquery("due")
    )
    attended = (
        select(true().label("is_attended"))
        .where(
            Attendance.platform == due.c.platform,
            Attendance.class_group_id == due.c.class_group_id,
            Attendance.lesson_id == due.c.lesson_id,
            ~Attendance.deleted,
        )
        .limit(1)
        .lateral("attended")
    )
    is_its_lesson = and_(
        ClassGroup.platform == due.c.platform, ClassGroup.class_group_id == due.c.class_group_id
    )
    statement = (
        select(due.c.class_group_id, ClassGroup.name, due.c.lesson_id, due.c.title, due.c.ends_at)
        .join(ClassGroup, is_its_lesson)
        .outerjoin(attended, true())
        .where(~ClassGroup.deleted, ClassGroup.closed_at.is_(None), *selection.conditions())
        .where(attended.c.is_attended.is_(None))
        .order_by(due.c.ends_at.desc(), due.c.class_group_id, due.c.lesson_id)
        .limit(LISTED)
    )
    return [UnattendedLesson._make(row) for row in await session.execute(statement)]


async def is_teaching(session: ReadSession, platform: PlatformCode, today: date) -> bool:
    """Whether a class group that is not closed has its period today."""
    running = exists().where(
        ClassGroup.platform == platform,
        ClassGroup.closed_at.is_(None),
        ~ClassGroup.deleted,
        ClassGroup.starts_on <= today,
        ClassGroup.ends_on >= today,
    )
    return bool(await session.scalar(select(running)))


def silent_feeds(feeds: Iterable[FeedIntake], kind: PlatformKind, as_of: datetime) -> list[Feed]:
    """Of a platform that is teaching."""
    return [
        each.feed
        for each in feeds
        if each.feed in DAILY_FEEDS[kind]
        and (each.last_received_at is None or as_of - each.last_received_at > SILENCE)
    ]


async def differences(
    session: ReadSession, platform: PlatformCode, districts: tuple[str, ...] | None
) -> list[Difference]:
    """The platform's entries of enterprises that another platform named earlier, and otherwise."""
    ours, earlier = aliased(Enterprise), aliased(Enterprise)
    first = deciding(select(earlier), earlier, ours.uscc).lateral("first")
    told = ("name", "district_code", "size")
    pairs = [(getattr(ours, name), first.c[name]) for name in told]
    differs = tuple_(*(pair[0] for pair in pairs)).is_distinct_from(tuple_(*(pair[1] for pair in pairs)))
    statement = (
        select(ours.uscc, first.c.platform, *(column for pair in pairs for column in pair))
        .join(first, true())
        .where(ours.platform == platform, ~ours.deleted, differs)
        .order_by(ours.uscc)
        .limit(LISTED)
    )
    if districts is not None:
        statement = statement.where(enterprise_in(ours.uscc, districts))
    return [Difference._make(row) for row in await session.execute(statement)]
