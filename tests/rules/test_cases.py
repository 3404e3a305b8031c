"""Cases are read as a lawyer writes them, and a case with a mistake is refused with file, line and cause."""

from fractions import Fraction
from pathlib import Path
from textwrap import indent

import pytest

from app.core.errors import Text
from app.core.vocabulary import Outcome
from app.rules.case_feeds import FEEDS
from app.rules.cases import Case, CaseKind, CasesInvalid, cases_directory, load_cases, try_cases
from app.rules.fact_names import FactName
from app.rules.loader import load_packs

STANDARD = load_packs().versions("standard")
CASE = """\
rule: attendance-rate
cases:
  - kind: boundary
    name: {zh: 五次到四次, en: Four of five}
    date: 2026-03-02
    facts: {attendance_rate: 4/5, evaluation_submitted: true, credited_hours: 40.5, employment: contract}
    expected: pass
    because: {zh: 恰为80%, en: Exactly 80 %}
"""
FED = """\
feeds:
  class-groups:
    - {ends_on: 2026-03-31, exam_ids: [E1]}
  enrollments:
    - {employment: contract}
  lessons:
    - lesson_id: S1
      kind: live
      planned_minutes: 45
      starts_at: 2026-03-03T09:00:00+08:00
      ends_at: 2026-03-03T09:45:00+08:00
    - {lesson_id: S2, kind: vod, planned_minutes: 45, required: false, course_id: K1, title: 录像}
  attendance:
    - {lesson_id: S1, status: present, method: face}
  learning-records:
    - session_id: R1
      lesson_id: S2
      online_at: 2026-03-04T09:00:00+08:00
      offline_at: 2026-03-04T09:30:00+08:00
      position_from: 0
      position_to: 2700.5
      playback_rate: 1.5
  verifications:
    - {verification_id: V1, lesson_id: S1, issued_at: "2026-03-03T09:20:00+08:00", passed: true}
  quiz-answers:
    - answer_id: A1
      lesson_id: S1
      question_id: Q1
      asked_at: 2026-03-03T09:20:00+08:00
      answered_at: 2026-03-03T09:21:00+08:00
      correct: true
  exam-scores:
    - {exam_id: E1, attempt: 1, score: 59.5, pass_score: 60}
  evaluations:
    - {submitted_at: "2026-03-31T09:00:00+08:00"}
"""


def load(directory: Path, text: str = CASE, name: str = "attendance-rate") -> list[Case]:
    (directory / f"{name}.yaml").write_text(text, "utf-8")
    return load_cases(directory)


