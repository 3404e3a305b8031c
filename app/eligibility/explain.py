"""Why an enrollment stands as it does: judged once more with everything that led to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Self

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.eligibility import persons
from app.eligibility.errors import EnrollmentNotFound
from app.eligibility.sitting import Sitting, load_records, sit_down
from app.policies.library import PolicyLibrary
from app.records import repository as records
from app.records.chosen import load_by_bitmap
from app.records.repository import StoredClassGroup
from app.rules import trace
from app.rules.trace import Trace


class Explanation(NamedTuple):
    """A class group as it is judged at one moment, loaded once for all that are explained."""

    session: ReadSession
    stored: StoredClassGroup
    sittings: Mapping[ClassGroupKey, Sitting]
    reach: Reach | None

    @classmethod
    async def open(
        cls,
        session: ReadSession,
        library: PolicyLibrary,
        key: ClassGroupKey,
        as_of: datetime,
        reach: Reach | None,
    ) -> Self:
        await load_by_bitmap(session)
        stored = (await records.class_groups(session, [key])).get(key)
        if stored is None:
            raise EnrollmentNotFound
        policies = await library.in_force(session)
        return cls(session, stored, await sit_down(session, policies, {key: stored}, as_of, 0), reach)

    async def trace(self, learner_id: LearnerId) -> Trace:
        ((key, sitting),) = self.sittings.items()
        enrolled = await records.enrollments(self.session, {key: [learner_id]})
        if not enrolled[key]:
            raise EnrollmentNotFound
        (loaded,) = (await load_records(self.session, self.sittings, enrolled, in_brief=False))[key]
        told = await persons.retell(self.session, self.stored.class_group, loaded, self.reach)
        return trace.explain_enrollment(sitting.timetable, told)


async def explain_enrollment(
    session: ReadSession,
    library: PolicyLibrary,
    key: ClassGroupKey,
    learner_id: LearnerId,
    as_of: datetime,
    *,
    reach: Reach | None = None,
) -> Trace:
    """The judgement of the records stored now, as of the moment given, with its evidence.

    As of `assessed_at`, in the same repeatable session, it is the stored standing explained, unless a record
    has arrived since: then it is what the next assessment will say, and its judgement tells the difference.
    Other class groups of the person are named as far as `reach` goes; None: not at all.
    """
    explanation = await Explanation.open(session, library, key, as_of, reach)
    return await explanation.trace(learner_id)
