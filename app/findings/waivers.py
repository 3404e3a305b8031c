"""豁免: two officials set aside what a rule found, for exactly what was found (docs/semantics.md W)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession, WriteSession
from app.findings import waivers_repository as repository
from app.findings.errors import FindingNotOpen, WaiverUnknown
from app.findings.waivers_repository import Waived
from app.records.selection import Selection
from app.rules.records import EnrollmentRecords
from app.rules.waivers import Waiver

Waivers = Mapping[LearnerId, Sequence[Waiver]]
"""Of one class group; those of the class group itself under the empty learner id."""


async def open_finding(session: ReadSession, finding_id: UUID, selection: Selection) -> Waived:
    found = await repository.open_finding(session, finding_id, selection)
    if found is None:
        raise FindingNotOpen
    return found


async def holding_waiver(session: ReadSession, waiver_id: UUID, selection: Selection) -> Waived:
    found = await repository.holding_waiver(session, waiver_id, selection)
    if found is None:
        raise WaiverUnknown
    return found


async def waive(
    session: WriteSession,
    finding_id: UUID,
    *,
    waiver_id: UUID,
    reason: str,
    proposer_id: str,
    approver_id: str,
    at: datetime,
) -> None:
    """The finding stays, waived; the caller has its subject judged again."""
    values = {
        "waiver_id": waiver_id,
        "reason": reason,
        "proposer_id": proposer_id,
        "approver_id": approver_id,
        "waived_at": at,
    }
    if not await repository.waive(session, finding_id, values):
        raise FindingNotOpen


async def end(session: WriteSession, waiver_id: UUID, at: datetime) -> None:
    """The waived finding stays as it is; what is still wrong is found anew."""
    if not await repository.end(session, waiver_id, at):
        raise WaiverUnknown


def with_waivers(waivers: Waivers, loaded: Sequence[EnrollmentRecords]) -> Sequence[EnrollmentRecords]:
    """The records of one class group, each with the waivers that hold for its learner; mostly none."""
    if not waivers:
        return loaded
    return [each._replace(waivers=waivers.get(each.enrollment.learner_id, ())) for each in loaded]


async def holding(session: ReadSession, keys: Sequence[ClassGroupKey]) -> Mapping[ClassGroupKey, Waivers]:
    found: defaultdict[ClassGroupKey, defaultdict[LearnerId, list[Waiver]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for key, learner_id, waiver in await repository.holding(session, keys):
        found[key][learner_id].append(waiver)
    return found
