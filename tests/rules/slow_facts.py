"""The facts once more, slowly: instant by instant as semantics.md §4 tells them, with nothing clever.

Time is cut into cells at every instant that any record names, and at midnight; inside a cell nothing changes.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from zoneinfo import ZoneInfo

from app.core.vocabulary import QuizAttempt
from app.rules.figures import Figure
from app.rules.policy import Counting
from app.rules.records import ClassGroup, EnrollmentRecords, LearningRecord, Lesson

SHANGHAI = ZoneInfo("Asia/Shanghai")
ATTENDED = ("present", "late", "left_early")
Cell = tuple[int, int]


def midnight(day: date) -> int:
    at = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def day_of(instant: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)).astimezone(SHANGHAI).date()


class SlowFacts:
    def __init__(
        self,
        class_group: ClassGroup,
        lessons: Sequence[Lesson],
        records: EnrollmentRecords,
        counting: Counting,
        as_of: int,
    ) -> None:
        self.class_group = class_group
        self.lessons = {lesson.lesson_id: lesson for lesson in lessons}
        self.records = records
        self.counting = counting
        self.as_of = as_of
        self.opens = midnight(class_group.starts_on)
        self.closes = midnight(class_group.ends_on + timedelta(days=1))
        self.cells = list(pairwise(sorted(set(self._instants()))))
        self.taken: dict[str, list[Cell]] = {}
        self._take_turns()

    def _instants(self) -> Iterable[int]:
        for offset in range(-3, 10):
            yield midnight(self.class_group.starts_on + timedelta(days=offset))
        for record in self.records.learning_records:
            yield from (record.online_at, record.offline_at)
        for attendance in self.records.attendance:
            yield from (x for x in (attendance.signed_in_at, attendance.signed_out_at) if x is not None)
        for lesson in self.lessons.values():
            yield from (x for x in (lesson.starts_at, lesson.ends_at) if x is not None)
        yield from (check.issued_at for check in self.records.verifications)

    def _stopped(self, lesson_id: str, instant: int) -> bool:
        if not self.counting.stop_at_failed_verification:
            return False
        checks = [check for check in self.records.verifications if check.lesson_id == lesson_id]
        for failed in [check for check in checks if not check.passed]:
            ends = [
                check.issued_at for check in checks if check.passed and check.issued_at >= failed.issued_at
            ]
            ends.append(midnight(day_of(failed.issued_at) + timedelta(days=1)))
            if failed.issued_at <= instant < min(ends):
                return True
        return False

    def _counts(self, lesson: Lesson, instant: int) -> bool:
        if not self.opens <= instant < self.closes or self._stopped(lesson.lesson_id, instant):
            return False
        if lesson.kind == "vod":
            return True
        assert lesson.starts_at is not None
        assert lesson.ends_at is not None
        return lesson.starts_at <= instant < lesson.ends_at

    def _record_cells(self, lesson: Lesson, record: LearningRecord) -> list[Cell]:
        inside = [cell for cell in self.cells if record.online_at <= cell[0] < record.offline_at]
        return [cell for cell in inside if self._counts(lesson, cell[0])]

    def _learning(self, lesson: Lesson) -> list[LearningRecord]:
        return [record for record in self.records.learning_records if record.lesson_id == lesson.lesson_id]

    def presence(self, lesson: Lesson) -> list[Cell]:
        cells = {cell for record in self._learning(lesson) for cell in self._record_cells(lesson, record)}
        for attendance in self.records.attendance:
            signed = attendance.signed_in_at is not None and attendance.signed_out_at is not None
            if attendance.lesson_id != lesson.lesson_id or not signed or lesson.kind == "vod":
                continue
            if attendance.status in ATTENDED:
                cells |= {
                    cell
                    for cell in self.cells
                    if attendance.signed_in_at <= cell[0] < attendance.signed_out_at  # type: ignore[operator]
                    and self._counts(lesson, cell[0])
                }
        return sorted(cells)

    def media(self, lesson: Lesson) -> Fraction:
        pieces: list[tuple[Fraction, Fraction]] = []
        placed: set[Cell] = set()
        bare: set[Cell] = set()
        for record in self._learning(lesson):
            cells = self._record_cells(lesson, record)
            if record.position_from_ms is None or record.position_to_ms is None:
                bare |= set(cells)
                continue
            placed |= set(cells)
            origin, target = record.position_from_ms * 1000, record.position_to_ms * 1000
            duration = record.offline_at - record.online_at
            allowed = min(Fraction(1 if record.playback_rate is None else record.playback_rate), Fraction(2))
            speed = min(allowed, Fraction(target - origin, duration))
            for start, end in cells:
                pieces.append(
                    (origin + (start - record.online_at) * speed, origin + (end - record.online_at) * speed)
                )
        points = sorted({point for piece in pieces for point in piece})
        covered = sum(
            (b - a for a, b in pairwise(points) if any(start <= a and b <= end for start, end in pieces)),
            start=Fraction(),
        )
        return covered + measure(bare - placed)

    def counted(self, lesson: Lesson) -> int:
        limits = [Fraction(measure(self.presence(lesson))), Fraction(lesson.planned_minutes * 60_000_000)]
        if lesson.kind == "vod":
            limits.append(self.media(lesson))
        return floor(min(limits))

    def credited(self, lesson_id: str) -> int:
        return measure(self.taken.get(lesson_id, []))

    def _take_turns(self) -> None:
        presence = {lesson_id: self.presence(lesson) for lesson_id, lesson in self.lessons.items()}
        order = sorted(
            (lesson for lesson in self.lessons.values() if presence[lesson.lesson_id]),
            key=lambda lesson: (
                lesson.kind == "vod",
                presence[lesson.lesson_id][-1][1],
                presence[lesson.lesson_id][0][0],
                lesson.lesson_id,
            ),
        )
        free = list(self.cells)
        for turn, lesson in enumerate(order):
            later = [cell for other in order[turn + 1 :] for cell in presence[other.lesson_id]]
            mine = [cell for cell in free if lies_in(cell, presence[lesson.lesson_id])]
            alone = [cell for cell in mine if not lies_in(cell, later)]
            shared = [cell for cell in mine if lies_in(cell, later)]
            wanted = self.counted(lesson)
            self.taken[lesson.lesson_id] = []
            for start, end in [*sorted(alone), *sorted(shared)]:
                part = min(end - start, wanted)
                if part:
                    wanted -= part
                    self.taken[lesson.lesson_id].append((start, start + part))
                    free.remove((start, end))
                    free.append((start + part, end))

    def daily_excess(self) -> int:
        if self.counting.daily_cap_minutes is None:
            return 0
        by_day: dict[date, int] = {}
        for cells in self.taken.values():
            for cell in cells:
                by_day[day_of(cell[0])] = by_day.get(day_of(cell[0]), 0) + measure([cell])
        return sum(max(0, time - self.counting.daily_cap_minutes * 60_000_000) for time in by_day.values())

    def required(self) -> list[Lesson]:
        lessons = [lesson for lesson in self.lessons.values() if lesson.required]
        if self.class_group.closed_at is not None:
            return lessons
        return [lesson for lesson in lessons if self.is_due(lesson)]

    def is_due(self, lesson: Lesson) -> bool:
        due_at = self.closes if lesson.kind == "vod" else lesson.ends_at
        assert due_at is not None
        return due_at <= self.as_of

    def is_attended(self, lesson: Lesson) -> bool:
        if any(a.lesson_id == lesson.lesson_id and a.status in ATTENDED for a in self.records.attendance):
            return True
        planned = lesson.planned_minutes * 60_000_000
        return (
            lesson.kind == "vod"
            and self.credited(lesson.lesson_id) >= self.counting.vod_attended_share * planned
        )

    def is_completed(self, lesson: Lesson) -> bool:
        return self.credited(lesson.lesson_id) >= lesson.planned_minutes * 60_000_000

    def questions(self) -> list[bool]:
        answers = [answer for answer in self.records.quiz_answers if answer.lesson_id in self.lessons]
        right = []
        for question in {(answer.lesson_id, answer.question_id) for answer in answers}:
            attempts = sorted(
                (answer for answer in answers if (answer.lesson_id, answer.question_id) == question),
                key=lambda answer: (answer.attempt, answer.asked_at, answer.answer_id),
            )
            marks = [answer.correct and answer.answered_at is not None for answer in attempts]
            match self.counting.quiz_attempt:
                case QuizAttempt.first:
                    right.append(marks[0])
                case QuizAttempt.last:
                    right.append(marks[-1])
                case QuizAttempt.best:
                    right.append(any(marks))
        return right

    def facts(self) -> dict[str, Figure]:
        required = self.required()
        attended = sum(map(self.is_attended, required))
        completed = sum(map(self.is_completed, required))
        marks = self.questions()
        checks = [check.passed for check in self.records.verifications if check.lesson_id in self.lessons]
        total = sum(map(self.credited, self.lessons))
        seconds = Fraction(total - self.daily_excess(), 1_000_000)
        overlap = Fraction(sum(map(self.counted, self.lessons.values())) - total, 1_000_000)
        return {
            "required_lessons": len(required),
            "attended_lessons": attended,
            "attendance_rate": Fraction(attended, len(required)) if required else None,
            "lessons_completed": completed,
            "completion_rate": Fraction(completed, len(required)) if required else None,
            "questions_asked": len(marks),
            "questions_correct": sum(marks),
            "answer_accuracy": Fraction(sum(marks), len(marks)) if marks else None,
            "verifications_issued": len(checks),
            "verifications_passed": sum(checks),
            "verification_pass_rate": Fraction(sum(checks), len(checks)) if checks else None,
            "credited_seconds": seconds,
            "overlap_seconds": overlap,
            "credited_hours": seconds / 60 / self.counting.minutes_per_hour if self.lessons else None,
            "evaluation_submitted": self.records.evaluation_submitted,
        }


def measure(cells: Iterable[Cell]) -> int:
    return sum(end - start for start, end in cells)


def lies_in(cell: Cell, cells: Iterable[Cell]) -> bool:
    return any(start <= cell[0] and cell[1] <= end for start, end in cells)
