"""How enrollments would stand by what this session sees: judged like an assessment, and nothing stored.

For a dry run, whose session sees rows that will never be there.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from app.core.ids import ClassGroupKey, LearnerId
from app.core.vocabulary import Eligibility, Outcome, Outlook
from app.db.session import WriteSession
from app.eligibility.class_level import widened
from app.eligibility.judge import Verdict
from app.eligibility.sitting import sit_down
from app.eligibility.visit import Visit
from app.policies.service import Policies
from app.records import repository as records
from app.records.chosen import load_by_bitmap
from app.rules.figures import StoredFigure

Named = Mapping[ClassGroupKey, Sequence[LearnerId]]
Seen = tuple[ClassGroupKey, LearnerId]


class Sight(NamedTuple):
    """How an enrollment stands, or would."""

    eligibility: Eligibility
    outlook: Outlook | None
    facts: Mapping[str, StoredFigure]
    outcomes: Mapping[str, Outcome]
    """By the code of the rule."""
    subsidy_fen: int | None


async def visit_of(
    session: WriteSession, policies: Policies, keys: Collection[ClassGroupKey], as_of: datetime
) -> Visit:
    """Of those among these class groups that are stored and can be judged; it stores nothing by itself."""
    await load_by_bitmap(session)
    stored = {
        key: each
        for key, each in (await records.class_groups(session, list(keys))).items()
        if policies.programme_exists(each.class_group.programme, each.class_group.starts_on)
    }
    sittings = await sit_down(session, policies, stored, as_of, 0) if stored else {}
    return Visit(session, sittings, as_of, 0)


async def reached(visit: Visit, named: Named) -> list[ClassGroupKey]:
    """Class groups of which everybody would be judged, because what is said of the class group changes."""
    judged = visit.class_level()
    wide = await widened(visit.session, {key: named[key] for key in judged}, judged) if judged else {}
    return [key for key, learners in wide.items() if learners is None]


async def foresee(visit: Visit, named: Named) -> dict[Seen, Sight]:
    """Of these learners those that are enrolled."""
    if not visit.sittings:
        return {}
    enrolled = await records.enrollments(visit.session, {key: named[key] for key in visit.sittings})
    seen: dict[Seen, Sight] = {}
    for chunk in visit.chunks(enrolled):
        _, judged = await visit.judge(chunk)
        seen |= {(key, each.learner_id): _sight(each) for key, of_one in judged.items() for each in of_one}
    return seen


def _sight(verdict: Verdict) -> Sight:
    rules: list[dict[str, Any]] = msgspec.json.decode(verdict.rules)
    return Sight(
        eligibility=verdict.eligibility,
        outlook=verdict.outlook,
        facts=msgspec.json.decode(verdict.facts),
        outcomes={rule["code"]: Outcome(rule["outcome"]) for rule in rules},
        subsidy_fen=None if verdict.grant is None else verdict.grant.subsidy_fen,
    )
