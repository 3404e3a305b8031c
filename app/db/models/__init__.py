"""All tables. One room writes a table, many may read it; `Base` taken from here has them all.

No foreign keys between feed tables: records arrive in any order, orphans are a data-quality fact.
"""

from app.db.base import Base
from app.db.models.access import Client, Platform, SigningKey
from app.db.models.approvals import Proposal
from app.db.models.assessment import Assessment, AssessmentRun, ClassGroupAssessment, Decision, Finding
from app.db.models.audit import DeepCheck
from app.db.models.catalogue import ClassGroup, Course, Enterprise, Institution, Lesson, Project
from app.db.models.checklists import ChecklistAnswer
from app.db.models.credentials import ClientKey, ClientUsage, Distrust, DistrustedBatch, UsedAssertion
from app.db.models.custody import (
    CustodyHead,
    CustodyRound,
    PlatformHost,
    VideoCheck,
    VideoCheckWaiting,
    VideoCustody,
    VideoHost,
)
from app.db.models.draws import Draw
from app.db.models.finding_work import FindingAssignment, FindingComment
from app.db.models.intake import (
    Batch,
    BatchArchive,
    BatchClassGroup,
    IdempotencyKey,
    LedgerEntry,
    LedgerHead,
    LedgerPending,
    Rejection,
    RejectionReason,
    Touch,
)
from app.db.models.learning import (
    Attendance,
    Enrollment,
    Evaluation,
    ExamScore,
    LearningRecord,
    PlatformLog,
    QuizAnswer,
    TeachingRecord,
    Verification,
    Video,
)
from app.db.models.ledger import (
    LedgerAlarm,
    LedgerCheckpoint,
    LedgerCosignature,
    LedgerLogKey,
    LedgerOrigin,
    LedgerOutlet,
    LedgerTile,
    LedgerTree,
)
from app.db.models.people import (
    OneTimeLink,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    SignInAttempts,
    User,
    UserSession,
)
from app.db.models.person import ChangedDecision, PersonTime
from app.db.models.policies import PolicyRecord, PolicyText
from app.db.models.report import EligibilityReport
from app.db.models.resealing import Resealing
from app.db.models.retention import (
    Disposal,
    DisposalNeighbour,
    DisposalRecord,
    DisposedObject,
    LegalHold,
    LiftedHold,
    RetentionTerm,
)
from app.db.models.rights import RightsAnswer, RightsRequest
from app.db.models.trail import TrailDigest, TrailEntry, TrailHead
from app.db.models.waivers import Waiver

__all__ = [
    "Assessment",
    "AssessmentRun",
    "Attendance",
    "Base",
    "Batch",
    "BatchArchive",
    "BatchClassGroup",
    "ChangedDecision",
    "ChecklistAnswer",
    "ClassGroup",
    "ClassGroupAssessment",
    "Client",
    "ClientKey",
    "ClientUsage",
    "Course",
    "CustodyHead",
    "CustodyRound",
    "Decision",
    "DeepCheck",
    "Disposal",
    "DisposalNeighbour",
    "DisposalRecord",
    "DisposedObject",
    "Distrust",
    "DistrustedBatch",
    "Draw",
    "EligibilityReport",
    "Enrollment",
    "Enterprise",
    "Evaluation",
    "ExamScore",
    "Finding",
    "FindingAssignment",
    "FindingComment",
    "IdempotencyKey",
    "Institution",
    "LearningRecord",
    "LedgerAlarm",
    "LedgerCheckpoint",
    "LedgerCosignature",
    "LedgerEntry",
    "LedgerHead",
    "LedgerLogKey",
    "LedgerOrigin",
    "LedgerOutlet",
    "LedgerPending",
    "LedgerTile",
    "LedgerTree",
    "LegalHold",
    "Lesson",
    "LiftedHold",
    "OneTimeLink",
    "Passkey",
    "PasskeyChallenge",
    "PersonTime",
    "Platform",
    "PlatformHost",
    "PlatformLog",
    "PolicyRecord",
    "PolicyText",
    "Project",
    "Proposal",
    "QuizAnswer",
    "RecoveryCode",
    "Rejection",
    "RejectionReason",
    "Resealing",
    "RetentionTerm",
    "RightsAnswer",
    "RightsRequest",
    "SignInAttempts",
    "SigningKey",
    "TeachingRecord",
    "Touch",
    "TrailDigest",
    "TrailEntry",
    "TrailHead",
    "UsedAssertion",
    "User",
    "UserSession",
    "Verification",
    "Video",
    "VideoCheck",
    "VideoCheckWaiting",
    "VideoCustody",
    "VideoHost",
    "Waiver",
]