def mistakes(directory: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(CasesInvalid) as refused:
        load(directory, text)
    assert {mistake.file for mistake in refused.value.mistakes} == {directory / "attendance-rate.yaml"}
    return [(mistake.line, mistake.cause.en) for mistake in refused.value.mistakes]


def fed(changed: str = "", by: str = "") -> str:
    """The case, with feeds instead of facts."""
    lines = CASE.splitlines(keepends=True)
    return "".join([*lines[:5], indent(FED.replace(changed, by) if changed else FED, "    "), *lines[6:]])


class TestACase:
    def test_is_read_whole(self, tmp_path: Path) -> None:
        [case] = load(tmp_path)
        assert (case.rule, case.kind, case.expected) == (
            *("attendance-rate", CaseKind.boundary, Outcome.passed),
        )
        assert (case.name, case.because) == (
            Text("五次到四次", "Four of five"),
            Text("恰为80%", "Exactly 80 %"),
        )
        assert (case.date.isoformat(), case.line) == ("2026-03-02", 3)

    def test_states_facts_exactly(self, tmp_path: Path) -> None:
        [case] = load(tmp_path)
        assert case.facts == {
            FactName.attendance_rate: Fraction(4, 5),
            FactName.evaluation_submitted: True,
            FactName.credited_hours: Fraction(81, 2),
            FactName.employment: "contract",
        }

    def test_is_judged_by_the_version_of_its_day(self, tmp_path: Path) -> None:
        [trial] = try_cases(STANDARD, load(tmp_path))
        assert trial.is_as_expected

    def test_before_the_policy_there_is_no_rule(self, tmp_path: Path) -> None:
        [trial] = try_cases(STANDARD, load(tmp_path, CASE.replace("2026-03-02", "2019-12-31")))
        assert trial.found is None
        assert not trial.is_as_expected

    def test_of_a_rule_that_the_policy_lacks_is_not_as_expected(self, tmp_path: Path) -> None:
        cases = load(tmp_path, CASE.replace("attendance-rate", "ATT_09"), "ATT_09")
        assert [trial.found for trial in try_cases(STANDARD, cases)] == [None]

    def test_that_comes_out_otherwise_is_noticed(self, tmp_path: Path) -> None:
        [trial] = try_cases(STANDARD, load(tmp_path, CASE.replace("4/5", "0.79")))
        assert (trial.found, trial.is_as_expected) == (Outcome.failed, False)


class TestFeeds:
    def test_are_counted_by_the_code_that_judges(self, tmp_path: Path) -> None:
        [case] = load(tmp_path, fed())
        assert case.feeds is not None
        facts = case.feeds.facts(STANDARD[-1], case.date)
        assert {name: str(facts.figure(FactName(name))) for name in COUNTED} == COUNTED

    def test_may_stand_for_facts(self, tmp_path: Path) -> None:
        [trial] = try_cases(STANDARD, load(tmp_path, fed()))
        assert trial.found is Outcome.passed

    def test_every_feed_is_tried_here(self) -> None:
        assert {f"{feed}:" for feed in FEEDS} <= {*FED.split()}

    def test_are_for_rules_on_enrollments(self, tmp_path: Path) -> None:
        text = fed().replace("attendance-rate", "PER_01-roster").replace("2026-", "2020-")
        cases = load(tmp_path, text, "PER_01-roster")
        with pytest.raises(CasesInvalid, match="Feeds are for rules on enrollments"):
            list(try_cases(load_packs().versions("sg-onjob-2020"), cases))


COUNTED = {
    "attendance_rate": "1",
    "answer_accuracy": "1",
    "exam_pass_rate": "0",
    "verification_pass_rate": "1",
    "credited_hours": "2/3",
    "evaluation_submitted": "True",
}
"""Half an hour at most of the video that was watched: 30 of its 45 minutes."""


class TestMistakes:
    @pytest.mark.parametrize(
        ("written", "instead", "line", "cause"),
        [
            ("kind: boundary", "kind: nice", 3, "“kind”: One of: passes, fails, boundary, missing, unasked."),
            ("2026-03-02", "2.3.2026", 5, "“date”: A date is written YYYY-MM-DD."),
            ("expected: pass", "expected: fail", 7, "A case of kind “boundary” expects pass."),
            ("en: Four of five", "fr: Quatre", 4, "“fr” is not known here."),
            ("attendance_rate:", "attendence_rate:", 6, "“attendence_rate”: One of: required_lessons,"),
            ("attendance_rate: 4/5", "attendance_rate: ", 6, "Leave out a fact that is missing."),
            ("attendance_rate: 4/5", "attendance_rate: most", 6, "“attendance_rate”: A decimal number"),
            ("submitted: true", "submitted: 1", 6, "“evaluation_submitted”: Either true or false."),
            ("because:", "why:", 8, "“why” is not known here."),
            ("rule: attendance-rate", "rule: ATT_02", 1, "The file should be named “ATT_02.yaml”."),
            ("cases:\n", "cases: none\nothers:\n", 2, "“cases” is a list: entries behind “- ”."),
            ("  - kind: boundary", "  - !!python/object:os.system\n    kind: boundary", 3, "Tags"),
        ],
    )
    def test_are_told_with_line_and_cause(
        self, tmp_path: Path, written: str, instead: str, line: int, cause: str
    ) -> None:
        found = mistakes(tmp_path, CASE.replace(written, instead))
        assert any(each == line and cause in told for each, told in found), found

    @pytest.mark.parametrize(
        ("written", "instead", "cause"),
        [
            ("  evaluations:", "  surveys:", "“surveys” is not known here."),
            ("status: present", "status: there", "“status”: One of: present, late, left_early,"),
            ("2026-03-04T09:00:00+08:00", "2026-03-04T09:00:00", "A moment is written"),
            ("lesson_id: S2, kind", "lesson_id: S2, sort", "“kind” is missing."),
            ("attempt: 1,", "attempt: 1.5,", "“attempt”: A whole number belongs here."),
            ("score: 59.5", "score: many", "“score”: A decimal number"),
            ("  enrollments:\n    - ", "  enrollments:\n    - {}\n    - ", "At most one class group and one"),
        ],
    )
    def test_of_feeds_are_told_as_well(self, tmp_path: Path, written: str, instead: str, cause: str) -> None:
        assert any(cause in told for _, told in mistakes(tmp_path, fed(written, instead)))

    def test_facts_and_feeds_are_not_mixed(self, tmp_path: Path) -> None:
        text = fed().replace("    feeds:", "    facts: {attendance_rate: 1}\n    feeds:")
        assert [told for _, told in mistakes(tmp_path, text)] == ["Either facts or feeds, not both."]


def test_cases_lie_beside_the_file_of_a_pack(tmp_path: Path) -> None:
    pack = tmp_path / "trial.yaml"
    assert cases_directory("pilot", pack) == tmp_path / "cases" / "pilot"
    (tmp_path / "trial.cases").mkdir()
    assert cases_directory("pilot", pack) == tmp_path / "trial.cases"
