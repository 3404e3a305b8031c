"""What the judging rooms ask of findings, and what the doors read."""

from collections.abc import Sequence
from datetime import datetime

from app.core.ids import ClassGroupKey, FindingId, LearnerId
from app.db.session import ReadSession, WriteSession
from app.findings import repository
from app.findings.schemas import FindingCount, FindingFilter, FindingView, Raised


async def settle(
    session: WriteSession,
    key: ClassGroupKey,
    *,
    judged: Sequence[LearnerId],
    raised: Sequence[Raised],
    at: datetime,
) -> None:
    """Make the open findings on the judged learners exactly those raised: new, confirmed or resolved.

    One finding is open for a learner and rule at a time. A deleted enrollment is judged and
    raises nothing. Locks nothing: the caller holds the class group.
    """
    await repository.resolve_others(session, key, among=judged, raised=raised, at=at)
    if raised:
        await repository.raise_or_confirm(session, key, raised, at)


async def resolve_all(session: WriteSession, key: ClassGroupKey, at: datetime) -> None:
    """The class group is gone, and its findings with it."""
    await repository.resolve_others(session, key, among=None, raised=(), at=at)


async def list_findings(
    session: ReadSession, wanted: FindingFilter, *, before: FindingId | None = None, limit: int = 50
) -> list[FindingView]:
    return await repository.findings(session, wanted, before=before, limit=limit)


async def count_findings(session: ReadSession, wanted: FindingFilter) -> list[FindingCount]:
    """How many for each rule, outcome, severity and state."""
    return await repository.counts(session, wanted)
