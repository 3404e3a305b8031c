"""All SQL of answers. Lists first choose class groups, then read the standings of just those.

So a page costs what it shows: class groups are few where enrollments are many, and their tallies say which
of them hold an eligibility or an outcome at all. No list touches attendance or learning records, none counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVarTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, bindparam, exists, func, select, tuple_
from sqlalchemy.sql.selectable import TableValuedAlias

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, Outcome, Outlook
from app.db.models import (
    Assessment,
    ChangedDecision,
    ClassGroup,
    ClassGroupAssessment,
    Enrollment,
    Enterprise,
)
from app.db.session import ReadSession
from app.records.districts import of_deciding_entry
from app.records.names import class_group_name, platform_name
from app.records.selection import Selection, somebody_stands, stands

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class EnrollmentFilter:
    """Which enrollments of the selected class groups; what is not set does not narrow."""

    learner_id: LearnerId | None = None
    eligibility: Eligibility | None = None
    rule: str | None = None
    outcome: Outcome | None = None
    """Of `rule`; the two come together."""
    person_key: bytes | None = None
    outlook: Outlook | None = None
    """While the class group runs."""

    @property
    def outcome_tag(self) -> str | None:
        return None if self.rule is None or self.outcome is None else f"{self.rule}:{self.outcome}"

    def of_class_groups(self) -> Iterator[ColumnElement[bool]]:
        """Leaves out class groups without any such enrollment."""
        tags = [tag for tag in (self.eligibility, self.outcome_tag) if tag is not None]
        if tags:
            its_tally = exists().where(
                is_of(ClassGroupAssessment), ClassGroupAssessment.counts.has_all(_spelt(tags))
            )
            yield its_tally.correlate(ClassGroup)
        if self.learner_id is not None:
            yield KEY.in_(_keys_of(Assessment).where(Assessment.learner_id == self.learner_id))
        if self.person_key is not None:
            yield KEY.in_(_keys_of(Enrollment).where(Enrollment.person_key == self.person_key))
        if self.outlook is not None:
            yield somebody_stands(self.outlook)

    def of_enrollments(self) -> Iterator[ColumnElement[bool]]:
        """On `Assessment` and `Enrollment`."""
        if self.learner_id is not None:
            yield Assessment.learner_id == self.learner_id
        if self.eligibility is not None:
            yield Assessment.eligibility == self.eligibility
        if self.outcome_tag is not None:
            yield Assessment.outcome_tags.contains([self.outcome_tag])
        if self.person_key is not None:
            yield Enrollment.person_key == self.person_key
        if self.outlook is not None:
            yield from stands(self.outlook)


class StandingRow(NamedTuple):
    platform: PlatformCode
    platform_name: str | None
    class_group_id: ClassGroupId
    class_group_name: str | None
    learner_id: LearnerId
    learner_name: str
    enterprise_uscc: Uscc
    enterprise_name: str | None
    programme: str
    policy_version: str
    eligibility: Eligibility
    outlook: Outlook | None
    facts: dict[str, Any]
    rules: list[dict[str, Any]]
    assessed_at: datetime
    ledger_size: int
    subsidy: dict[str, Any] | None
    report_id: UUID | None
    """Of the report that said otherwise; the following say what."""
    reported_at: datetime | None
    reported_eligibility: str | None
    reported_subsidy_fen: int | None


class SealedPerson(NamedTuple):
    learner_id: LearnerId
    name: str
    id_number_sealed: bytes


KEY = tuple_(ClassGroup.platform, ClassGroup.class_group_id)
OF_A_STANDING = (
    Assessment.platform,
    platform_name(Assessment.platform),
    Assessment.class_group_id,
    class_group_name(Assessment.platform, Assessment.class_group_id),
    Assessment.learner_id,
    Enrollment.name,
    Assessment.enterprise_uscc,
    of_deciding_entry(Enterprise.name, Assessment.enterprise_uscc),
    Assessment.programme,
    Assessment.policy_version,
    Assessment.eligibility,
    Assessment.outlook,
    Assessment.facts,
    Assessment.rules,
    Assessment.assessed_at,
    Assessment.ledger_size,
    Assessment.subsidy,
    ChangedDecision.report_id,
    ChangedDecision.reported_at,
    ChangedDecision.reported_eligibility,
    ChangedDecision.reported_subsidy_fen,
)
"""The fields of a `StandingRow`."""
ITS_CHANGE = and_(
    ChangedDecision.platform == Assessment.platform,
    ChangedDecision.class_group_id == Assessment.class_group_id,
    ChangedDecision.learner_id == Assessment.learner_id,
    ChangedDecision.decision_id == Assessment.decision_id,
)


async def keys(
    session: ReadSession,
    selection: Selection,
    wanted: EnrollmentFilter,
    *,
    start: ClassGroupKey | None,
    is_after_start: bool,
    limit: int,
) -> list[ClassGroupKey]:
    """The selected class groups that hold a wanted enrollment, from `start` on or after it."""
    statement = selected(select(ClassGroup.platform, ClassGroup.class_group_id), selection)
    statement = statement.where(*wanted.of_class_groups())
    if start is not None:
        bound = tuple_(*start)
        statement = statement.where(bound < KEY if is_after_start else bound <= KEY)
    return [ClassGroupKey._make(row) for row in await session.execute(statement.limit(limit))]


async def standings(
    session: ReadSession,
    chosen: Sequence[ClassGroupKey],
    wanted: EnrollmentFilter,
    *,
    after: tuple[str, str, str] | None,
    limit: int | None,
) -> list[StandingRow]:
    """Of these class groups, in their order and by learner id, without those that are seen up to `after`."""
    places = chosen_places(chosen)
    key = (Assessment.platform, Assessment.class_group_id, Assessment.learner_id)
    statement = (
        select(*OF_A_STANDING)
        .select_from(places)
        .join(
            Assessment,
            and_(
                Assessment.platform == places.c.platform,
                Assessment.class_group_id == places.c.class_group_id,
            ),
        )
        .join(
            Enrollment,
            tuple_(Enrollment.platform, Enrollment.class_group_id, Enrollment.learner_id) == tuple_(*key),
        )
        .outerjoin(ChangedDecision, ITS_CHANGE)
        .where(~Enrollment.deleted, *wanted.of_enrollments())
        .order_by(places.c.place, Assessment.learner_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(~_is_seen(after))
    return [StandingRow._make(row) for row in await session.execute(statement)]


async def sealed_persons(session: ReadSession, key: ClassGroupKey) -> list[SealedPerson]:
    """Everybody enrolled in the class group."""
    statement = select(Enrollment.learner_id, Enrollment.name, Enrollment.id_number_sealed).where(
        Enrollment.platform == key.platform,
        Enrollment.class_group_id == key.class_group_id,
        ~Enrollment.deleted,
    )
    return [SealedPerson._make(row) for row in await session.execute(statement)]


def _is_seen(last: tuple[str, str, str]) -> ColumnElement[bool]:
    """Of the class group that the last page ended in; those before it are not chosen any more."""
    platform, class_group_id, learner_id = last
    return and_(
        Assessment.platform == platform,
        Assessment.class_group_id == class_group_id,
        Assessment.learner_id <= learner_id,
    )


def chosen_places(chosen: Sequence[ClassGroupKey]) -> TableValuedAlias:
    """The class groups as a table, numbered in their order."""
    platforms, ids = [key.platform for key in chosen], [key.class_group_id for key in chosen]
    keys = func.unnest(_texts(platforms), _texts(ids))
    columns = ("platform", "class_group_id")
    return keys.table_valued(*columns, with_ordinality="place", name="chosen").render_derived()


def selected(statement: Select[*Columns], selection: Selection) -> Select[*Columns]:
    return statement.where(~ClassGroup.deleted, *selection.conditions()).order_by(
        ClassGroup.platform, ClassGroup.class_group_id
    )


def is_of(table: type[Assessment | ClassGroupAssessment]) -> ColumnElement[bool]:
    return and_(table.platform == ClassGroup.platform, table.class_group_id == ClassGroup.class_group_id)


def _keys_of(table: type[Assessment | Enrollment]) -> Select[str, str]:
    return select(table.platform, table.class_group_id)


def _spelt(tags: Sequence[str]) -> ColumnElement[Sequence[str]]:
    """In the statement itself: a plan for any tag would walk all class groups for one that nobody has."""
    return bindparam(None, list(tags), ARRAY(Text), literal_execute=True)


def _texts(values: Sequence[str]) -> ColumnElement[Sequence[str]]:
    return bindparam(None, list(values), ARRAY(Text))
