"""What the judging rooms ask of findings, and what the doors read."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from app.core.ids import ClassGroupKey, FindingId
from app.db.session import ReadSession, WriteSession
from app.findings import repository
from app.findings.schemas import OF_NOBODY, FindingCount, FindingFilter, FindingView, Raised
from app.findings.waivers_repository import reasons_of
from app.records.chosen import Learners
from app.records.selection import Selection


async def settle(
    session: WriteSession,
    judged: Learners,
    raised: Mapping[ClassGroupKey, Iterable[Raised]],
    at: datetime,
) -> None:
    """Make the open findings on the judged learners exactly those raised: new, confirmed or resolved.

    One finding is open for a learner and rule at a time. A deleted enrollment is judged and
    raises nothing, and so does a whole class group that is gone. Locks nothing: the caller holds the class
    groups. What custody finds is none of its business.
    """
    await _settle(session, judged, raised, at, of_custody=False)


async def settle_custody(
    session: WriteSession, raised: Mapping[ClassGroupKey, Iterable[Raised]], at: datetime
) -> None:
    """Likewise of what custody finds about the videos of these class groups, and of nothing else."""
    await _settle(session, dict.fromkeys(raised, (OF_NOBODY,)), raised, at, of_custody=True)


async def _settle(
    session: WriteSession,
    judged: Learners,
    raised: Mapping[ClassGroupKey, Iterable[Raised]],
    at: datetime,
    *,
    of_custody: bool,
) -> None:
    placed = [(key, finding) for key, findings in raised.items() for finding in findings]
    await repository.resolve_others(session, judged, placed, at, of_custody=of_custody)
    if placed:
        await repository.raise_or_confirm(session, placed, at)


async def list_findings(
    session: ReadSession, wanted: FindingFilter, *, before: FindingId | None = None, limit: int = 50
) -> list[FindingView]:
    return await _with_reasons(
        session, await repository.findings(session, wanted, before=before, limit=limit)
    )


async def named_findings(
    session: ReadSession,
    selection: Selection,
    *,
    ids: Collection[UUID] = (),
    waiver_ids: Collection[UUID] = (),
) -> list[FindingView]:
    """Those of them that lie within, in no order."""
    if not ids and not waiver_ids:
        return []
    return await _with_reasons(session, await repository.named(session, ids, waiver_ids, selection))


async def _with_reasons(session: ReadSession, found: list[FindingView]) -> list[FindingView]:
    waivers = [finding.waiver_id for finding in found if finding.waiver_id is not None]
    if not waivers:
        return found
    reasons = await reasons_of(session, waivers)
    return [
        finding if finding.waiver_id is None else finding._replace(waiver_reason=reasons[finding.waiver_id])
        for finding in found
    ]


async def count_findings(session: ReadSession, wanted: FindingFilter) -> list[FindingCount]:
    """How many for each rule, outcome, severity and state."""
    return await repository.counts(session, wanted)
