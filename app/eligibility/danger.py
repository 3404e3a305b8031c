"""Which rules endanger running class groups, and for how many learners of each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import Outlook
from app.db.session import ReadSession
from app.eligibility import danger_repository as repository
from app.eligibility.danger_repository import FailedRow
from app.rules.fact_names import FactName
from app.rules.outlook import made_by


class Danger(NamedTuple):
    rule: str
    learners: int
    """Whose outlook it makes."""


async def dangers(
    session: ReadSession, keys: Sequence[ClassGroupKey]
) -> Mapping[ClassGroupKey, Sequence[Danger]]:
    """Of each class group with any, what endangers most learners first."""
    counted: defaultdict[ClassGroupKey, Counter[str]] = defaultdict(Counter)
    rows = sorted(await repository.failed(session, keys)) if keys else []
    for (platform, class_group_id, _), its_rows in groupby(rows, key=_learner):
        counted[ClassGroupKey(platform, class_group_id)].update(_endangering(list(its_rows)))
    return {
        key: [Danger(*each) for each in sorted(of_one.items(), key=lambda each: (-each[1], each[0]))]
        for key, of_one in counted.items()
    }


def _learner(row: FailedRow) -> tuple[PlatformCode, ClassGroupId, LearnerId]:
    return row.platform, row.class_group_id, row.learner_id


def _endangering(rows: Sequence[FailedRow]) -> Iterable[str]:
    """Of one learner's rules those that make the outlook; of who is lost those that findings name."""
    outlook = rows[0].outlook
    found = [row.rule for row in rows if row.is_found]
    if outlook is Outlook.lost and found:
        return found
    made = made_by(outlook, {FactName(row.fact) for row in rows})
    return [row.rule for row in rows if row.fact in made]
