"""Whom Qinhuangdao, assessment bodies and Shaoguan let pass: the honest learner, and who only seems one."""

from collections.abc import Sequence
from functools import cache

import pytest

from app.core.vocabulary import Eligibility, LessonKind, Outcome, Severity
from app.rules.assessment import Judgement, assess_enrollment
from app.rules.class_assessment import judge_class_group
from app.rules.class_records import Course
from app.rules.loader import load_packs
from app.rules.policy import PolicyVersion
from app.rules.records import Attendance, EnrollmentRecords, LearningRecord, Lesson
from tests.rules.class_examples import REGISTRATION, ROSTER, facts
from tests.rules.examples import A_PERSON, FIRST_DAY, answer, check, live, online, present, timetable, vod

QINHUANGDAO, BODIES, SHAOGUAN = "qhd-online-2020", "assessment-body-2022", "sg-onjob-2020"
EMPLOYEE = A_PERSON._replace(employment="contract")


@cache
def version(programme: str) -> PolicyVersion:
    found = load_packs().version_for(programme, FIRST_DAY)
    assert found is not None
    return found


def judged(programme: str, lessons: Sequence[Lesson], records: EnrollmentRecords) -> Judgement:
    return assess_enrollment(timetable(lessons, version=version(programme)), records)


def outcome(judgement: Judgement, code: str) -> Outcome:
    return {each.code: each.outcome for each in judgement.rules}[code]


def studied(*records: LearningRecord, attended: tuple[Attendance, ...] = ()) -> EnrollmentRecords:
    return EnrollmentRecords(EMPLOYEE, attendance=attended, learning_records=records)


class TestQinhuangdao:
    LESSONS = tuple(vod(f"S{number}", 45) for number in range(5))

    def watched(self, number: int) -> EnrollmentRecords:
        return studied(*[online(f"S{each}", 60 * each, 60 * each + 45) for each in range(number)])

    @pytest.mark.parametrize(
        ("lessons", "attendance", "eligibility"),
        [
            (5, Outcome.passed, Eligibility.eligible),
            (4, Outcome.passed, Eligibility.eligible),
            (3, Outcome.failed, Eligibility.eligible),
            (0, Outcome.failed, Eligibility.ineligible),
        ],
    )
    def test_lists_who_attends_too_little_and_bars_who_took_no_part(
        self, lessons: int, attendance: Outcome, eligibility: Eligibility
    ) -> None:
        judgement = judged(QINHUANGDAO, self.LESSONS, self.watched(lessons))
        assert (outcome(judgement, "ATT_01"), judgement.eligibility) == (attendance, eligibility)

    def test_lists_wrong_answers_without_barring(self) -> None:
        wrong = self.watched(5)._replace(quiz_answers=[answer("S1", f"Q{n}", right=n < 7) for n in range(10)])
        judgement = judged(QINHUANGDAO, self.LESSONS, wrong)
        assert (outcome(judgement, "ACC_01"), judgement.eligibility) == (Outcome.failed, Eligibility.eligible)

    def test_stops_the_clock_of_who_left(self) -> None:
        left = self.watched(1)._replace(verifications=[check("S0", 10, passed=False)])
        assert judged(QINHUANGDAO, self.LESSONS, left).facts.credited == 10 * 60 * 1_000_000

    @pytest.mark.parametrize(
        ("minutes", "kind", "quiz", "barring"),
        [
            (45, LessonKind.live, True, set()),
            (44, LessonKind.live, True, {"PRJ_05-minutes"}),
            (45, LessonKind.live, False, {"PRJ_05-quiz"}),
            (30, LessonKind.offline, False, set()),
        ],
    )
    def test_asks_of_online_lessons_45_minutes_and_a_quiz(
        self, minutes: int, kind: LessonKind, barring: set[str], *, quiz: bool
    ) -> None:
        health = [vod(f"H{number}", 45)._replace(course_id="K1") for number in range(12)]
        lesson = live("S1", 540, minutes)._replace(kind=kind)
        asked = {each.lesson_id for each in health} | ({"S1"} if quiz else set())
        of = facts(
            [lesson, *health],
            exam_ids=["E1"],
            courses=[Course("K1", None, "health_safety", "owned")],
            questioned=frozenset(asked),
        )
        judgement = judge_class_group(version(QINHUANGDAO).class_rules, of)
        assert {each.code for each in judgement.reaching} == barring

    def test_warns_only_of_what_it_asks_for_in_principle(self) -> None:
        share = version(QINHUANGDAO).rule("PRJ_04-online-share")
        assert share.severity is Severity.warning


