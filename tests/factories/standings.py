"""Standings as an assessment leaves them, and class groups with their tallies."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from app.core.ids import ClassGroupKey
from app.db.models import Assessment, Enterprise
from app.db.session import WriteSession
from app.eligibility import repository
from app.eligibility.repository import Tallied
from app.ingest.districts_repository import move_class_groups
from tests.factories.feeds import BATCH, ENTERPRISE, KEY, put, put_enrollment

ASSESSED_AT = datetime(2026, 5, 4, 2, tzinfo=UTC)
CLOSED_AT = datetime(2026, 5, 1, 2, tzinfo=UTC)
LEDGER_SIZE = 7

FACTS: Mapping[str, object] = {
    "required_lessons": 3,
    "attended_lessons": 2,
    "attendance_rate": "2/3",
    "questions_asked": 5,
    "questions_correct": 4,
    "answer_accuracy": "4/5",
    "credited_seconds": 144000500000,
    "overlap_seconds": 0,
    "credited_hours": "288001/5400",
    "exams_required": 0,
    "exams_passed": 0,
    "exam_pass_rate": None,
    "verifications_issued": 2,
    "verifications_passed": 1,
    "verification_pass_rate": "1/2",
    "lessons_completed": 2,
    "completion_rate": "2/3",
    "evaluation_submitted": True,
}


def rule(
    code: str,
    outcome: str = "pass",
    *,
    fact: str = "attendance_rate",
    observed: object = "2/3",
    threshold: object = "4/5",
    shortfall: object = None,
) -> dict[str, object]:
    return {
        "code": code,
        "outcome": outcome,
        "severity": "blocking",
        "fact": fact,
        "observed": observed,
        "threshold": threshold,
        "shortfall": shortfall,
        "clause": "002-2(5)",
    }


ATTENDED_TOO_LITTLE = rule("attendance-rate", "fail", shortfall=1)
STUDIED_TOO_LITTLE = rule(
    "credited-hours", "fail", fact="credited_hours", observed="79/2", threshold="40", shortfall="2700/2"
)


async def put_standing(
    session: WriteSession,
    learner_id: str,
    key: ClassGroupKey = KEY,
    *,
    name: str = "张三丰",
    facts: Mapping[str, object] | None = None,
    rules: Sequence[Mapping[str, object]] = (),
    enrollment: Mapping[str, object] | None = None,
    **columns: object,
) -> None:
    """An enrollment and how it stands."""
    await put_enrollment(session, learner_id, key, name=name, **(enrollment or {}))
    defaults: dict[str, object] = {
        "enterprise_uscc": ENTERPRISE,
        "programme": "standard",
        "policy_version": "2020-02-14",
        "eligibility": "eligible",
        "outlook": None,
        "facts": {**FACTS, **(facts or {})},
        "rules": list(rules),
        "outcome_tags": [f"{rule['code']}:{rule['outcome']}" for rule in rules],
        "assessed_at": ASSESSED_AT,
        "ledger_size": LEDGER_SIZE,
    }
    row = {**key._asdict(), "learner_id": learner_id, **defaults, **columns}
    await session.merge(Assessment(**row))
    await session.flush()


async def tally(session: WriteSession, key: ClassGroupKey = KEY, *, is_final: bool = True) -> None:
    """What an assessment writes of the class group once its standings are stored."""
    tallied = Tallied(key, next_due_at=None, is_final=is_final)
    await repository.store_class_groups(session, [tallied], assessed_at=ASSESSED_AT, ledger_size=LEDGER_SIZE)


async def put_enterprise(
    session: WriteSession,
    platform: str,
    uscc: str = ENTERPRISE,
    *,
    named_as: int = 0,
    **columns: object,
) -> None:
    """`named_as`: the how-manieth platform that named it."""
    defaults: dict[str, object] = {"name": "韶关机械厂", "district_code": "440204"}
    first = UUID(int=BATCH.int + named_as)
    await put(
        session, Enterprise, platform=platform, uscc=uscc, **{"first_batch_id": first, **defaults, **columns}
    )
    await move_class_groups(session, [uscc])
