"""Why an enrollment stands as it does: judged once more with everything that led to it."""

from datetime import datetime

from app.accounts.authorisation import Reach
from app.core.clock import microseconds
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.eligibility import persons
from app.eligibility.class_level import judge_class_groups
from app.eligibility.errors import EnrollmentNotFound
from app.eligibility.judge import version_of
from app.findings.waivers import holding, with_waivers
from app.policies.library import PolicyLibrary
from app.records import repository as records
from app.records.chosen import load_by_bitmap
from app.records.sign_ins import add_face_sign_ins
from app.rules import trace
from app.rules.timetable import draw_up
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
    records_of_one = await records.enrollment_records(session, enrolled)
    signed = (await add_face_sign_ins(session, records_of_one))[key]
    (loaded,) = with_waivers((await holding(session, [key])).get(key, {}), signed)
    timetable = draw_up(
        version_of(await library.in_force(session), stored.class_group),
        stored.class_group,
        (await records.lessons(session, [key]))[key],
        microseconds(as_of),
    )
    for class_level in (await judge_class_groups(session, {key: timetable}, as_of)).values():
        timetable = timetable.reached_by(class_level.reaching)
    told = await persons.retell(session, stored.class_group, loaded, reach)
    return trace.explain_enrollment(timetable, told)
