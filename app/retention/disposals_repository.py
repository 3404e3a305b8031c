"""All SQL of disposals: what goes and what stays of it. A function of the database does it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, insert, literal, or_, select, tuple_

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.models import Disposal, DisposalRecord, LedgerEntry
from app.db.session import ReadSession, WriteSession, driver
from app.retention.schemas import Disposed, DisposedThings

DISPOSE = "SELECT what, number FROM dispose_class_group($1, $2, $3, $4, $5)"

BATCHES = """
    SELECT named.batch_id, stored.feed, stored.received_at, stored.leaf_hash, stored.records_root,
           entry.index, gone.disposal_id IS NOT NULL
    FROM batch_class_groups AS named JOIN batches AS stored USING (batch_id)
    LEFT JOIN ledger_entries AS entry ON entry.subject_id = named.batch_id
    LEFT JOIN disposed_objects AS gone ON gone.kind = 'batch' AND gone.object_id = named.batch_id
    WHERE named.platform = $1 AND named.class_group_id = $2
    ORDER BY stored.received_at, named.batch_id
"""
RUNS = """
    SELECT gone.object_id, gone.hash, entry.leaf_hash, entry.index
    FROM disposed_objects AS gone LEFT JOIN ledger_entries AS entry ON entry.subject_id = gone.object_id
    WHERE gone.disposal_id = $1 AND gone.kind = 'run'
    ORDER BY entry.index, gone.object_id
"""
NEIGHBOURS = """
    SELECT platform, class_group_id FROM disposal_neighbours WHERE disposal_id = $1
    ORDER BY platform, class_group_id
"""
NAMED = "SELECT object_id FROM disposed_objects WHERE disposal_id = $1 AND kind = $2 ORDER BY object_id"

GONE_CLASS_GROUPS = """
    SELECT platform, class_group_id, max(disposed_at) FROM disposals GROUP BY platform, class_group_id
"""
GONE_OBJECTS = "SELECT kind, array_agg(object_id) FROM disposed_objects GROUP BY kind"

EMPTY_MONTHS = """
    SELECT parent.relname, to_date(right(part.relname, 7), 'YYYY_MM')
    FROM pg_inherits
    JOIN pg_class AS parent ON parent.oid = inhparent JOIN pg_class AS part ON part.oid = inhrelid
    WHERE parent.relname IN ('batch_archives', 'rejections') AND part.relname !~ '_default$'
      AND to_date(right(part.relname, 7), 'YYYY_MM') < $1
    ORDER BY 2, 1
