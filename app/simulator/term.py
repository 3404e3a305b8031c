"""The term as a whole: which class groups there are, on which platform, when, and who sits in them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from app.core.clock import SHANGHAI
from app.core.vocabulary import LessonKind, PlatformKind
from app.simulator.chance import Chance
from app.simulator.organisations import (
    PROJECTS,
    Organisation,
    Project,
    course_id,
    enterprise,
    institution,
)

LEARNERS_OF_A_CLASS_GROUP = 25
FEWEST_CLASS_GROUPS = 6
FEWEST_LEARNERS = 12
LESSONS = 25
LESSON_MINUTES = 100
"""25 lessons of 100 minutes are 55.6 credited hours, 20 of them 44.4 and 15 of them 33.3."""
PERIOD_DAYS = 60
EVENING = time(19, 0)
MORNING = time(9, 0)
CLASS_GROUPS_OF_AN_ENTERPRISE = 8
STANDARD = "standard"
ADVANCED = "bj-advanced-2020"
EVERY_SO_MANY_ARE_ADVANCED = 16
FIRST_ADVANCED = 7
"""A closed one on the VOD platform, in terms of more than 175 learners."""


class Platform(NamedTuple):
    code: str
    kind: PlatformKind
    name: str


LIVE = Platform("qingshan-live", PlatformKind.live, "青山直播课堂（模拟）")
VOD = Platform("yunqiao-vod", PlatformKind.vod, "云桥点播学院（模拟）")
PLATFORMS = (LIVE, VOD)


class Lesson(NamedTuple):
    """`begins` is the timetable of live and offline lessons; for a VOD lesson the evening it is meant for."""

    number: int
    lesson_id: str
    kind: LessonKind
    begins: datetime
    course_id: str
    title: str

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(minutes=LESSON_MINUTES)


class ClassGroup(NamedTuple):
    """`first_learner` counts through the whole term, `first_seat` through one platform: it deals parts."""

    number: int
    platform: Platform
    class_group_id: str
    project: Project
    enterprise: Organisation
    institution: Organisation | None
    starts_on: date
    is_closed: bool
    first_learner: int
    first_seat: int
    headcount: int

    @property
    def programme(self) -> str:
        is_advanced = self.number % EVERY_SO_MANY_ARE_ADVANCED == FIRST_ADVANCED
        return ADVANCED if is_advanced else STANDARD

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=PERIOD_DAYS)

    @property
    def closed_at(self) -> datetime:
        return at(self.ends_on + timedelta(days=2), time(10, 0))


class Term(NamedTuple):
    """`as_of` is the morning on which the term is looked at: nothing has happened on that day yet."""

    seed: int
    as_of: date
    learners: int

    @property
    def class_group_count(self) -> int:
        return max(FEWEST_CLASS_GROUPS, -(-self.learners // LEARNERS_OF_A_CLASS_GROUP))

    @property
    def enterprise_count(self) -> int:
        return max(3, self.class_group_count // CLASS_GROUPS_OF_AN_ENTERPRISE)

    @property
    def institution_count(self) -> int:
        return max(2, self.enterprise_count // 4)

    def class_groups(self, platform: Platform | None = None) -> Iterator[ClassGroup]:
        for number in range(self.class_group_count):
            if platform in {None, PLATFORMS[number % len(PLATFORMS)]}:
                yield self.class_group(number)

    def class_group(self, number: int) -> ClassGroup:
        chance = Chance(self.seed, "class-group", number)
        is_closed = number % 8 not in {3, 4}
        days_ago = PERIOD_DAYS + chance.between(6, 30) if is_closed else chance.one_of((26, 33))
        platform = PLATFORMS[number % len(PLATFORMS)]
        share, rest = divmod(self.learners, self.class_group_count)
        is_entrusted = chance.happens(50)
        return ClassGroup(
            number=number,
            platform=platform,
            class_group_id=f"C{number + 1:05d}",
            project=PROJECTS[number // len(PLATFORMS) % len(PROJECTS)],
            enterprise=enterprise(self.seed, number // len(PLATFORMS) % self.enterprise_count),
            institution=institution(number % self.institution_count) if is_entrusted else None,
            starts_on=self.as_of - timedelta(days=days_ago),
            is_closed=is_closed,
            first_learner=number * share + min(number, rest),
            first_seat=number // len(PLATFORMS) * (share + (rest > 0)),
            headcount=share + (number < rest),
        )

    def has_happened(self, moment: datetime) -> bool:
        return moment < at(self.as_of, time(0, 0))


def lessons(class_group: ClassGroup) -> list[Lesson]:
    """Three evenings a week, and a practical lesson in person at the end."""
    return [_lesson(class_group, number) for number in range(LESSONS)]


def _lesson(class_group: ClassGroup, number: int) -> Lesson:
    day = class_group.starts_on + timedelta(days=number * 7 // 3)
    project = class_group.project
    if number == LESSONS - 1:
        lesson_id, kind, begins, title = (
            "S25-PRACTICE",
            LessonKind.offline,
            at(day, MORNING),
            "实操考核前练习",
        )
    else:
        kind = LessonKind.live if class_group.platform is LIVE else LessonKind.vod
        lesson_id, begins, title = f"S{number + 1:02d}", at(day, EVENING), f"第{number + 1}课"
    return Lesson(number, lesson_id, kind, begins, course_id(project, number * 2 // LESSONS), title)


def at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, SHANGHAI)
