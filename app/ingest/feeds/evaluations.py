"""学员评价 / 满意度调查: the learners' survey."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import Evaluation
from app.ingest.definition import Effect, FeedDefinition, optional, required, table_of
from app.ingest.feeds.common import CLASS_GROUP, LEARNER, REMARK
from app.ingest.kinds import Choice, FreeText, Instant, ListOf

MARK = Choice.of(excellent=("优", "excellent"), good=("良", "good"), poor=("差", "poor"))
QUESTIONS = 10

EVALUATIONS = FeedDefinition(
    feed=Feed.evaluations,
    title=Text("学员评价", "Evaluations"),
    table=table_of(Evaluation),
    own_fields=(
        CLASS_GROUP,
        LEARNER,
        required(
            "answers",
            ListOf(MARK, least=QUESTIONS, most=QUESTIONS),
            "评价",
            "Answers",
            note=Text("按调查表顺序的 10 项评价。", "The marks of the form's 10 questions, in its order."),
        ),
        optional("comments", FreeText(most=4000, blank=True), "意见和建议", "Comments"),
        optional("wanted_training", REMARK, "希望参加的培训", "Wanted training"),
        required("submitted_at", Instant(), "提交时间", "Submitted at"),
    ),
    effect=Effect.learner,
)
