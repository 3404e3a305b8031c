"""Answers about enrollments: who stands how, by which figures and rules, as far as the caller may see."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, Outlook
from app.db.session import ReadSession
from app.eligibility import answers_repository as repository
from app.eligibility.answers_repository import EnrollmentFilter, StandingRow
from app.eligibility.errors import EnrollmentNotFound, NotAnIdNumber
from app.privacy.fields import Personal, PersonalKind
from app.privacy.id_number import birth_date
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName
from app.rules.figures import ShownFigure, StoredFigure, from_stored, shown
from app.rules.subsidy import Grant

CLASS_GROUPS_AT_ONCE = 50
PAGE_OF_AN_EXPORT = 200


class Position(NamedTuple):
    """Where a page of enrollments ended."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId


class ReportedOtherwise(NamedTuple):
    """An eligibility report that left the house before the decision became another."""

    report_id: UUID
    reported_at: datetime
    eligibility: Eligibility
    subsidy_fen: int | None


class Standing(NamedTuple):
    """How an enrollment stands, as it is shown."""

    platform: PlatformCode
    platform_name: str | None
    class_group_id: ClassGroupId
    class_group_name: str | None
    learner_id: LearnerId
    learner_name: Personal
    enterprise_uscc: Uscc
    enterprise_name: str | None
    programme: str
    policy_version: str
    eligibility: Eligibility
    facts: Mapping[str, ShownFigure]
    rules: tuple[RuleOutcome, ...]
    outlook: Outlook | None
    assessed_at: datetime
    ledger_size: int
    grant: Grant | None = None
    """What is paid and how it was come by; None where nothing is said of money."""
    changed_after_export: ReportedOtherwise | None = None
    """None: the last report before the decision said the same, or told nothing of it."""

    @property
    def subsidy_fen(self) -> int | None:
        return None if self.grant is None else self.grant.subsidy_fen

    @property
    def position(self) -> Position:
        return Position(self.platform, self.class_group_id, self.learner_id)


async def enrollments(
    session: ReadSession,
    selection: Selection,
    wanted: EnrollmentFilter,
    *,
    after: Position | None = None,
    limit: int,
) -> list[Standing]:
    """By platform, class group and learner id, from behind `after`; fewer than `limit` only at the end.

    The session should be repeatable: class groups are chosen first, their standings read second.
    """
    found: list[Standing] = []
    start = None if after is None else ClassGroupKey(after.platform, after.class_group_id)
    is_after_start = False
    while True:
        keys = await repository.keys(
            session, selection, wanted, start=start, is_after_start=is_after_start, limit=CLASS_GROUPS_AT_ONCE
        )
        rows = await repository.standings(session, keys, wanted, after=after, limit=limit - len(found))
        found += map(_shown, rows)
        if len(found) == limit or len(keys) < CLASS_GROUPS_AT_ONCE:
            return found
        start, is_after_start = keys[-1], True


async def enrollment(session: ReadSession, selection: Selection, learner_id: LearnerId) -> Standing:
    """The one of a class group that `selection` names."""
    found = await enrollments(session, selection, EnrollmentFilter(learner_id=learner_id), limit=1)
    if not found:
        raise EnrollmentNotFound
    return found[0]


async def all_enrollments(
    session: ReadSession, selection: Selection, wanted: EnrollmentFilter
) -> AsyncIterator[list[Standing]]:
    """Page by page, for exports."""
    after: Position | None = None
    while page := await enrollments(session, selection, wanted, after=after, limit=PAGE_OF_AN_EXPORT):
        yield page
        after = page[-1].position


async def enrollments_of(session: ReadSession, class_groups: Sequence[ClassGroupKey]) -> list[Standing]:
    """Everybody of these class groups, in their order and by learner id."""
    everybody = EnrollmentFilter()
    return [
        _shown(row)
        for first in range(0, len(class_groups), CLASS_GROUPS_AT_ONCE)
        for row in await repository.standings(
            session, class_groups[first : first + CLASS_GROUPS_AT_ONCE], everybody, after=None, limit=None
        )
    ]


def person_key(key_ring: KeyRing, id_number: str) -> bytes:
    if birth_date(id_number) is None:
        raise NotAnIdNumber
    return key_ring.person_key(id_number)


def shown_facts(stored: Mapping[str, Any]) -> dict[str, ShownFigure]:
    return {fact.value: _shown_figure(fact, stored[fact]) for fact in FactName if fact in stored}


@lru_cache(maxsize=16_384, typed=True)
def _shown_figure(fact: FactName, figure: StoredFigure) -> ShownFigure:
    """Figures repeat from learner to learner."""
    return shown(fact, from_stored(fact, figure))


def _shown(row: StandingRow) -> Standing:
    return Standing(
        platform=row.platform,
        platform_name=row.platform_name,
        class_group_id=row.class_group_id,
        class_group_name=row.class_group_name,
        learner_id=row.learner_id,
        learner_name=Personal(PersonalKind.name, row.learner_name),
        enterprise_uscc=row.enterprise_uscc,
        enterprise_name=row.enterprise_name,
        programme=row.programme,
        policy_version=row.policy_version,
        eligibility=Eligibility(row.eligibility),
        facts=shown_facts(row.facts),
        rules=tuple(map(RuleOutcome.from_stored, row.rules)),
        outlook=None if row.outlook is None else Outlook(row.outlook),
        assessed_at=row.assessed_at,
        ledger_size=row.ledger_size,
        grant=None if row.subsidy is None else Grant.from_stored(row.subsidy),
        changed_after_export=_reported_otherwise(row),
    )


def _reported_otherwise(row: StandingRow) -> ReportedOtherwise | None:
    if row.report_id is None or row.reported_at is None or row.reported_eligibility is None:
        return None
    said = Eligibility(row.reported_eligibility)
    return ReportedOtherwise(row.report_id, row.reported_at, said, row.reported_subsidy_fen)
