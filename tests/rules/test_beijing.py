"""The two regulations of Beijing judge one conduct differently: 40 hours against taking part at all."""

from functools import cache

import pytest

from app.core.vocabulary import Eligibility, Outcome
from app.rules.assessment import Judgement, assess_enrollment
from app.rules.class_assessment import judge_class_group
from app.rules.loader import load_packs
from app.rules.policy import PolicyVersion
from app.rules.records import Enrollment, EnrollmentRecords
from tests.rules.class_examples import REGISTRATION, ROSTER, facts
from tests.rules.examples import A_PERSON, FIRST_DAY, online, present, timetable, vod

INTERNET_PLUS, ADVANCED = "bj-internet-plus-2020", "bj-advanced-2020"
LESSONS = [vod(f"S{number}", 600) for number in range(4)]
HOURS_40 = 40 * 45
EMPLOYEE = A_PERSON._replace(employment="contract")


@cache
def version(programme: str) -> PolicyVersion:
    found = load_packs().version_for(programme, FIRST_DAY)
    assert found is not None
    return found


def judged(programme: str, minutes: int, who: Enrollment = EMPLOYEE) -> Judgement:
    """Whoever studied so many minutes, lesson after lesson, and nothing else."""
    records = [
        online(f"S{number}", 600 * number, min(600 * number + 600, minutes))
        for number in range(4)
        if minutes > 600 * number
    ]
    plan = timetable(LESSONS, version=version(programme))
    return assess_enrollment(plan, EnrollmentRecords(who, learning_records=records))


@pytest.mark.parametrize(
    ("minutes", "eligibility"),
    [(HOURS_40, Eligibility.eligible), (HOURS_40 - 1, Eligibility.ineligible), (0, Eligibility.ineligible)],
)
def test_internet_plus_asks_every_trainee_for_forty_hours_and_for_no_attendance_rate(
    minutes: int, eligibility: Eligibility
) -> None:
    judgement = judged(INTERNET_PLUS, minutes)
    assert judgement.eligibility is eligibility
    assert {each.code: each.outcome for each in judgement.rules}["ATT_01"] is Outcome.not_applicable


@pytest.mark.parametrize(
    ("employment", "eligibility"),
    [
        ("dispatched", Eligibility.eligible),
        ("domestic_service", Eligibility.ineligible),
        (None, Eligibility.insufficient_evidence),
    ],
)
def test_internet_plus_is_for_the_enterprise_s_own_and_dispatched_people(
    employment: str | None, eligibility: Eligibility
) -> None:
    assert (
        judged(INTERNET_PLUS, HOURS_40, A_PERSON._replace(employment=employment)).eligibility is eligibility
    )


@pytest.mark.parametrize(
    ("minutes", "eligibility"),
    [(HOURS_40, Eligibility.eligible), (1, Eligibility.eligible), (0, Eligibility.ineligible)],
)
def test_advanced_industries_asks_who_is_claimed_for_to_have_taken_part(
    minutes: int, eligibility: Eligibility
) -> None:
    assert judged(ADVANCED, minutes, A_PERSON).eligibility is eligibility


def test_a_sign_in_to_a_video_proves_no_time_of_learning() -> None:
    plan = timetable(LESSONS, version=version(ADVANCED))
    signed_in = EnrollmentRecords(A_PERSON, [present("S0")])
    assert assess_enrollment(plan, signed_in).eligibility is Eligibility.ineligible


@pytest.mark.parametrize("programme", [INTERNET_PLUS, ADVANCED])
def test_what_a_claim_will_tell_is_missing_and_bars_nobody_yet(programme: str) -> None:
    waiting = [each for each in judged(programme, HOURS_40).rules if each.outcome is Outcome.missing]
    assert waiting
    assert not any(each.blocks for each in waiting)


def test_nothing_of_videos_and_lessons_bars_a_learner() -> None:
    """Formats of files and records that a platform owes are warnings: the trainee has no part in them."""
    for programme in (INTERNET_PLUS, ADVANCED):
        barring = {each.code for each in version(programme).class_rules if each.severity == "blocking"}
        assert barring <= {"CLS_01"}


@pytest.mark.parametrize(
    ("organisation", "size", "headcount", "reaches"),
    [
        ("self", "above_scale", 19, True),
        ("self", "above_scale", 20, False),
        ("self", None, 19, True),
        ("self", None, 20, False),
        ("self", "growth", 2, False),
        ("self", "below_scale", 2, False),
        ("entrusted", None, 2, False),
    ],
)
def test_a_small_internal_class_bars_its_learners_but_for_the_exceptions(
    organisation: str, size: str | None, headcount: int, *, reaches: bool
) -> None:
    of = facts(
        registration=REGISTRATION._replace(organisation=organisation, enterprise_size=size),
        roster=ROSTER._replace(headcount=headcount),
    )
    judgement = judge_class_group(version(ADVANCED).class_rules, of)
    assert [each.code for each in judgement.reaching] == (["CLS_01"] if reaches else [])
