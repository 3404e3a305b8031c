"""Why an enrollment stands as it does: judged once more with everything that led to it."""

from datetime import datetime

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.eligibility import persons
from app.eligibility.errors import EnrollmentNotFound
from app.eligibility.sitting import load_records, sit_down
from app.policies.library import PolicyLibrary
from app.records import repository as records
from app.records.chosen import load_by_bitmap
from app.rules import trace
from app.rules.trace import Trace


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
    await load_by_bitmap(session)
    stored = (await records.class_groups(session, [key])).get(key)
    enrolled = await records.enrollments(session, {key: [learner_id]})
    if stored is None or not enrolled[key]:
        raise EnrollmentNotFound
    policies = await library.in_force(session)
    sittings = await sit_down(session, policies, {key: stored}, as_of, 0)
    (loaded,) = (await load_records(session, sittings, enrolled, in_brief=False))[key]
    told = await persons.retell(session, stored.class_group, loaded, reach)
    return trace.explain_enrollment(sittings[key].timetable, told)
