"""随机验证: face captures and prompts issued during a lesson."""

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.db.models import Verification
from app.ingest.definition import Effect, FeedDefinition, key, optional, required, table_of
from app.ingest.feeds.common import CLASS_GROUP, LEARNER, REMARK
from app.ingest.intervals import not_before
from app.ingest.kinds import Choice, Flag, Identifier, Instant, Measure

KIND = Choice.of(face=("人脸", "face"), fingerprint=("指纹", "fingerprint"), quiz=("答题", "quiz"))

VERIFICATIONS = FeedDefinition(
    feed=Feed.verifications,
    title=Text("随机验证", "Verifications"),
    table=table_of(Verification),
    own_fields=(
        CLASS_GROUP,
        LEARNER,
        key("verification_id", Identifier(), "验证编号", "Verification"),
        required("lesson_id", Identifier(), "课次编号", "Lesson"),
        required("kind", KIND, "验证方式", "Kind"),
        required("issued_at", Instant(), "发起时间", "Issued at"),
        optional("answered_at", Instant(), "应答时间", "Answered at"),
        required("passed", Flag(), "是否通过", "Passed"),
        optional("score", Measure(), "比对分值", "Score of the comparison"),
        optional("snapshot_hash", REMARK, "抓拍图像哈希", "Hash of the snapshot"),
    ),
    rules=(not_before("issued_at", "answered_at"),),
    effect=Effect.learner,
)
