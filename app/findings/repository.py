"""All SQL of findings: written many rows a statement on the driver, read as filters ask."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from app.core.ids import ClassGroupKey, FindingId, first_uuid, new_uuid
from app.core.vocabulary import CustodyRule, FindingState
from app.db.models import ClassGroup, Finding, FindingAssignment, Waiver
from app.db.session import ReadSession, WriteSession, driver
from app.findings.schemas import (
    OF_NOBODY,
    AssignedCounts,
    FindingCount,
    FindingFilter,
    FindingView,
    Raised,
)
from app.findings.work_repository import is_assigned, standing
from app.records.chosen import CHOSEN_LEARNERS, NAMED, UNNAMED, Learners, learners_apart
from app.records.names import platform_name
from app.records.selection import Selection

Placed = tuple[ClassGroupKey, Raised]

ITS_CLASS_GROUP = and_(
    ClassGroup.platform == Finding.platform, ClassGroup.class_group_id == Finding.class_group_id
)

OF_THESE_RULES = "state = 'open' AND (rule = ANY($11::text[])) = $12"

RESOLVE_OTHERS = f"""
    WITH raised AS (
        SELECT *
        FROM unnest($6::text[], $7::text[], $8::text[], $9::text[])
          AS raised (platform, class_group_id, learner_id, rule)
    ), others AS MATERIALIZED (
        SELECT found.*
        FROM {CHOSEN_LEARNERS}, LATERAL (
            SELECT platform, class_group_id, learner_id, rule FROM findings
            WHERE {NAMED} AND {OF_THESE_RULES}
            UNION ALL
            SELECT platform, class_group_id, learner_id, rule FROM findings
            WHERE {UNNAMED} AND {OF_THESE_RULES}
            OFFSET 0
        ) AS found
        WHERE (found.platform, found.class_group_id, learner_id, rule) NOT IN (SELECT * FROM raised)
    )
    UPDATE findings SET state = 'resolved', resolved_at = $10
    FROM others
    WHERE findings.platform = others.platform AND findings.class_group_id = others.class_group_id
      AND findings.learner_id = others.learner_id AND findings.rule = others.rule AND findings.state = 'open'
"""  # noqa: S608 (put together from constants)

RAISE_OR_CONFIRM = """
    INSERT INTO findings (
        finding_id, platform, class_group_id, learner_id, subject, rule, outcome, severity, state, evidence,
        raised_at, confirmed_at
    )
    SELECT finding_id, platform, class_group_id, learner_id, subject, rule, outcome, severity, 'open',
           evidence::jsonb, $1, $1
    FROM unnest(
        $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[]
    ) AS raised (finding_id, platform, class_group_id, learner_id, rule, outcome, severity, evidence, subject)
    ON CONFLICT (platform, class_group_id, learner_id, rule) WHERE state = 'open'
    DO UPDATE SET outcome = excluded.outcome, severity = excluded.severity, evidence = excluded.evidence,
                  confirmed_at = excluded.confirmed_at
"""


async def resolve_others(
    session: WriteSession, among: Learners, raised: Iterable[Placed], at: datetime, *, of_custody: bool
) -> None:
    """Resolve every open finding on these learners that is not raised again: custody's, or all but those."""
    rows = [(*key, finding.learner_id, finding.rule) for key, finding in raised]
    columns = list(zip(*rows, strict=True)) or [()] * 4
    rules = [rule.value for rule in CustodyRule]
    await (await driver(session)).execute(
        RESOLVE_OTHERS, *learners_apart(among), *columns, at, rules, of_custody
    )


async def raise_or_confirm(session: WriteSession, raised: Iterable[Placed], at: datetime) -> None:
    rows = [(new_uuid(at), *key, *finding) for key, finding in raised]
    await (await driver(session)).execute(RAISE_OR_CONFIRM, at, *zip(*rows, strict=True))


