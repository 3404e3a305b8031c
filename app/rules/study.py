"""What one learner did in each lesson: presence, and how much of it counts before lessons take turns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.rules.coverage import media_of
from app.rules.intervals import Spans, earliest, length, union
from app.rules.presence import ATTENDED, presence_at, presence_of, stops_of
from app.rules.records import Attendance, EnrollmentRecords, LearningRecord, Verification
from app.rules.timetable import PlannedLesson, Timetable


@dataclass(slots=True)
class Study:
    """One learner in one lesson, in microseconds."""

    plan: PlannedLesson
    records: Sequence[LearningRecord]
    attendance: Attendance | None
    stops: Spans
    presence: Spans
    wall: int
    media: int | None
    """None unless the lesson is VOD."""
    counted: int
    credited: int
    """`counted`, unless another lesson takes its turn first (`turns`)."""
    contested: Spans | None = None
    """The instants taken, where another lesson wanted some of them."""

    @classmethod
    def nothing(cls, plan: PlannedLesson) -> "Study":
        """Of a lesson in which the learner left no trace."""
        return cls(plan, (), None, [], [], 0, 0 if plan.is_vod else None, 0, 0)

    @property
    def taken(self) -> Spans:
        """The instants credited: without competition the earliest."""
        return earliest(self.presence, self.credited) if self.contested is None else self.contested


def is_attended(study: Study) -> bool:
    """By its attendance record, or for VOD by the time credited."""
    if study.attendance is not None and study.attendance.status in ATTENDED:
        return True
    return study.plan.is_vod and study.credited >= study.plan.attended_from


def is_completed(study: Study) -> bool:
    return study.credited >= study.plan.completed_from


def studies_of(timetable: Timetable, records: EnrollmentRecords) -> dict[str, Study]:
    """By lesson, where the learner left a learning record or an attendance record."""
    learning = _by_lesson(records.learning_records)
    attendance = {attendance.lesson_id: attendance for attendance in records.attendance}
    stops = _stops(timetable, records.verifications)
    studies = {}
    for lesson_id, plan in timetable.lessons.items():
        studied = learning.get(lesson_id, ())
        attended = attendance.get(lesson_id)
        if studied or attended is not None:
            studies[lesson_id] = _study(plan, studied, attended, stops.get(lesson_id, []))
    return studies


def _by_lesson(records: Sequence[LearningRecord]) -> Mapping[str, Sequence[LearningRecord]]:
    alone = {record.lesson_id: (record,) for record in records}
    if len(alone) == len(records):
        return alone
    together = defaultdict(list)
    for record in records:
        together[record.lesson_id].append(record)
    return together


def _stops(timetable: Timetable, verifications: Sequence[Verification]) -> dict[str, Spans]:
    if not timetable.version.counting.stop_at_failed_verification:
        return {}
    checks = defaultdict(list)
    for verification in verifications:
        checks[verification.lesson_id].append(verification)
    return {lesson_id: stops_of(issued) for lesson_id, issued in checks.items()}


def _study(
    plan: PlannedLesson, records: Sequence[LearningRecord], attendance: Attendance | None, stops: Spans
) -> Study:
    if plan.is_vod:
        presences = [presence_of([(record.online_at, record.offline_at)], plan, stops) for record in records]
        presence = union([span for each in presences for span in each])
        wall, media = length(presence), media_of(records, presences)
        counted = min(wall, media, plan.planned)
        return Study(plan, records, attendance, stops, presence, wall, media, counted, counted)
    presence = presence_at(plan, records, attendance, stops)
    wall, planned = 0, plan.planned
    for start, end in presence:
        wall += end - start
    counted = wall if wall < planned else planned  # noqa: FURB136 (a call of min takes twice as long)
    return Study(plan, records, attendance, stops, presence, wall, None, counted, counted)
