"""All SQL of findings: written many rows a statement on the driver, read as filters ask."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from app.core.ids import ClassGroupKey, FindingId, LearnerId, first_uuid, new_uuid
from app.db.models import ClassGroup, Finding
from app.db.session import ReadSession, WriteSession, driver
from app.findings.schemas import FindingCount, FindingFilter, FindingView, Raised

ITS_CLASS_GROUP = and_(
    ClassGroup.platform == Finding.platform, ClassGroup.class_group_id == Finding.class_group_id
)

RESOLVE_OTHERS = """
    UPDATE findings SET state = 'resolved', resolved_at = $3
    WHERE platform = $1 AND class_group_id = $2 AND state = 'open'
      AND ($4::text[] IS NULL OR learner_id = ANY($4))
      AND NOT EXISTS (
        SELECT FROM unnest($5::text[], $6::text[]) AS raised (learner_id, rule)
        WHERE raised.learner_id = findings.learner_id AND raised.rule = findings.rule
      )
"""

RAISE_OR_CONFIRM = """
    INSERT INTO findings (
        finding_id, platform, class_group_id, learner_id, rule, outcome, severity, state, evidence,
        raised_at, confirmed_at
    )
    SELECT finding_id, $1, $2, learner_id, rule, outcome, severity, 'open', evidence::jsonb, $3, $3
    FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
      AS raised (finding_id, learner_id, rule, outcome, severity, evidence)
    ON CONFLICT (platform, class_group_id, learner_id, rule) WHERE state = 'open'
    DO UPDATE SET outcome = excluded.outcome, severity = excluded.severity, evidence = excluded.evidence,
                  confirmed_at = excluded.confirmed_at
"""


async def resolve_others(
    session: WriteSession,
    key: ClassGroupKey,
    *,
    among: Sequence[LearnerId] | None,
    raised: Iterable[Raised],
    at: datetime,
) -> None:
    """Resolve every open finding on these learners (None: on all) that is not raised again."""
    pairs = [(finding.learner_id, finding.rule) for finding in raised]
    learners, rules = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    await (await driver(session)).execute(RESOLVE_OTHERS, *key, at, among, learners, rules)


async def raise_or_confirm(
    session: WriteSession, key: ClassGroupKey, raised: Sequence[Raised], at: datetime
) -> None:
    ids = [new_uuid(at) for _ in raised]
    await (await driver(session)).execute(RAISE_OR_CONFIRM, *key, at, ids, *zip(*raised, strict=True))


async def findings(
    session: ReadSession, wanted: FindingFilter, *, before: FindingId | None, limit: int
) -> list[FindingView]:
    """Newest first; `before`: the last one of the page before."""
    statement = (
        select(
            Finding.finding_id,
            Finding.platform,
            Finding.class_group_id,
            Finding.learner_id,
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
        )
        .join(ClassGroup, ITS_CLASS_GROUP)
        .where(*_conditions(wanted))
        .order_by(Finding.finding_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Finding.finding_id < before)
    return [FindingView._make(row) for row in await session.execute(statement)]


async def counts(session: ReadSession, wanted: FindingFilter) -> list[FindingCount]:
    kind = (Finding.rule, Finding.outcome, Finding.severity, Finding.state)
    statement = (
        select(*kind, func.count())
        .join(ClassGroup, ITS_CLASS_GROUP)
        .where(*_conditions(wanted))
        .group_by(*kind)
        .order_by(*kind)
    )
    return [FindingCount._make(row) for row in await session.execute(statement)]


def _conditions(wanted: FindingFilter) -> Iterator[ColumnElement[bool]]:
    exact = {
        Finding.learner_id: wanted.learner_id,
        Finding.rule: wanted.rule,
        Finding.outcome: wanted.outcome,
        Finding.severity: wanted.severity,
        Finding.state: wanted.state,
    }
    yield from (column == value for column, value in exact.items() if value is not None)
    if wanted.since is not None:
        yield Finding.finding_id >= first_uuid(wanted.since)  # lets the newest first be walked no further
        yield Finding.raised_at >= wanted.since
    yield from wanted.class_groups.conditions()
