"""Advice on answers, checks and exams, and of rules that the learner can do nothing about."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.vocabulary import Outcome, QuizAttempt, Subject
from app.rules.advice import Way, advise, further
from app.rules.fact_names import FactName
from app.rules.policy import Operator
from app.rules.records import ExamScore
from tests.rules.advised import EXAMS, THRESHOLDS, Run, Standing, asking
from tests.rules.examples import answer, check, standard

COUNTS = st.integers(0, 12)


class TestAnswersAndChecks:
    @given(COUNTS, COUNTS, THRESHOLDS)
    def test_so_many_right_answers_pass_and_one_less_does_not(
        self, right: int, wrong: int, threshold: Fraction
    ) -> None:
        answers = [answer("S00", f"q{each}", right=each < right) for each in range(right + wrong)]
        run = Standing(2, 1, []).run(asking(FactName.answer_accuracy, threshold), quiz_answers=answers)
        assert_shortest(run, "quiz_answers", lambda each: answer("S01", f"later-{each}"))

    @given(COUNTS, COUNTS, THRESHOLDS)
    def test_so_many_checks_pass_and_one_less_does_not(
        self, right: int, wrong: int, threshold: Fraction
    ) -> None:
        checks = [check("S00", each, passed=each < right) for each in range(right + wrong)]
        run = Standing(2, 1, []).run(asking(FactName.verification_pass_rate, threshold), verifications=checks)
        assert_shortest(run, "verifications", lambda each: check("S01", 61 + each, passed=True))

    def test_where_another_attempt_counts_it_is_told_too(self) -> None:
        answers = [answer("S00", f"q{each}", right=each < 7) for each in range(10)]
        version = asking(FactName.answer_accuracy, Fraction(4, 5), quiz_attempt=QuizAttempt.best)
        run = Standing(2, 1, []).run(version, quiz_answers=answers)
        advice = run.advice
        assert advice is not None
        assert advice.text.zh == "此后的提问再答对 5 题（中间不答错）。或将答错的题重答，改对 1 题。"
        assert run.passes_in_the_end(quiz_answers=[answer("S00", "q9", attempt=2)])

    def test_without_lessons_to_come_no_question_will_help(self) -> None:
        wrong = [answer("S00", "q", right=False)]
        advice = Standing(1, 1, []).run(asking(FactName.answer_accuracy, Fraction(4, 5)), quiz_answers=wrong)
        assert advice.advice is not None
        assert advice.advice.is_reachable is False
        assert "不会再有提问" in advice.advice.text.zh

    def test_where_all_must_be_right_a_wrong_one_is_never_made_good(self) -> None:
        assert further(9, 10, Fraction(1)) is None
        assert further(0, 10, Fraction(0)) == 0


def assert_shortest(run: Run, feed: str, good: Any) -> None:  # noqa: ANN401 (makes a record of that feed)
    advice = run.advice
    _, outcome = run.judged
    if outcome.outcome is not Outcome.failed:
        assert advice is None or advice.way is Way.send_data
        return
    assert advice is not None
    if advice.amount is None:
        assert not run.passes_in_the_end(**{feed: [good(each) for each in range(500)]})
        return
    assert advice.is_reachable
    wanted = [good(each) for each in range(int(advice.amount))]
    assert run.passes_in_the_end(**{feed: wanted})
    assert not run.passes_in_the_end(**{feed: wanted[1:]})


class TestExams:
    @given(st.sets(st.sampled_from(EXAMS)), st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(1)]))
    def test_so_many_exams_pass_and_one_less_does_not(self, passed: set[str], threshold: Fraction) -> None:
        scores = [score(exam_id) for exam_id in passed]
        run = Standing(2, 1, []).run(asking(FactName.exam_pass_rate, threshold), exam_scores=scores)
        advice = run.advice
        if advice is None:
            assert run.passes_in_the_end()
            return
        wanted = [score(exam_id) for exam_id in EXAMS if exam_id not in passed][: int(advice.amount or 0)]
        assert run.passes_in_the_end(exam_scores=wanted)
        assert not run.passes_in_the_end(exam_scores=wanted[1:])


def score(exam_id: str) -> ExamScore:
    return ExamScore(exam_id, 1, Decimal(60), Decimal(60))


class TestWhatElseThereIs:
    def test_a_survey_not_handed_in_is_asked_for(self) -> None:
        advice = Standing(2, 1, []).run(asking(FactName.evaluation_submitted, True, Operator.is_true)).advice
        assert advice is not None
        assert (advice.way, advice.amount) == (Way.evaluate, 1)

    def test_any_other_rule_tells_what_there_is_what_is_asked_and_the_remedy(self) -> None:
        run = Standing(2, 1, [0]).run(asking(FactName.attendance_rate, Fraction(1, 2), Operator.at_most))
        advice = run.advice
        assert advice is not None
        assert advice.way is Way.mend
        assert advice.text.zh.startswith("现为100%，要求不高于50%。")
        assert advice.text.zh.endswith(standard().rules[0].remedy.zh)

    def test_where_there_is_nothing_to_judge_by_it_says_what_is_missing(self) -> None:
        advice = Standing(2, 1, []).run(asking(FactName.answer_accuracy, Fraction(4, 5))).advice
        assert advice is not None
        assert advice.way is Way.send_data
        assert advice.text.zh.startswith("尚无课中提问的记录，无从判定。")

    @pytest.mark.parametrize(
        ("fact", "threshold", "words"),
        [
            (FactName.attendance_rate, Fraction(4, 5), "现为50%，还差1个课次。"),
            (FactName.credited_hours, Fraction(3), "现为1.3333学时，还差 1.67 学时（75 分钟）。"),
            (FactName.credited_seconds, Fraction(3661), "现为3600秒，还差 2 分钟。"),
            (FactName.exams_passed, Fraction(1), "现为0科考核，还差1科考核。"),
        ],
    )
    def test_of_a_closed_class_group_it_says_what_is_missing_and_which_remedy_is_left(
        self, fact: FactName, threshold: Fraction, words: str
    ) -> None:
        run = Standing(2, 1, [0]).run(asking(fact, threshold))._replace(closed=True)
        advice = run.advice
        assert advice is not None
        assert advice.way is Way.correct
        assert advice.text.zh.startswith(words + "班级已结班")
        assert "更正申请" in advice.text.zh

    def test_of_what_nobody_learns_it_tells_the_packs_remedy_once_closed(self) -> None:
        run = Standing(2, 1, [0]).run(asking(FactName.phone_valid, True, Operator.is_true))
        advice = run._replace(closed=True).advice
        assert advice is not None
        remedy = standard().rules[0].remedy
        assert advice.text.zh == (
            f"缺少判定“到课率不低于80%”所需的数据。{remedy.zh}班级已结班；"
            "漏报、错报的数据由培训平台补报或更正后自动重新评定，学员认为本人记录有误的，可提出更正申请。"
        )
        assert f"{remedy.en} The class group is closed; once the platform" in advice.text.en

    def test_of_a_class_group_nobody_asks_the_learner_for_a_correction(self) -> None:
        version = asking(FactName.headcount, Fraction(20))
        rules = (replace(version.rules[0], subject=Subject.class_group),)
        run = Standing(2, 1, [0]).run(asking(FactName.attendance_rate, Fraction(1)))._replace(closed=True)
        case, outcome = run.judged
        case = case._replace(timetable=replace(case.timetable, version=replace(version, rules=rules)))
        judged = outcome._replace(fact=FactName.headcount, observed=18, threshold=Fraction(20), shortfall=2)
        advice = advise(case, judged)
        assert advice is not None
        assert advice.text.zh.startswith("现为18人，还差2人。")
        assert advice.text.zh.endswith("漏报、错报的数据由培训平台补报或更正后自动重新评定。")

    def test_who_has_withdrawn_is_told_so(self) -> None:
        case, outcome = Standing(2, 1, []).run(asking(FactName.attendance_rate, Fraction(1))).judged
        advice = advise(case._replace(is_withdrawn=True), outcome)
        assert advice is not None
        assert advice.way is Way.return_to_class

    def test_what_passes_for_good_or_does_not_apply_needs_none(self) -> None:
        assert Standing(2, 2, [0, 1]).run(asking(FactName.attendance_rate, Fraction(1))).advice is None
        case, outcome = Standing(2, 1, []).run(asking(FactName.attendance_rate, Fraction(1))).judged
        assert advise(case, outcome._replace(outcome=Outcome.not_applicable)) is None

    def test_every_fact_and_operator_has_a_sentence(self) -> None:
        """Also those that nobody counts yet: a rule without a sentence helps nobody."""
        case, outcome = Standing(2, 1, []).run(asking(FactName.attendance_rate, Fraction(1))).judged
        for fact in FactName:
            for told in (Outcome.failed, Outcome.missing):
                for observed in (None, 3, Fraction(1, 3), True, "h264"):
                    other = outcome._replace(fact=fact, outcome=told, observed=observed, shortfall=None)
                    advice = advise(case, other)
                    assert advice is not None
                    assert advice.text.zh
                    assert advice.text.en
