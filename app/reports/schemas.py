"""What an eligibility report is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupId, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility


class Period(NamedTuple):
    """Days of Asia/Shanghai, both included."""

    first: date
    last: date

    def holds(self, moment: datetime) -> bool:
        return self.first <= moment.astimezone(SHANGHAI).date() <= self.last


class PackVersion(NamedTuple):
    programme: str
    version: str


class ReportedLearner(NamedTuple):
    learner_id: LearnerId
    eligibility: Eligibility
    subsidy_fen: int | None = None
    """None where nothing was said of money."""


class ReportedClassGroup(NamedTuple):
    """A class group whose eligibility is final. Names nobody: what is stored of it can never be cleaned."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    closed_at: datetime
    learners: Sequence[ReportedLearner]

    def stored(self) -> dict[str, Any]:
        return {
            "platform": self.platform,
            "class_group_id": self.class_group_id,
            "closed_at": self.closed_at.isoformat(),
            "learners": {learner.learner_id: learner.eligibility.value for learner in self.learners},
            "subsidies": {
                learner.learner_id: learner.subsidy_fen
                for learner in self.learners
                if learner.subsidy_fen is not None
            },
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "ReportedClassGroup":
        learners, subsidies = stored["learners"].items(), stored.get("subsidies", {})
        return cls(
            PlatformCode(stored["platform"]),
            ClassGroupId(stored["class_group_id"]),
            datetime.fromisoformat(stored["closed_at"]),
            [
                ReportedLearner(LearnerId(learner_id), Eligibility(said), subsidies.get(learner_id))
                for learner_id, said in learners
            ],
        )


class Change(NamedTuple):
    """A learner of whom the last report said something else."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId
    before: Eligibility | None
    """None: not in it."""
    now: Eligibility | None
    """None: not in it any more."""
    subsidy_fen_before: int | None = None
    subsidy_fen_now: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    report_id: UUID
    uscc: Uscc
    period: Period
    created_at: datetime
    ledger_size: int
    policy_versions: Sequence[PackVersion]
    class_groups: Sequence[ReportedClassGroup]


@dataclass(frozen=True, slots=True)
class IssuedReport:
    report: Report
    last: Report | None
    """What `changes` are changes from."""
    changes: Sequence[Change]
