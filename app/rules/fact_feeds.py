"""Which kinds of records a fact is counted from: what a rule asks of whoever reports."""

from app.core.vocabulary import Feed, Subject
from app.rules.fact_names import FactName, Unit

_BY_UNIT: dict[Unit, tuple[Feed, ...]] = {
    Unit.lessons: (Feed.lessons, Feed.attendance, Feed.learning_records),
    Unit.seconds: (Feed.lessons, Feed.attendance, Feed.learning_records),
    Unit.hours: (Feed.lessons, Feed.attendance, Feed.learning_records),
    Unit.questions: (Feed.lessons, Feed.quiz_answers),
    Unit.exams: (Feed.class_groups, Feed.exam_scores),
    Unit.verifications: (Feed.verifications,),
}
_BY_SUBJECT: dict[Subject, tuple[Feed, ...]] = {
    Subject.enrollment: (Feed.enrollments,),
    Subject.class_group: (Feed.class_groups,),
    Subject.project: (Feed.projects,),
    Subject.course: (Feed.courses,),
    Subject.lesson: (Feed.lessons,),
    Subject.video: (Feed.videos,),
}
_EXCEPTIONS: dict[FactName, tuple[Feed, ...]] = {
    FactName.evaluation_submitted: (Feed.evaluations,),
    FactName.least_checks_per_lesson: (Feed.lessons, Feed.verifications),
    FactName.face_sign_in_rate: (Feed.lessons, Feed.attendance, Feed.verifications),
    FactName.study_recorded: (Feed.attendance, Feed.learning_records),
    FactName.headcount: (Feed.enrollments,),
    FactName.headcount_over_plan: (Feed.class_groups, Feed.enrollments),
    FactName.planned_headcount: (Feed.class_groups,),
    FactName.lesson_hours: (Feed.lessons,),
    FactName.online_share: (Feed.lessons,),
    FactName.health_public_online_hours: (Feed.courses, Feed.lessons),
    FactName.course_industries: (Feed.courses,),
    FactName.roster_duplicates: (Feed.enrollments,),
    FactName.dispatched_learners: (Feed.enrollments,),
    FactName.teacher_clashes: (Feed.teaching_records,),
    FactName.survey_coverage: (Feed.enrollments, Feed.evaluations),
    FactName.survey_respondents: (Feed.enrollments, Feed.evaluations),
    FactName.teaching_record_rate: (Feed.lessons, Feed.teaching_records),
    FactName.video_hash_rate: (Feed.lessons, Feed.videos),
    FactName.quiz_lesson_rate: (Feed.lessons, Feed.quiz_answers),
    FactName.exam_taken_rate: (Feed.class_groups, Feed.exam_scores),
    FactName.enterprise_size: (Feed.enterprises,),
    FactName.expected_feeds_missing: (
        Feed.lessons,
        Feed.attendance,
        Feed.learning_records,
        Feed.teaching_records,
        Feed.videos,
    ),
    FactName.bracketed_rate: (Feed.attendance, Feed.learning_records),
    FactName.backdated_rate: (Feed.attendance, Feed.learning_records),
    FactName.late_rate: (Feed.attendance, Feed.learning_records),
    FactName.lesson_has_teaching_record: (Feed.lessons, Feed.teaching_records),
    FactName.lesson_has_video: (Feed.lessons, Feed.videos),
    FactName.lesson_has_quiz: (Feed.lessons, Feed.quiz_answers),
    FactName.lesson_has_check: (Feed.lessons, Feed.verifications),
}


def feeds_of(fact: FactName) -> tuple[Feed, ...]:
    """The records that it is counted from, beside the roster entry itself.

    >>> [feed.value for feed in feeds_of(FactName.answer_accuracy)]
    ['lessons', 'quiz-answers']
    """
    if fact in _EXCEPTIONS:
        return _EXCEPTIONS[fact]
    if fact.subject is Subject.enrollment and fact.unit in _BY_UNIT:
        return _BY_UNIT[fact.unit]
    return _BY_SUBJECT[fact.subject]
