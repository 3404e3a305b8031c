"""A batch rehearsed: the receipt that it would get, and whom it would change. Nothing of it stays.

Its rows are written under a savepoint of a transaction that never commits, those whom they touch are judged,
the savepoint is taken back with its locks, and the same are judged without it: both in one snapshot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from asyncpg import UniqueViolationError
from sqlalchemy.exc import DBAPIError

from app.accounts.quotas import count_records
from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import Outcome
from app.db.failures import DatabaseBusy
from app.db.session import Database, WriteSession, rehearsing, taken_back
from app.eligibility.foresight import Seen, Sight, foresee, reached, visit_of
from app.eligibility.foresight_repository import count_of, learners_of
from app.ingest.decision import Decision
from app.ingest.preparation import Prepared
from app.ingest.schemas import Counts, Delivery, ProgrammeExists, Rejection
from app.ingest.service import merge_rows, take_apart
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.rules.figures import StoredFigure

TRIES = 3
"""What others store of the same keys meanwhile is not in the snapshot: then it is begun again."""
OVERTAKEN = "40"
"""The SQL states of a transaction that others got in the way of."""


class FactChange(NamedTuple):
    fact: str
    before: StoredFigure
    after: StoredFigure


class OutcomeChange(NamedTuple):
    rule: str
    before: Outcome | None
    after: Outcome | None


@dataclass(frozen=True, slots=True)
class Effect:
    """On one enrollment."""

    key: ClassGroupKey
    learner_id: LearnerId
    before: Sight | None
    """None: there is no such enrollment, or its class group is not stored; like `after`."""
    after: Sight | None

    @property
    def facts(self) -> list[FactChange]:
        before, after = _facts(self.before), _facts(self.after)
        names = dict.fromkeys([*before, *after])
        changes = (FactChange(name, before.get(name), after.get(name)) for name in names)
        return [change for change in changes if change.before != change.after]

    @property
    def outcomes(self) -> list[OutcomeChange]:
        before = self.before.outcomes if self.before else {}
        after = self.after.outcomes if self.after else {}
        codes = dict.fromkeys([*before, *after])
        changes = (OutcomeChange(code, before.get(code), after.get(code)) for code in codes)
        return [change for change in changes if change.before is not change.after]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    counts: Counts
    rejections: Sequence[Rejection]
    """All of them."""
    touched: int
    """Enrollments whose figures may change."""
    judged: int
    """So many of them were judged."""
    effects: Sequence[Effect]
    """On those that would change, by class group and learner."""


async def rehearse(
    database: Database,
    library: PolicyLibrary,
    key_ring: KeyRing,
    delivery: Delivery,
    *,
    programme_exists: ProgrammeExists,
    most: int,
) -> Rehearsal:
    """At most so many enrollments are judged. Raises what `accept_batch` raises, but of idempotency keys."""
    prepared, if_new = await take_apart(delivery, key_ring, programme_exists)
    for _ in range(TRIES):
        try:
            found = await _rehearse(database, library, key_ring, (prepared, if_new), most)
        except UniqueViolationError:
            continue
        except DatabaseBusy as busy:
            if not _was_overtaken(busy):
                raise
            continue
        await _check_quota(database, delivery, found.counts)
        return found
    raise DatabaseBusy


def _was_overtaken(busy: DatabaseBusy) -> bool:
    cause = busy.__cause__
    driver_error = cause.orig if isinstance(cause, DBAPIError) else cause
    return str(getattr(driver_error, "sqlstate", "")).startswith(OVERTAKEN)


async def _rehearse(
    database: Database,
    library: PolicyLibrary,
    key_ring: KeyRing,
    taken_apart: tuple[Prepared, Decision],
    most: int,
) -> Rehearsal:
    prepared, if_new = taken_apart
    as_of = prepared.delivery.received_at
    async with rehearsing(database, repeatable=True) as session:
        policies = await library.in_force(session)
        async with taken_back(session):
            decision = await merge_rows(session, key_ring, prepared, if_new)
            named, touched = await _named(session, prepared.delivery.platform, decision, most)
            visit = await visit_of(session, policies, named, as_of)
            if wide := await reached(visit, named):
                touched += await count_of(session, wide) - sum(len(named[key]) for key in wide)
                named |= await learners_of(session, wide, most)
            after = await foresee(visit, named)
        before = await foresee(await visit_of(session, policies, named, as_of), named)
    return Rehearsal(
        counts=decision.counts,
        rejections=decision.rejections,
        touched=touched,
        judged=sum(map(len, named.values())),
        effects=list(_effects(before, after)),
    )


async def _named(
    session: WriteSession, platform: PlatformCode, decision: Decision, most: int
) -> tuple[dict[ClassGroupKey, Sequence[LearnerId]], int]:
    """Whom the batch touches, at most so many, and how many they are.

    Class groups of which nobody is named are looked at, as many: what is said of them may concern everybody.
    """
    named: dict[ClassGroupKey, Sequence[LearnerId]] = {}
    looked_at = [each for each in sorted(decision.concerned) if each.platform == platform]
    whole: list[ClassGroupKey] = []
    touched, room = 0, most
    for class_group_id, learner_ids in decision.touches.items():
        key = ClassGroupKey(platform, ClassGroupId(class_group_id))
        if learner_ids is None:
            whole.append(key)
        elif not learner_ids:
            looked_at.append(key)
        else:
            touched += len(learner_ids)
            if chosen := [LearnerId(each) for each in learner_ids[:room]]:
                named[key] = chosen
                room -= len(chosen)
    if whole:
        touched += await count_of(session, whole)
        named |= await learners_of(session, whole, room)
    return {**dict.fromkeys(looked_at[:most], ()), **named}, touched


def _effects(before: Mapping[Seen, Sight], after: Mapping[Seen, Sight]) -> Iterator[Effect]:
    for key, learner_id in sorted({*before, *after}):
        pair = before.get((key, learner_id)), after.get((key, learner_id))
        if pair[0] != pair[1]:
            yield Effect(key, learner_id, *pair)


async def _check_quota(database: Database, delivery: Delivery, counts: Counts) -> None:
    """Raises `QuotaExceeded` where the batch itself would; what it used is given back at once."""
    async with rehearsing(database) as session:
        await count_records(
            session,
            delivery.client_id,
            delivery.records_a_day,
            counts.accepted + counts.rejected,
            delivery.received_at,
        )


def _facts(sight: Sight | None) -> Mapping[str, StoredFigure]:
    return {} if sight is None else sight.facts
