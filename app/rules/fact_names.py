"""The facts by name: what each is about, and what it is measured in."""

from enum import StrEnum, auto
from typing import NamedTuple

from app.core.vocabulary import Subject


class Unit(StrEnum):
    """What a fact is measured in; of a rate, what its numerator counts."""

    lessons = auto()
    questions = auto()
    exams = auto()
    verifications = auto()
    people = auto()
    courses = auto()
    feeds = auto()
    occasions = auto()
    records = auto()
    seconds = auto()
    minutes = auto()
    hours = auto()
    days = auto()
    working_days = auto()
    months = auto()
    years = auto()
    share = auto()
    ratio = auto()
    kbps = auto()
    fps = auto()
    pixels = auto()
    hertz = auto()
    bytes = auto()
    users = auto()
    yuan = auto()
    text = auto()
    yes_or_no = auto()


class FactName(StrEnum):
    required_lessons = auto()
    attended_lessons = auto()
    attendance_rate = auto()
    questions_asked = auto()
    questions_correct = auto()
    answer_accuracy = auto()
    credited_seconds = auto()
    overlap_seconds = auto()
    credited_hours = auto()
    exams_required = auto()
    exams_passed = auto()
    exam_pass_rate = auto()
    verifications_issued = auto()
    verifications_passed = auto()
    verification_pass_rate = auto()
    lessons_completed = auto()
    completion_rate = auto()
    evaluation_submitted = auto()

    whole_credited_hours = auto()
    employment = auto()
    gender_agrees = auto()
    phone_valid = auto()
    face_sign_in_rate = auto()
    least_checks_per_lesson = auto()
    offline_lessons = auto()
    offline_signed_rate = auto()
    online_lessons = auto()
    online_completion_rate = auto()
    seconds_elsewhere = auto()
    reported_eligibility = auto()
    contract_valid_at_claim = auto()
    certificate_issued = auto()
    post_accepted = auto()
    study_recorded = auto()

    headcount = auto()
    planned_headcount = auto()
    headcount_over_plan = auto()
    lesson_hours = auto()
    online_share = auto()
    health_public_online_hours = auto()
    course_industries = auto()
    roster_duplicates = auto()
    teacher_clashes = auto()
    survey_coverage = auto()
    survey_respondents = auto()
    teaching_record_rate = auto()
    video_hash_rate = auto()
    quiz_lesson_rate = auto()
    exam_named = auto()
    exam_taken_rate = auto()
    enterprise_size = auto()
    organisation = auto()
    institution_named = auto()
    dispatched_learners = auto()
    expected_feeds_missing = auto()
    platform_accredited = auto()
    filed_working_days_before = auto()
    claimed_within_months = auto()
    user_unit_confirmed = auto()
    bracketed_rate = auto()
    backdated_rate = auto()
    late_rate = auto()

    planned_hours = auto()
    delivery = auto()
    training_type = auto()

    copyright_stated = auto()
    category = auto()
    industry = auto()
    video_resolutions = auto()
    video_aspects = auto()

    lesson_kind = auto()
    lesson_minutes = auto()
    lesson_has_teaching_record = auto()
    lesson_has_video = auto()
    lesson_has_quiz = auto()
    lesson_has_check = auto()

    video_kind = auto()
    video_codec = auto()
    video_container = auto()
    video_kbps = auto()
    video_width = auto()
    video_height = auto()
    video_short_side = auto()
    video_aspect = auto()
    video_fps = auto()
    video_audio_codec = auto()
    video_audio_kbps = auto()
    video_audio_sample_rate = auto()
    video_bytes = auto()
    video_seconds = auto()
    video_reachable_months = auto()

    @property
    def unit(self) -> Unit:
        return _KINDS[self].unit

    @property
    def subject(self) -> Subject:
        return _KINDS[self].subject


class _Kind(NamedTuple):
    subject: Subject
    unit: Unit


def _of(subject: Subject, **units: Unit) -> dict[FactName, _Kind]:
    return {FactName(name): _Kind(subject, unit) for name, unit in units.items()}


