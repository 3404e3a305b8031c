"""All SQL of what-if: class groups from a cursor on the server, and how their enrollments stand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, cast, func, select, tuple_

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode, Uscc
from app.db.models import ClassGroup, ClassGroupAssessment
from app.db.session import ReadSession, driver
from app.records.chosen import CHOSEN, CHOSEN_LEARNERS, NAMED, OF_CHOSEN, keys_apart, learners_apart, of_each
from app.records.selection import Selection

AT_ONCE = 50
"""Class groups whose standings are read together: some two thousand rows."""

STANDINGS = f"""
    SELECT chosen.number, standing.*
    FROM {CHOSEN}, LATERAL (
        SELECT learner_id, programme, policy_version, eligibility, array_to_string(outcome_tags, ' '),
               facts::text, CASE WHEN jsonb_path_exists(rules, '$[*].waived_by') THEN rules::text END,
               subsidy::text
        FROM assessments WHERE {OF_CHOSEN} OFFSET 0
    ) AS standing
"""  # noqa: S608 (put together from constants)

NAMES = f"""
    SELECT chosen.number, enrolled.*
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT learner_id, name FROM enrollments WHERE {NAMED} OFFSET 0
    ) AS enrolled
"""  # noqa: S608 (as above)


class ClassGroupRow(NamedTuple):
    platform: PlatformCode
    class_group_id: ClassGroupId
    enterprise_uscc: Uscc
    district_code: str | None
    starts_on: date
    policy_version: str
    """That judged the class group itself; empty: none has yet."""
    facts: str
    """Of the class group, as JSON, like what its rules say."""
    rules: str
    name: str

    @property
    def key(self) -> ClassGroupKey:
        return ClassGroupKey(self.platform, self.class_group_id)


class StandingRow(NamedTuple):
    number: int
    """Of its class group, from 1."""
    learner_id: LearnerId
    programme: str
    policy_version: str
    eligibility: str
    tags: str
    """`attendance-rate:fail credited-hours:pass`."""
    facts: str
    """JSON."""
    waived: str | None
    """The rules as JSON, where one of them is waived."""
    subsidy: str | None
    """How the amount was come by, as JSON."""


async def enrollments(session: ReadSession, selection: Selection) -> int:
    """How many stand in the selected class groups, by the tallies of their assessments."""
    statement = _assessed(select(func.coalesce(func.sum(ClassGroupAssessment.headcount), 0)), selection)
    return int((await session.execute(statement)).scalar_one())


async def class_groups(
    session: ReadSession, selection: Selection, *, start: ClassGroupKey | None = None
) -> AsyncIterator[Sequence[ClassGroupRow]]:
    """Those that have been assessed, by platform and id, from `start` on; so many at a time."""
    columns = (
        ClassGroup.platform,
        ClassGroup.class_group_id,
        ClassGroup.enterprise_uscc,
        ClassGroup.district_code,
        ClassGroup.starts_on,
        ClassGroupAssessment.policy_version,
        cast(ClassGroupAssessment.facts, Text),
        cast(ClassGroupAssessment.rules, Text),
        ClassGroup.name,
    )
    statement = _assessed(select(*columns), selection).order_by(
        ClassGroup.platform, ClassGroup.class_group_id
    )
    if start is not None:
        statement = statement.where(tuple_(ClassGroup.platform, ClassGroup.class_group_id) >= tuple_(*start))
    found = await session.stream(statement.execution_options(yield_per=AT_ONCE))
    try:
        async for rows in found.partitions():
            yield [ClassGroupRow._make(row) for row in rows]
    finally:
        await found.close()


async def standings(session: ReadSession, keys: Sequence[ClassGroupKey]) -> list[StandingRow]:
    """Rows as the driver makes them: a million named tuples would take a second."""
    rows: list[StandingRow] = await (await driver(session)).fetch(STANDINGS, *keys_apart(keys))
    return rows


async def names(
    session: ReadSession, learners: Mapping[ClassGroupKey, Sequence[LearnerId]]
) -> dict[ClassGroupKey, dict[LearnerId, str]]:
    found: dict[ClassGroupKey, dict[LearnerId, str]] = {key: {} for key in learners}
    rows = await (await driver(session)).fetch(NAMES, *learners_apart(learners))
    for key, (learner_id, name) in of_each(learners, rows):
        found[key][learner_id] = name
    return found


def _assessed(statement: Select[*tuple[Any, ...]], selection: Selection) -> Select[*tuple[Any, ...]]:
    is_of = (ClassGroupAssessment.platform == ClassGroup.platform) & (
        ClassGroupAssessment.class_group_id == ClassGroup.class_group_id
    )
    return (
        statement.select_from(ClassGroup)
        .join(ClassGroupAssessment, is_of)
        .where(~ClassGroup.deleted, *selection.conditions())
    )