"""


class BatchLeft(NamedTuple):
    """What stays of a batch; `is_destroyed`: its archive and its secret are gone."""

    batch_id: UUID
    feed: str
    received_at: datetime
    leaf_hash: bytes
    records_root: bytes
    ledger_index: int | None
    is_destroyed: bool


class RunLeft(NamedTuple):
    run_id: UUID
    decisions_root: bytes
    leaf_hash: bytes | None
    ledger_index: int | None


async def dispose(
    session: WriteSession, disposal_id: UUID, proposal_id: UUID, key: ClassGroupKey, at: datetime
) -> dict[str, int]:
    """How many rows went, by table. The caller stores the record before it commits."""
    connection = await driver(session)
    rows = await connection.fetch(DISPOSE, disposal_id, proposal_id, *key, at)
    return {what: number for what, number in rows if number}


async def batches(session: ReadSession, key: ClassGroupKey) -> list[BatchLeft]:
    return [BatchLeft(*row) for row in await (await driver(session)).fetch(BATCHES, *key)]


async def runs(session: ReadSession, disposal_id: UUID) -> list[RunLeft]:
    return [RunLeft(*row) for row in await (await driver(session)).fetch(RUNS, disposal_id)]


async def named(session: ReadSession, disposal_id: UUID, kind: str) -> list[UUID]:
    return [row[0] for row in await (await driver(session)).fetch(NAMED, disposal_id, kind)]


async def neighbours(session: ReadSession, disposal_id: UUID) -> list[ClassGroupKey]:
    """Class groups that were judged with hours of what is gone: nobody can judge them again."""
    rows = await (await driver(session)).fetch(NEIGHBOURS, disposal_id)
    return [
        ClassGroupKey(PlatformCode(platform), ClassGroupId(class_group_id))
        for platform, class_group_id in rows
    ]


async def disposed_within(
    session: ReadSession, keys: Collection[ClassGroupKey], districts: Sequence[str] | None
) -> set[ClassGroupKey]:
    """Which of these class groups were disposed of in these districts."""
    key = Disposal.platform, Disposal.class_group_id
    statement = select(*key).where(tuple_(*key).in_(keys), _within(districts))
    return {ClassGroupKey._make(row) for row in await session.execute(statement)}


async def store(session: WriteSession, disposal_id: UUID, document: bytes, document_hash: bytes) -> None:
    row = {"disposal_id": disposal_id, "document": document, "document_hash": document_hash}
    await session.execute(insert(DisposalRecord).values(row))


async def disposals(
    session: ReadSession,
    districts: Sequence[str] | None,
    *,
    key: ClassGroupKey | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Disposed]:
    """The newest first."""
    statement = _disposals(districts).order_by(Disposal.disposal_id.desc()).limit(limit)
    if key is not None:
        is_of = Disposal.platform == key.platform, Disposal.class_group_id == key.class_group_id
        statement = statement.where(*is_of)
    if before is not None:
        statement = statement.where(Disposal.disposal_id < before)
    return [Disposed(*row) for row in await session.execute(statement)]


async def document(session: ReadSession, disposal_id: UUID, districts: Sequence[str] | None) -> bytes | None:
    statement = (
        select(DisposalRecord.document)
        .join(Disposal, Disposal.disposal_id == DisposalRecord.disposal_id)
        .where(Disposal.disposal_id == disposal_id, _within(districts))
    )
    found: bytes | None = await session.scalar(statement)
    return found


async def gone(session: ReadSession) -> DisposedThings:
    connection = await driver(session)
    class_groups: Mapping[ClassGroupKey, datetime] = {
        ClassGroupKey(PlatformCode(platform), ClassGroupId(class_group_id)): at
        for platform, class_group_id, at in await connection.fetch(GONE_CLASS_GROUPS)
    }
    objects: Iterable[tuple[str, list[UUID]]] = await connection.fetch(GONE_OBJECTS)
    by_kind = {kind: frozenset(ids) for kind, ids in objects}
    kinds = ("batch", "run", "decision", "report")
    return DisposedThings(class_groups, *(by_kind.get(kind, frozenset()) for kind in kinds))


async def months_before(session: ReadSession, month: date) -> list[tuple[str, date]]:
    """Partitions of archives and rejections of earlier months."""
    return [(parent, day) for parent, day in await (await driver(session)).fetch(EMPTY_MONTHS, month)]


async def drop_if_empty(session: WriteSession, parent: str, month: date) -> bool:
    connection = await driver(session)
    return bool(await connection.fetchval("SELECT drop_emptied_partition($1, $2)", parent, month))


def _disposals(districts: Sequence[str] | None) -> Any:  # noqa: ANN401 (a select of many columns)
    index = select(LedgerEntry.index).where(LedgerEntry.subject_id == Disposal.disposal_id).scalar_subquery()
    columns = (
        Disposal.disposal_id,
        Disposal.platform,
        Disposal.class_group_id,
        Disposal.proposal_id,
        Disposal.disposed_at,
        DisposalRecord.document_hash,
    )
    return (
        select(*columns, index)
        .join(DisposalRecord, DisposalRecord.disposal_id == Disposal.disposal_id)
        .where(_within(districts))
    )


def _within(districts: Sequence[str] | None) -> ColumnElement[bool]:
    if districts is None:
        return literal(value=True)
    return or_(
        literal(value=False), *(Disposal.district.startswith(code, autoescape=True) for code in districts)
    )
