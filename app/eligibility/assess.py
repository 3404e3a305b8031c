"""Assesses class groups in one transaction: takes their touches, loads, judges, decides, stores.

What arrives meanwhile is not seen and keeps its own touch; what fails leaves all touches where they were.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from app.core.ids import ClassGroupKey, LearnerId
from app.db.failures import DatabaseBusy, is_overtaken
from app.db.session import Database, WriteSession, transaction
from app.eligibility import persons, repository
from app.eligibility import touches_repository as touches
from app.eligibility.repository import Opening
from app.eligibility.schemas import AssessedClassGroup, NotYet
from app.eligibility.sitting import sit_down
from app.eligibility.touches_repository import Taken
from app.eligibility.visit import Visit
from app.findings import service as findings
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.records import repository as records
from app.records.chosen import Learners, load_by_bitmap

TRIES = 3

Assessed = dict[ClassGroupKey, AssessedClassGroup | NotYet]


async def assess_class_groups(
    database: Database,
    library: PolicyLibrary,
    key_ring: KeyRing,
    keys: Collection[ClassGroupKey],
    as_of: datetime,
) -> Assessed:
    """Judge whoever the touches name, as of this moment; everybody where a lesson has fallen due.

    Waits for nobody. All are stored together or, where one of them fails, none. A worker that began while
    another was finishing here meets its changes and looks again.
    """
    for _ in range(TRIES):
        try:
            async with transaction(database, repeatable=True) as session:
                return await _take_and_assess(session, library, key_ring, list(keys), as_of)
        except DatabaseBusy as busy:
            if not is_overtaken(busy):
                raise
    return dict.fromkeys(keys, NotYet.taken)


async def _take_and_assess(
    session: WriteSession,
    library: PolicyLibrary,
    key_ring: KeyRing,
    keys: Sequence[ClassGroupKey],
    as_of: datetime,
) -> Assessed:
    await load_by_bitmap(session)
    opened = await repository.open_class_groups(session, keys, as_of)
    done: Assessed = {key: opening.not_yet or NotYet.nothing_waits for key, opening in opened.items()}
    ours = {key: opening for key, opening in opened.items() if not opening.not_yet}
    if not ours:
        return done
    named = _named(ours, await touches.take(session, ours))
    stored = await records.class_groups(session, list(named))
    done |= await _forget(session, [key for key in named if key not in stored], as_of)
    if stored:
        ledger_size = opened[keys[0]].ledger_size
        policies = await library.in_force(session)  # of the moment whose touches were taken
        sittings = await sit_down(session, policies, stored, as_of, ledger_size)
        done |= await Visit(session, sittings, as_of, ledger_size).assess(named, key_ring)
    return done


def _named(ours: Mapping[ClassGroupKey, Opening], taken: Iterable[Taken]) -> Learners:
    """Who is to be judged, of each class group that has touches or is due; None: everybody."""
    whole = {key for key, opening in ours.items() if not opening.is_timely}
    named: defaultdict[ClassGroupKey, set[LearnerId]] = defaultdict(set)
    for key, learner_ids in taken:
        if learner_ids is None:
            whole.add(key)
        else:
            named[key].update(learner_ids)
    return {key: None if key in whole else sorted(named[key]) for key in ours if key in whole or key in named}


async def _forget(session: WriteSession, keys: Collection[ClassGroupKey], as_of: datetime) -> Assessed:
    """They were deleted or have not arrived; a class group that arrives touches all its enrollments."""
    if keys:
        await repository.remove_class_groups(session, keys)
        await persons.forget(session, dict.fromkeys(keys), as_of, even_enrolled=True)
        await findings.settle(session, dict.fromkeys(keys), {}, as_of)
    return {key: AssessedClassGroup(key, enrollments=0, decisions=0) for key in keys}
