"""One learner, one rule, and live lessons of 60 minutes, one after another."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import strategies as st

from app.core.vocabulary import Outcome, QuizAttempt
from app.rules.advice import Advice, Case, advise
from app.rules.assessment import judge_account
from app.rules.days import MINUTE
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName
from app.rules.facts import account_for
from app.rules.parameters import ParameterValue
from app.rules.policy import Comparison, Operator, PolicyVersion
from app.rules.records import Attendance, EnrollmentRecords, LearningRecord, Lesson
from app.rules.timetable import draw_up
from tests.rules.examples import A_PERSON, at, class_group, live, present, standard

HOUR = 60
EXAMS = ("E1", "E2", "E3")
THRESHOLDS = st.sampled_from([Fraction(1, 2), Fraction(2, 3), Fraction(4, 5), Fraction(17, 20), Fraction(1)])


def asking(
    fact: FactName,
    threshold: ParameterValue,
    operator: Operator = Operator.at_least,
    quiz_attempt: QuizAttempt = QuizAttempt.first,
) -> PolicyVersion:
    """The standard version with one rule, called `rule`."""
    version = standard()
    parameter = replace(version.rules[0].comparison.threshold, value=threshold)
    rule = replace(version.rules[0], code="rule", comparison=Comparison(fact, operator, parameter))
    counting = replace(version.counting, quiz_attempt=quiz_attempt)
    return replace(version, rules=(rule,), counting=counting)


class Run(NamedTuple):
    """One learner of a class group, `due` lessons of which are over."""

    version: PolicyVersion
    lessons: Sequence[Lesson]
    records: EnrollmentRecords
    due: int
    closed: bool = False

    @property
    def judged(self) -> tuple[Case, RuleOutcome]:
        group = class_group(closed=self.closed, exam_ids=EXAMS)
        timetable = draw_up(self.version, group, self.lessons, at(self.due * HOUR))
        account = account_for(timetable, self.records)
        (outcome,) = judge_account(timetable, self.records, account).rules
        return Case(timetable, account, is_withdrawn=False), outcome

    @property
    def advice(self) -> Advice | None:
        return advise(*self.judged)

    def passes_in_the_end(self, **more: Iterable[object]) -> bool:
        """With these records beside those there are, once every lesson is over."""
        added: dict[str, Any] = {
            name: [*getattr(self.records, name), *records] for name, records in more.items()
        }
        _, outcome = self._replace(records=self.records._replace(**added), due=1000).judged
        return outcome.outcome is Outcome.passed


def lessons(number: int) -> list[Lesson]:
    return [live(f"S{each:02}", each * HOUR, HOUR) for each in range(number)]


def attended(number: int) -> Attendance:
    return present(f"S{number:02}", number * HOUR, number * HOUR + HOUR)


class Standing(NamedTuple):
    number: int
    due: int
    attended: list[int]

    def run(self, version: PolicyVersion, **more: Any) -> Run:  # noqa: ANN401 (records of any feed)
        records = EnrollmentRecords(A_PERSON, attendance=[attended(each) for each in self.attended], **more)
        return Run(version, lessons(self.number), records, self.due)

    @property
    def ahead(self) -> list[int]:
        """Lessons to come, but those that are attended already."""
        return [each for each in range(self.due, self.number) if each not in self.attended]


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    number = draw(st.integers(1, 12))
    done = draw(st.lists(st.integers(0, number - 1), unique=True))
    return Standing(number, draw(st.integers(1, number)), sorted(done))


def learning(number: int, start: int, end: int) -> LearningRecord:
    """From `start` to `end` in microseconds of the lesson."""
    begin = at(number * HOUR)
    return LearningRecord(f"R{number}-{start}", f"S{number:02}", begin + start, begin + end, None, None, None)


def time_ahead(standing: Standing, partly: int, amount: int) -> list[LearningRecord]:
    """So much time in the lessons to come, of the first of which `partly` is there already."""
    taken = []
    for number in standing.ahead:
        start = partly if number == standing.ahead[0] else 0
        length = min(amount, HOUR * MINUTE - start)
        if length > 0:
            taken.append(learning(number, start, start + length))
            amount -= length
    return taken
