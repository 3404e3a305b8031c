"""The facts of an enrollment (semantics.md §4): counted as whole numbers, so that every rate is exact."""

from fractions import Fraction
from typing import NamedTuple

from app.rules.at_once import PersonCount, count_person
from app.rules.daily import DayCount, count_days
from app.rules.days import SECOND
from app.rules.fact_names import FactName
from app.rules.figures import Figure, StoredFigure, ratio, stored, stored_ratio
from app.rules.further_facts import NOTHING_FURTHER, Further, Learning, Rate, figure_of, further_facts
from app.rules.rates import checks_of, count_questions, exams_of, passed_exams
from app.rules.records import EnrollmentRecords
from app.rules.study import Study, is_attended, is_completed, studies_of
from app.rules.timetable import Timetable
from app.rules.turns import take_turns

RATES = {
    FactName.attendance_rate: (FactName.attended_lessons, FactName.required_lessons),
    FactName.completion_rate: (FactName.lessons_completed, FactName.required_lessons),
    FactName.answer_accuracy: (FactName.questions_correct, FactName.questions_asked),
    FactName.exam_pass_rate: (FactName.exams_passed, FactName.exams_required),
    FactName.verification_pass_rate: (FactName.verifications_passed, FactName.verifications_issued),
}


class Facts(NamedTuple):
    required_lessons: int
    attended_lessons: int
    lessons_completed: int
    questions_asked: int
    questions_correct: int
    exams_required: int
    exams_passed: int
    verifications_issued: int
    verifications_passed: int
    evaluation_submitted: bool
    credited: int
    """Microseconds, like `overlap`."""
    overlap: int
    credited_hour: Fraction | None
    """How many microseconds make one credited hour; None if the class group has no lessons."""
    further: Further = NOTHING_FURTHER
    """What only this policy asks for."""

    def figure(self, fact: FactName) -> Figure:
        if parts := self.parts(fact):
            return ratio(*parts)
        if fact in self.further:
            return figure_of(self.further[fact])
        match fact:
            case FactName.credited_seconds:
                return Fraction(self.credited, SECOND)
            case FactName.overlap_seconds:
                return Fraction(self.overlap, SECOND)
            case FactName.credited_hours:
                return None if self.credited_hour is None else self.credited / self.credited_hour
        figure: int | bool = getattr(self, fact)
        return figure

    def parts(self, fact: FactName) -> tuple[int, int] | None:
        """Numerator and denominator of a rate, not reduced; None of every other fact."""
        if fact not in RATES:
            told = self.further.get(fact)
            return (told.part, told.whole) if isinstance(told, Rate) else None
        part, whole = RATES[fact]
        return getattr(self, part), getattr(self, whole)

    def stored(self) -> dict[str, StoredFigure]:
        """All of them by name, as JSON keeps them; `figures.from_stored` reads them back."""
        return {
            "required_lessons": self.required_lessons,
            "attended_lessons": self.attended_lessons,
            "attendance_rate": stored_ratio(self.attended_lessons, self.required_lessons),
            "questions_asked": self.questions_asked,
            "questions_correct": self.questions_correct,
            "answer_accuracy": stored_ratio(self.questions_correct, self.questions_asked),
            "credited_seconds": self.credited,
            "overlap_seconds": self.overlap,
            "credited_hours": stored(FactName.credited_hours, self.figure(FactName.credited_hours)),
            "exams_required": self.exams_required,
            "exams_passed": self.exams_passed,
            "exam_pass_rate": stored_ratio(self.exams_passed, self.exams_required),
            "verifications_issued": self.verifications_issued,
            "verifications_passed": self.verifications_passed,
            "verification_pass_rate": stored_ratio(self.verifications_passed, self.verifications_issued),
            "lessons_completed": self.lessons_completed,
            "completion_rate": stored_ratio(self.lessons_completed, self.required_lessons),
            "evaluation_submitted": self.evaluation_submitted,
            **{fact: stored(fact, figure_of(told)) for fact, told in self.further.items()},
        }


class Account(NamedTuple):
    """The facts with what they were added up from: the explanation reads what the decision computed."""

    facts: Facts
    studies: dict[str, Study]
    days: list[DayCount]
    person: PersonCount | None = None
    """None: nobody else is known to be the same person."""


def account_for(timetable: Timetable, records: EnrollmentRecords) -> Account:
    """Count what one learner did."""
    studies = studies_of(timetable, records)
    take_turns(studies, timetable.crowded)
    person = None if records.elsewhere is None else count_person(timetable, studies, records.elsewhere)
    days = count_days(studies.values(), timetable.version.counting.daily_cap_minutes)
    facts = _facts(timetable, records, studies, days, person)
    return Account(facts, studies, days, person)


def _facts(
    timetable: Timetable,
    records: EnrollmentRecords,
    studies: dict[str, Study],
    days: list[DayCount],
    person: PersonCount | None,
) -> Facts:
    attended = completed = counted = credited = 0
    for study in studies.values():
        counted += study.counted
        credited += study.credited
        if study.plan.is_required:
            attended += is_attended(study)
            completed += is_completed(study)
    asked, correct = count_questions(
        records.quiz_answers, timetable.lessons, timetable.version.counting.quiz_attempt
    )
    exams = exams_of(timetable.class_group.exam_ids, records.exam_scores)
    checks = checks_of(records.verifications, timetable.lessons)
    overlap = counted - credited
    credited -= sum([day.excess for day in days])
    further = NOTHING_FURTHER
    if timetable.version.further_facts:
        further = further_facts(Learning(timetable, records, studies, credited, person))
    return Facts(
        required_lessons=timetable.required_lessons,
        attended_lessons=attended,
        lessons_completed=completed,
        questions_asked=asked,
        questions_correct=correct,
        exams_required=len(exams),
        exams_passed=len(passed_exams(exams, records.exam_scores)),
        verifications_issued=len(checks),
        verifications_passed=sum([check.passed for check in checks]),
        evaluation_submitted=records.evaluation_submitted,
        credited=credited,
        overlap=overlap,
        credited_hour=timetable.credited_hour,
        further=further,
    )
