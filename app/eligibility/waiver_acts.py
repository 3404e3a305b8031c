"""Waiving a finding and ending a waiver: each proposed by one official and approved by another."""

from datetime import datetime

from app.accounts.authorisation import Action, Reach
from app.approvals.schemas import Act, Approved, Arguments, uuid_in
from app.core.errors import Text
from app.db.session import ReadSession, WriteSession
from app.eligibility.touches_repository import touch_learners, touch_stored
from app.findings import waivers
from app.findings.schemas import ENDING, WAIVING
from app.findings.waivers_repository import Waived
from app.records.selection import Selection

EVERYWHERE = Selection()


async def _finding(session: ReadSession, reach: Reach, arguments: Arguments) -> str | None:
    found = await waivers.open_finding(session, uuid_in(arguments, "finding_id"), EVERYWHERE.within(reach))
    return found.district


async def _waive(session: WriteSession, arguments: Arguments, approved: Approved) -> None:
    finding_id = uuid_in(arguments, "finding_id")
    found = await waivers.open_finding(session, finding_id, EVERYWHERE)
    await waivers.waive(
        session,
        finding_id,
        waiver_id=approved.proposal_id,
        reason=approved.reason,
        proposer_id=approved.proposer_id,
        approver_id=approved.approver_id,
        at=approved.at,
    )
    await _have_judged(session, found, approved.at)


async def _waiver(session: ReadSession, reach: Reach, arguments: Arguments) -> str | None:
    found = await waivers.holding_waiver(session, uuid_in(arguments, "waiver_id"), EVERYWHERE.within(reach))
    return found.district


async def _end(session: WriteSession, arguments: Arguments, approved: Approved) -> None:
    waiver_id = uuid_in(arguments, "waiver_id")
    found = await waivers.holding_waiver(session, waiver_id, EVERYWHERE)
    await waivers.end(session, waiver_id, approved.at)
    await _have_judged(session, found, approved.at)


async def _have_judged(session: WriteSession, found: Waived, at: datetime) -> None:
    if found.learner_id:
        await touch_learners(session, [(found.key, found.learner_id)], at)
    else:
        await touch_stored(session, Selection(*found.key), at)


WAIVE_FINDING = Act(
    name=WAIVING,
    title=Text("豁免预警", "Waive a finding"),
    proposing=Action.propose_waiver,
    approving=Action.approve_waiver,
    arguments=("finding_id",),
    locate=_finding,
    carry_out=_waive,
)

END_WAIVER = Act(
    name=ENDING,
    title=Text("终止豁免", "End a waiver"),
    proposing=Action.propose_waiver,
    approving=Action.approve_waiver,
    arguments=("waiver_id",),
    locate=_waiver,
    carry_out=_end,
)
