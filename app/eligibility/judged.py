"""Everything known of one enrollment's judgement: what a decision sheet is made of."""

from typing import NamedTuple

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.eligibility.answers import Standing, enrollment
from app.eligibility.basis_repository import decision_basis
from app.eligibility.explain import explain_enrollment
from app.eligibility.schemas import DecisionBasis
from app.policies.library import PolicyLibrary
from app.records.selection import Selection
from app.rules.policy import PolicyVersion
from app.rules.trace import Trace


class Judged(NamedTuple):
    standing: Standing
    trace: Trace
    version: PolicyVersion
    """That judged, as its text is at hand."""
    basis: DecisionBasis | None
    """None while the class group runs."""


async def judged_enrollment(
    session: ReadSession,
    library: PolicyLibrary,
    selection: Selection,
    learner_id: LearnerId,
    *,
    reach: Reach | None = None,
) -> Judged:
    """The one of a class group that `selection` names; the session is repeatable.

    Other class groups of the person are named as far as `reach` goes; None: not at all.
    """
    standing = await enrollment(session, selection, learner_id)
    key = ClassGroupKey(standing.platform, standing.class_group_id)
    trace = await explain_enrollment(session, library, key, learner_id, standing.assessed_at, reach=reach)
    policies = await library.in_force(session)
    known = policies.find(standing.programme, standing.policy_version)
    basis = await decision_basis(session, key, learner_id)
    return Judged(standing, trace, known or trace.case.timetable.version, basis)
