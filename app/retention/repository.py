"""All SQL of clocks: from when terms run, which terms there are, what is due.

Until when a class group is kept the database tells by functions of its own (migrations/versions); what is
shown of single objects is computed from these rows.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Date, bindparam, cast, func, select, text, tuple_

from app.accounts.authorisation import Reach
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.models import ClassGroup
from app.db.session import ReadSession, driver
from app.records.names import platform_name
from app.records.selection import Selection
from app.retention.schemas import Due, KeptFor, PolicyTerm
from app.rules.retention import Covers, KeepingTerm, Kind, Length

NAMING_CLASS_GROUPS = (
    *(Feed.attendance, Feed.class_groups, Feed.enrollments, Feed.evaluations, Feed.exam_scores),
    *(Feed.learning_records, Feed.lessons, Feed.quiz_answers, Feed.teaching_records),
    *(Feed.verifications, Feed.videos),
)
"""Archives of their batches go with the last class group. Those of other feeds are kept without end,
whichever class groups they concern. The database's function names the same feeds.
"""

KEPT_UNTIL = "SELECT class_group_kept_until($1, $2), class_group_is_held($1, $2)"

JUDGING = """
    SELECT policy_id, policy_version, policy_hash FROM assessment_runs
    WHERE platform = $1 AND class_group_id = $2
    UNION (
        SELECT programme, effective_from::text, version.content_hash
        FROM class_groups AS said JOIN policy_versions AS version USING (programme)
        WHERE platform = $1 AND class_group_id = $2 AND effective_from <= starts_on
        ORDER BY effective_from DESC, number DESC LIMIT 1
    )
"""
TERMS = f"""
    SELECT policy_id, policy_version, policy_hash, code, title_zh, title_en, clause, covers, months, days
    FROM ({JUDGING}) AS judging JOIN retention_terms ON content_hash = policy_hash
    ORDER BY policy_id, policy_version, code
"""  # noqa: S608 (put together from constants)

_OF = "WHERE platform = $1 AND class_group_id = $2"
_BATCHES = "batch_class_groups AS named JOIN batches USING (batch_id)"
_OF_NAMED = "WHERE named.platform = $1 AND named.class_group_id = $2"
ORIGINS = f"""
    SELECT 'feed_rows', coalesce(sum(accepted), 0), max(received_at) FROM {_BATCHES} {_OF_NAMED}
    UNION ALL
    SELECT 'archives', count(*) FILTER (WHERE feed = ANY ($3)), max(received_at)
    FROM {_BATCHES} {_OF_NAMED}
    UNION ALL
    SELECT 'videos', count(*), max(recorded_at) FROM videos {_OF} AND NOT deleted
    UNION ALL
    SELECT 'decisions', count(*), max(decided_at) FROM decisions {_OF}
    UNION ALL
    SELECT 'assessment_runs', count(*), max(assessed_at) FROM assessment_runs {_OF}
    UNION ALL
    SELECT 'reports', count(*), max(created_at) FROM eligibility_reports
    WHERE class_groups @> ARRAY[$1 || ' ' || $2]
    UNION ALL
    SELECT 'rights_requests', count(*), max(greatest(submitted_at, answered_at))
    FROM rights_requests LEFT JOIN rights_answers USING (request_id) {_OF}
"""  # noqa: S608 (likewise)

SHARING_BATCHES = """
    SELECT other.platform, other.class_group_id
    FROM class_groups AS other
    WHERE NOT other.deleted AND (other.platform, other.class_group_id) IN (
        SELECT others.platform, others.class_group_id
        FROM batch_class_groups AS own JOIN batches USING (batch_id)
        JOIN batch_class_groups AS others USING (batch_id)
        WHERE own.platform = $1 AND own.class_group_id = $2 AND feed = ANY ($3)
          AND (others.platform, others.class_group_id) <> ($1, $2)
    )
    ORDER BY other.closed_at DESC NULLS FIRST, 1, 2
"""

EACH_KEPT_UNTIL = """
    SELECT class_group_kept_until(platform, class_group_id)
    FROM unnest($1::text[], $2::text[]) AS asked (platform, class_group_id)
"""

NEIGHBOURS = """
    SELECT platform, class_group_id, class_group_term(platform, class_group_id)
    FROM class_group_neighbours($1, $2) ORDER BY 1, 2
"""

OLD_ENOUGH = text("""
    closed_at < :today - (
        SELECT min(make_interval(months => months, days => days)) FROM retention_terms
        WHERE covers = 'everything' AND months IS NOT NULL
    )
