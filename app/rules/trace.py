"""The explanation of a judgement, from the very account it was judged by; computed when somebody asks."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from app.core.vocabulary import Feed
from app.rules.advice import Advice, Case, advise
from app.rules.answer_evidence import (
    CheckEvidence,
    ExamEvidence,
    QuestionEvidence,
    check_evidence,
    exam_evidence,
    question_evidence,
)
from app.rules.ascription import LeftOut
from app.rules.assessment import Judgement, judge_account
from app.rules.daily import DayCount
from app.rules.engine import RuleOutcome
from app.rules.facts import account_for
from app.rules.lesson_evidence import LessonEvidence, lesson_evidence
from app.rules.reasons import Reason
from app.rules.records import EnrollmentRecords
from app.rules.timetable import Timetable


class DayEvidence(NamedTuple):
    """What was taken on one day, in microseconds; only where the policy sets a daily cap."""

    day: date
    taken: int
    left_out: tuple[LeftOut, ...]


class Orphan(NamedTuple):
    """A record that waits for its lesson and does not count."""

    feed: Feed
    record_id: str | None
    lesson_id: str
    reason: Reason = Reason.lesson_unknown


class Trace(NamedTuple):
    """`judgement` with its evidence. Credited time is what `lessons` credit less what `days` leave out."""

    judgement: Judgement
    lessons: tuple[LessonEvidence, ...]
    days: tuple[DayEvidence, ...]
    questions: tuple[QuestionEvidence, ...]
    exams: tuple[ExamEvidence, ...]
    checks: tuple[CheckEvidence, ...]
    orphans: tuple[Orphan, ...]
    case: Case
    """What was judged: advice starts from it."""

    def advice(self, outcome: RuleOutcome) -> Advice | None:
        """By the account explained here, whatever an earlier assessment has said of the rule."""
        now = {each.code: each for each in self.judgement.rules}
        return advise(self.case, now.get(outcome.code, outcome))


def explain_enrollment(timetable: Timetable, records: EnrollmentRecords) -> Trace:
    account = account_for(timetable, records)
    return Trace(
        judgement=judge_account(timetable, records, account),
        lessons=lesson_evidence(timetable, account),
        days=tuple(_day(count) for count in account.days),
        questions=question_evidence(timetable, records),
        exams=exam_evidence(timetable, records),
        checks=check_evidence(timetable, records),
        orphans=tuple(orphan for orphan in _records(records) if orphan.lesson_id not in timetable.lessons),
        case=Case(timetable, account, is_withdrawn=records.enrollment.withdrawn_at is not None),
    )


def _day(count: DayCount) -> DayEvidence:
    left_out = (LeftOut(Reason.daily_cap, count.excess),) if count.excess else ()
    return DayEvidence(count.day, count.taken, left_out)


def _records(records: EnrollmentRecords) -> Iterator[Orphan]:
    """Every record that names a lesson, as an orphan it would be."""
    for attendance in records.attendance:
        yield Orphan(Feed.attendance, None, attendance.lesson_id)
    for record in records.learning_records:
        yield Orphan(Feed.learning_records, record.session_id, record.lesson_id)
    for check in records.verifications:
        yield Orphan(Feed.verifications, check.verification_id, check.lesson_id)
    for answer in records.quiz_answers:
        yield Orphan(Feed.quiz_answers, answer.answer_id, answer.lesson_id)
