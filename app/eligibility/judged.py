"""Everything known of one enrollment's judgement: what a decision sheet is made of."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.eligibility.answers import Standing, all_enrollments, enrollment
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.basis_repository import decision_basis
from app.eligibility.explain import Explanation
from app.eligibility.schemas import DecisionBasis
from app.policies.library import PolicyLibrary
from app.policies.service import Policies
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
    explanation = await Explanation.open(session, library, _key(standing), standing.assessed_at, reach)
    return await _judged(session, standing, explanation, await library.in_force(session))


async def judged_enrollments(
    session: ReadSession,
    library: PolicyLibrary,
    selection: Selection,
    wanted: EnrollmentFilter,
    *,
    reach: Reach | None = None,
) -> AsyncIterator[Judged]:
    """Likewise one after the other by learner id, and the class group is loaded once for each moment."""
    policies = await library.in_force(session)
    moments: dict[tuple[ClassGroupKey, datetime], Explanation] = {}
    async for page in all_enrollments(session, selection, wanted):
        for standing in page:
            moment = _key(standing), standing.assessed_at
            if moment not in moments:
                moments[moment] = await Explanation.open(session, library, *moment, reach)
            yield await _judged(session, standing, moments[moment], policies)


async def _judged(
    session: ReadSession, standing: Standing, explanation: Explanation, policies: Policies
) -> Judged:
    trace = await explanation.trace(standing.learner_id)
    known = policies.find(standing.programme, standing.policy_version)
    basis = await decision_basis(session, _key(standing), standing.learner_id)
    return Judged(standing, trace, known or trace.case.timetable.version, basis)


def _key(standing: Standing) -> ClassGroupKey:
    return ClassGroupKey(standing.platform, standing.class_group_id)