""")
"""For the shortest of all terms; so few are looked at closely."""


class Found(NamedTuple):
    key: ClassGroupKey
    platform_name: str | None
    name: str | None
    closed_at: datetime | None
    district: str | None


class Origin(NamedTuple):
    kind: Kind
    number: int
    at: datetime | None


async def class_group(session: ReadSession, selection: Selection) -> Found | None:
    columns = (
        ClassGroup.platform,
        ClassGroup.class_group_id,
        platform_name(ClassGroup.platform),
        ClassGroup.name,
        ClassGroup.closed_at,
        ClassGroup.district_code,
    )
    row = (await session.execute(select(*columns).where(*selection.conditions()))).one_or_none()
    if row is None:
        return None
    platform, class_group_id, *told = row
    return Found._make((ClassGroupKey(PlatformCode(platform), ClassGroupId(class_group_id)), *told))


async def kept_until(session: ReadSession, key: ClassGroupKey) -> tuple[date | None, bool]:
    """The last day, None: without end; and whether a hold stands."""
    until, is_held = await (await driver(session)).fetchrow(KEPT_UNTIL, *key)
    return _day(until), is_held


async def terms(session: ReadSession, key: ClassGroupKey) -> list[PolicyTerm]:
    """Of the version in force on its first day, and of all that it was judged by."""
    return [_term(row) for row in await (await driver(session)).fetch(TERMS, *key)]


async def origins(session: ReadSession, key: ClassGroupKey) -> list[Origin]:
    """What there is of each kind, and when the newest of it came about."""
    rows = await (await driver(session)).fetch(ORIGINS, *key, NAMING_CLASS_GROUPS)
    return [Origin(Kind(kind), int(number), at) for kind, number, at in rows]


async def sharing_batches(session: ReadSession, key: ClassGroupKey) -> list[ClassGroupKey]:
    """Class groups that have a batch in common with this one, other than one of reference rows.

    Those that run come first, then the one that closed last.
    """
    rows = await (await driver(session)).fetch(SHARING_BATCHES, *key, NAMING_CLASS_GROUPS)
    return [ClassGroupKey(PlatformCode(row[0]), ClassGroupId(row[1])) for row in rows]


async def each_kept_until(session: ReadSession, keys: Sequence[ClassGroupKey]) -> list[date | None]:
    """In this order; None: without end."""
    platforms, class_groups = [key.platform for key in keys], [key.class_group_id for key in keys]
    rows = await (await driver(session)).fetch(EACH_KEPT_UNTIL, platforms, class_groups)
    return [_day(row[0]) for row in rows]


async def neighbours(session: ReadSession, key: ClassGroupKey) -> list[KeptFor]:
    """Class groups that share a person and a year with it: each was judged with the other's hours."""
    return _others(await (await driver(session)).fetch(NEIGHBOURS, *key))


async def visible(
    session: ReadSession, keys: Collection[ClassGroupKey], reach: Reach
) -> dict[ClassGroupKey, str | None]:
    """Which of these class groups the caller may see, with their names."""
    key = tuple_(ClassGroup.platform, ClassGroup.class_group_id)
    conditions = Selection().within(reach).conditions()
    columns = ClassGroup.platform, ClassGroup.class_group_id, ClassGroup.name
    statement = select(*columns).where(key.in_(keys), *conditions)
    return {
        ClassGroupKey(PlatformCode(platform), ClassGroupId(class_group_id)): name
        for platform, class_group_id, name in await session.execute(statement)
    }


async def due(
    session: ReadSession, selection: Selection, today: date, *, after: tuple[str, str] | None, limit: int
) -> list[Due]:
    """Class groups whose last day is over, held ones too, by platform and id."""
    key = ClassGroup.platform, ClassGroup.class_group_id
    until = cast(func.class_group_kept_until(*key), Date).label("until")
    held = func.class_group_is_held(*key).label("is_held")
    old_enough = OLD_ENOUGH.bindparams(bindparam("today", today, Date))
    statement = select(*key, ClassGroup.name, ClassGroup.closed_at, until, held)
    statement = statement.where(~ClassGroup.deleted, old_enough, *selection.conditions())
    if after is not None:
        statement = statement.where(tuple_(*key) > tuple_(*after))
    candidates = statement.subquery()
    over = (
        select(candidates, platform_name(candidates.c.platform))
        .where(candidates.c.until < today)
        .order_by(candidates.c.platform, candidates.c.class_group_id)
        .limit(limit)
    )
    return [
        Due(
            ClassGroupKey(platform, class_group_id),
            called,
            name,
            closed_at.astimezone(SHANGHAI).date(),
            until,
            is_held=is_held,
        )
        for platform, class_group_id, name, closed_at, until, is_held, called in await session.execute(over)
    ]


def _others(rows: Iterable[Sequence[Any]]) -> list[KeptFor]:
    return [
        KeptFor(ClassGroupKey(platform, class_group_id), _day(until))
        for platform, class_group_id, until in rows
    ]


def _day(until: date | None) -> date | None:
    """'infinity' comes as the last day there is."""
    return None if until is None or until == date.max else until


def _term(row: Sequence[Any]) -> PolicyTerm:
    policy_id, version, content_hash, code, zh, en, clause, covers, months, days = row
    length = None if months is None else Length(months, days)
    term = KeepingTerm(code, Text(zh, en), clause, Covers(covers), length)
    return PolicyTerm(policy_id, version, content_hash, term)