VIEWED = (
    Finding.finding_id,
    Finding.platform,
    platform_name(Finding.platform),
    Finding.class_group_id,
    ClassGroup.name,
    func.nullif(Finding.learner_id, OF_NOBODY),
    Finding.subject,
    ClassGroup.enterprise_uscc,
    ClassGroup.programme,
    Finding.rule,
    Finding.outcome,
    Finding.severity,
    Finding.state,
    Finding.evidence,
    Finding.raised_at,
    Finding.confirmed_at,
    Finding.resolved_at,
    Finding.waived_at,
    Finding.waiver_id,
)


async def findings(
    session: ReadSession, wanted: FindingFilter, *, before: FindingId | None, limit: int
) -> list[FindingView]:
    """Newest first; `before`: the last one of the page before."""
    statement = (
        select(*VIEWED)
        .join(ClassGroup, ITS_CLASS_GROUP)
        .where(*_own_conditions(wanted), *_conditions_elsewhere(wanted))
        .order_by(Finding.finding_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Finding.finding_id < before)
    return [FindingView(*row) for row in await session.execute(statement)]


async def named(
    session: ReadSession, ids: Collection[UUID], waiver_ids: Collection[UUID], selection: Selection
) -> list[FindingView]:
    """By their ids or those of their waivers."""
    statement = (
        select(*VIEWED)
        .join(ClassGroup, ITS_CLASS_GROUP)
        .where(or_(Finding.finding_id.in_(ids), _waived_by(waiver_ids)), *selection.conditions())
    )
    return [FindingView(*row) for row in await session.execute(statement)]


def _waived_by(waiver_ids: Collection[UUID]) -> ColumnElement[bool]:
    waived = select(Waiver.finding_id).where(Waiver.waiver_id.in_(waiver_ids))
    return Finding.finding_id.in_(waived) if waiver_ids else false()


async def assigned_counts(session: ReadSession, wanted: FindingFilter) -> AssignedCounts:
    """Of findings that somebody takes care of; goes through these alone."""
    mine = func.count().filter(FindingAssignment.assignee_id == wanted.me)
    still_open = func.count().filter(Finding.state == FindingState.open)
    statement = (
        select(mine, func.count(), still_open)
        .select_from(FindingAssignment)
        .join(Finding, Finding.finding_id == FindingAssignment.finding_id)
        .join(ClassGroup, ITS_CLASS_GROUP)
        .where(*standing(), *_own_conditions(wanted), *_conditions_elsewhere(wanted))
    )
    return AssignedCounts(*(await session.execute(statement)).one())


async def counts(session: ReadSession, wanted: FindingFilter) -> list[FindingCount]:
    """Looks at class groups only where something is asked of them that findings do not know."""
    kind = (Finding.rule, Finding.outcome, Finding.severity, Finding.state)
    statement = select(*kind, func.count()).where(*_own_conditions(wanted)).group_by(*kind).order_by(*kind)
    if elsewhere := list(_conditions_elsewhere(wanted)):
        statement = statement.join(ClassGroup, ITS_CLASS_GROUP).where(*elsewhere)
    return [FindingCount._make(row) for row in await session.execute(statement)]


def _own_conditions(wanted: FindingFilter) -> Iterator[ColumnElement[bool]]:
    exact = {
        Finding.platform: wanted.class_groups.platform,
        Finding.class_group_id: wanted.class_groups.class_group_id,
        Finding.learner_id: wanted.learner_id,
        Finding.subject: wanted.subject,
        Finding.rule: wanted.rule,
        Finding.outcome: wanted.outcome,
        Finding.severity: wanted.severity,
        Finding.state: wanted.state,
    }
    yield from (column == value for column, value in exact.items() if value is not None)
    if wanted.since is not None:
        yield Finding.finding_id >= first_uuid(wanted.since)  # lets the newest first be walked no further
        yield Finding.raised_at >= wanted.since
    if wanted.assigned is not None:
        yield is_assigned(wanted.assigned, wanted.me)


def _conditions_elsewhere(wanted: FindingFilter) -> Iterator[ColumnElement[bool]]:
    """On its class group."""
    return replace(wanted.class_groups, platform=None, class_group_id=None).conditions()
