"""课中答题: one attempt of one learner at one question."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import QuizAnswer
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import CLASS_GROUP, LEARNER
from app.ingest.intervals import not_before
from app.ingest.kinds import Flag, Identifier, Instant, Integer

QUIZ_ANSWERS = FeedDefinition(
    feed=Feed.quiz_answers,
    title=Text("课中答题", "Quiz answers"),
    table=table_of(QuizAnswer),
    own_fields=(
        CLASS_GROUP,
        LEARNER,
        key("answer_id", Identifier(), "答题编号", "Answer"),
        required("lesson_id", Identifier(), "课次编号", "Lesson"),
        required("question_id", Identifier(), "题目编号", "Question"),
        optional("attempt", Integer(least=1), "第几次作答", "Attempt", default=1),
        required("asked_at", Instant(), "出题时间", "Asked at"),
        optional(
            "answered_at",
            Instant(),
            "作答时间",
            "Answered at",
            note=Text("未作答时为空，按答错计。", "Null if unanswered, which counts as wrong."),
        ),
        required("correct", Flag(), "是否答对", "Correct"),
    ),
    rules=(not_before("asked_at", "answered_at"),),
    effect=Effect.learner,
)