class TestAssessmentBodies:
    ONLINE = vod("S1", 45)
    OFFLINE = live("S2", 600, 90)._replace(kind=LessonKind.offline)

    @pytest.mark.parametrize(
        ("online_minutes", "signed", "eligibility"),
        [
            (45, True, Eligibility.eligible),
            (44, True, Eligibility.ineligible),
            (45, False, Eligibility.ineligible),
        ],
    )
    def test_ask_for_all_of_the_online_lessons_and_a_sign_in_to_each_other(
        self, online_minutes: int, eligibility: Eligibility, *, signed: bool
    ) -> None:
        attended = (present("S2"),) if signed else ()
        records = studied(online("S1", 0, online_minutes), attended=attended)
        assert judged(BODIES, [self.ONLINE, self.OFFLINE], records).eligibility is eligibility

    def test_let_nobody_pass_without_training(self) -> None:
        optional = [vod("S1", 45, required=False)]
        assert judged(BODIES, optional, studied()).eligibility is Eligibility.ineligible
        assert judged(BODIES, [], studied()).eligibility is Eligibility.insufficient_evidence

    def test_take_nothing_away_from_who_learns_in_two_class_groups(self) -> None:
        assert not version(BODIES).counting.one_person_at_once


class TestShaoguan:
    @pytest.mark.parametrize(
        ("hours", "minutes_short", "fen"),
        [(33, 0, 99_000), (34, 0, 100_000), (40, 0, 100_000), (34, 1, 0)],
    )
    def test_pays_whole_hours_up_to_the_cap_for_what_is_complete(
        self, hours: int, minutes_short: int, fen: int
    ) -> None:
        minutes = hours * 45
        lessons = [vod("S1", 600), vod("S2", 600), vod("S3", minutes - 1200)]
        records = studied(
            online("S1", 0, 600), online("S2", 600, 1200), online("S3", 1200, minutes - minutes_short)
        )
        judgement = judged(SHAOGUAN, lessons, records)
        assert judgement.grant is not None
        assert judgement.grant.subsidy_fen == fen

    def test_adds_short_segments_of_a_course_before_it_counts_hours(self) -> None:
        lessons = [vod(f"S{number}", 15)._replace(course_id="K1") for number in range(6)]
        records = studied(*[online(f"S{each}", 20 * each, 20 * each + 15) for each in range(6)])
        judgement = judged(SHAOGUAN, lessons, records)
        assert judgement.grant is not None
        assert (judgement.grant.hours, judgement.grant.subsidy_fen) == (2, 6_000)

    @pytest.mark.parametrize(
        ("employment", "eligibility"),
        [
            ("dispatched", Eligibility.eligible),
            ("domestic_service", Eligibility.eligible),
            (None, Eligibility.insufficient_evidence),
        ],
    )
    def test_pays_for_the_three_kinds_of_employees(
        self, employment: str | None, eligibility: Eligibility
    ) -> None:
        records = studied(online("S1", 0, 45))
        of = records._replace(enrollment=A_PERSON._replace(employment=employment))
        assert judged(SHAOGUAN, [vod("S1", 45)], of).eligibility is eligibility

    @pytest.mark.parametrize(
        ("headcount", "duplicates", "barring"),
        [(30, 0, set()), (31, 0, {"SUB_01-headcount"}), (30, 1, set())],
    )
    def test_pays_for_nobody_above_the_plan_and_bars_nobody_for_another_who_stands_twice(
        self, headcount: int, duplicates: int, barring: set[str]
    ) -> None:
        of = facts(
            registration=REGISTRATION._replace(planned_headcount=30),
            roster=ROSTER._replace(headcount=headcount, duplicates=duplicates),
        )
        judgement = judge_class_group(version(SHAOGUAN).class_rules, of)
        assert {each.code for each in judgement.reaching} == barring

    def test_what_a_filing_and_a_claim_will_tell_is_missing_and_bars_nobody_yet(self) -> None:
        judgement = judge_class_group(version(SHAOGUAN).class_rules, facts(roster=ROSTER))
        waiting = {each.code: each for each in judgement.rules if each.outcome is Outcome.missing}
        assert {"FIL_01", "SUB_04", "PLT_17"} <= {*waiting}
        assert not any(each.blocks for each in waiting.values())