_KINDS = {
    **_of(
        Subject.enrollment,
        required_lessons=Unit.lessons,
        attended_lessons=Unit.lessons,
        attendance_rate=Unit.lessons,
        questions_asked=Unit.questions,
        questions_correct=Unit.questions,
        answer_accuracy=Unit.questions,
        credited_seconds=Unit.seconds,
        overlap_seconds=Unit.seconds,
        credited_hours=Unit.hours,
        exams_required=Unit.exams,
        exams_passed=Unit.exams,
        exam_pass_rate=Unit.exams,
        verifications_issued=Unit.verifications,
        verifications_passed=Unit.verifications,
        verification_pass_rate=Unit.verifications,
        lessons_completed=Unit.lessons,
        completion_rate=Unit.lessons,
        evaluation_submitted=Unit.yes_or_no,
        whole_credited_hours=Unit.hours,
        employment=Unit.text,
        gender_agrees=Unit.yes_or_no,
        phone_valid=Unit.yes_or_no,
        face_sign_in_rate=Unit.lessons,
        least_checks_per_lesson=Unit.occasions,
        offline_lessons=Unit.lessons,
        offline_signed_rate=Unit.lessons,
        online_lessons=Unit.lessons,
        online_completion_rate=Unit.lessons,
        seconds_elsewhere=Unit.seconds,
        reported_eligibility=Unit.text,
        contract_valid_at_claim=Unit.yes_or_no,
        certificate_issued=Unit.yes_or_no,
        post_accepted=Unit.yes_or_no,
        study_recorded=Unit.yes_or_no,
    ),
    **_of(
        Subject.class_group,
        headcount=Unit.people,
        planned_headcount=Unit.people,
        headcount_over_plan=Unit.people,
        lesson_hours=Unit.hours,
        online_share=Unit.share,
        health_public_online_hours=Unit.hours,
        course_industries=Unit.occasions,
        roster_duplicates=Unit.people,
        teacher_clashes=Unit.occasions,
        survey_coverage=Unit.people,
        survey_respondents=Unit.people,
        teaching_record_rate=Unit.lessons,
        video_hash_rate=Unit.lessons,
        quiz_lesson_rate=Unit.lessons,
        exam_named=Unit.yes_or_no,
        exam_taken_rate=Unit.people,
        enterprise_size=Unit.text,
        organisation=Unit.text,
        institution_named=Unit.yes_or_no,
        dispatched_learners=Unit.people,
        expected_feeds_missing=Unit.feeds,
        platform_accredited=Unit.yes_or_no,
        filed_working_days_before=Unit.working_days,
        claimed_within_months=Unit.months,
        user_unit_confirmed=Unit.yes_or_no,
        bracketed_rate=Unit.records,
        backdated_rate=Unit.records,
        late_rate=Unit.records,
    ),
    **_of(Subject.project, planned_hours=Unit.hours, delivery=Unit.text, training_type=Unit.text),
    **_of(
        Subject.course,
        copyright_stated=Unit.yes_or_no,
        category=Unit.text,
        industry=Unit.text,
        video_resolutions=Unit.occasions,
        video_aspects=Unit.occasions,
    ),
    **_of(
        Subject.lesson,
        lesson_kind=Unit.text,
        lesson_minutes=Unit.minutes,
        lesson_has_teaching_record=Unit.yes_or_no,
        lesson_has_video=Unit.yes_or_no,
        lesson_has_quiz=Unit.yes_or_no,
        lesson_has_check=Unit.yes_or_no,
    ),
    **_of(
        Subject.video,
        video_kind=Unit.text,
        video_codec=Unit.text,
        video_container=Unit.text,
        video_kbps=Unit.kbps,
        video_width=Unit.pixels,
        video_height=Unit.pixels,
        video_short_side=Unit.pixels,
        video_aspect=Unit.ratio,
        video_fps=Unit.fps,
        video_audio_codec=Unit.text,
        video_audio_kbps=Unit.kbps,
        video_audio_sample_rate=Unit.hertz,
        video_bytes=Unit.bytes,
        video_seconds=Unit.seconds,
        video_reachable_months=Unit.months,
    ),
}

ALWAYS = tuple(FactName)[: list(FactName).index(FactName.evaluation_submitted) + 1]
"""Counted of every enrollment (contract.md, Compliance); others where a rule of its policy asks for them."""
