"""Judges once more, at a past moment and by a past policy, whatever records the session sees.

It is the code of an assessment: moment, policy and what is known of the person elsewhere are given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.eligibility.errors import EnrollmentNotFound
from app.eligibility.judge import Verdict, judge_one
from app.eligibility.sitting import load_records, sit_down
from app.policies.service import Policies
from app.records import repository as records
from app.rules.person import Elsewhere
from app.rules.policy import Packs, PolicyVersion
from app.rules.records import EnrollmentRecords
from app.rules.timetable import Timetable
from app.rules.trace import Trace, explain_enrollment


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that a judgement rests on beside records and waivers, which the session sees."""

    version: PolicyVersion
    as_of: datetime
    ledger_size: int
    elsewhere: Mapping[LearnerId, Elsewhere]
    is_mixed: bool = False
    """Records and policy of two decisions: judged by this version whatever the class group is under."""


class _Mixed(Policies):
    def __init__(self, version: PolicyVersion) -> None:
        super().__init__(Packs({version.programme: (version,)}))
        self._version = version

    def version_for(self, programme: str, starts_on: date) -> PolicyVersion:  # noqa: ARG002 (whatever they are)
        return self._version


async def judge_again(
    session: ReadSession, key: ClassGroupKey, learner_id: LearnerId, given: Circumstances
) -> Verdict:
    """Raises `EnrollmentNotFound`, or `PolicyMissing` where the class group is not under this policy."""
    return judge_one(*await _told(session, key, learner_id, given, in_brief=True))


async def explain_again(
    session: ReadSession, key: ClassGroupKey, learner_id: LearnerId, given: Circumstances
) -> Trace:
    return explain_enrollment(*await _told(session, key, learner_id, given, in_brief=False))


async def _told(
    session: ReadSession,
    key: ClassGroupKey,
    learner_id: LearnerId,
    given: Circumstances,
    *,
    in_brief: bool,
) -> tuple[Timetable, EnrollmentRecords]:
    stored = (await records.class_groups(session, [key])).get(key)
    enrolled = await records.enrollments(session, {key: [learner_id]})
    if stored is None or not enrolled[key]:
        raise EnrollmentNotFound
    version = given.version
    policies = _Mixed(version) if given.is_mixed else Policies(Packs({version.programme: (version,)}))
    sittings = await sit_down(session, policies, {key: stored}, given.as_of, given.ledger_size)
    (loaded,) = (await load_records(session, sittings, enrolled, in_brief=in_brief))[key]
    elsewhere = given.elsewhere.get(learner_id)
    return sittings[key].timetable, loaded._replace(elsewhere=elsewhere)
