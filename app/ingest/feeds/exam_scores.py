"""考试成绩: one attempt of one learner at one exam."""

from decimal import Decimal

from app.core.errors import FieldError, Text
from app.core.vocabulary import Feed
from app.db.models import ExamScore
from app.ingest.definition import (
    Circumstances,
    Effect,
    FeedDefinition,
    Rule,
    key,
    optional,
    required,
    table_of,
)
from app.ingest.feeds.common import CLASS_GROUP, LEARNER, REMARK
from app.ingest.kinds import Identifier, Instant, Integer, Measure
from app.ingest.problems import Code, fault

Score = int | Decimal
DECIMALS = 2


def at_most_full(name: str) -> Rule:
    def find(_: Circumstances, score: Score, full_score: Score) -> FieldError | None:
        if score <= full_score:
            return None
        reason = Text("不得高于 full_score。", "must not be above full_score.")
        return fault(name, Code.invalid_value, reason)

    return Rule((name, "full_score"), find)


EXAM_SCORES = FeedDefinition(
    feed=Feed.exam_scores,
    title=Text("考试成绩", "Exam scores"),
    table=table_of(ExamScore),
    own_fields=(
        CLASS_GROUP,
        LEARNER,
        key("exam_id", Identifier(), "考试编号", "Exam"),
        key("attempt", Integer(least=1), "第几次考试", "Attempt"),
        optional("title", REMARK, "考试名称", "Title"),
        required("score", Measure(decimals=DECIMALS), "得分", "Score"),
        required("full_score", Measure(decimals=DECIMALS, positive=True), "满分", "Full score"),
        required("pass_score", Measure(decimals=DECIMALS), "合格分", "Pass score"),
        required("taken_at", Instant(), "考试时间", "Taken at"),
    ),
    rules=(at_most_full("score"), at_most_full("pass_score")),
    effect=Effect.learner,
)
