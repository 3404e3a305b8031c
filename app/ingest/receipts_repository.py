"""All SQL that tells of batches taken in, and of records as they stand."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, Table, exists, literal, literal_column, select, true
from sqlalchemy.sql import ColumnElement

from app.accounts.authorisation import Reach
from app.core.errors import FieldError, Text
from app.core.ids import BatchId, PlatformCode, first_uuid
from app.core.vocabulary import BatchState, Feed
from app.db.models import (
    Batch,
    BatchArchive,
    BatchClassGroup,
    ClassGroup,
    DisposedObject,
    LedgerEntry,
    RejectionReason,
    Touch,
)
from app.db.models import (
    Rejection as RejectionRow,
)
from app.db.session import ReadSession
from app.ingest.schemas import BatchFilter, BatchSummary, Counts, MediaType, Rejection
from app.records.districts import class_group_in


class Archive(NamedTuple):
    media_type: MediaType
    body_sealed: bytes


async def batch(session: ReadSession, batch_id: BatchId, reach: Reach) -> BatchSummary | None:
    rows = await session.execute(_batches(reach).where(Batch.batch_id == batch_id))
    row = rows.one_or_none()
    return row and _summary(row)


async def batches(
    session: ReadSession, reach: Reach, wanted: BatchFilter, *, before: BatchId | None, limit: int
) -> list[BatchSummary]:
    """The newest first."""
    statement = batches_statement(reach, wanted, before=before, limit=limit)
    return [_summary(row) for row in await session.execute(statement)]


def batches_statement(
    reach: Reach, wanted: BatchFilter, *, before: BatchId | None, limit: int
) -> Select[Any]:
    """Ids sort by the moment of receipt: days are bounds of ids too, which the index goes by."""
    statement = _batches(reach).order_by(Batch.batch_id.desc()).limit(limit)
    if wanted.platform is not None:
        statement = statement.where(Batch.platform == wanted.platform)
    if wanted.feed is not None:
        statement = statement.where(Batch.feed == wanted.feed)
    if wanted.only_rejected:
        statement = statement.where(Batch.rejected > 0)
    if wanted.received_from is not None:
        statement = statement.where(Batch.batch_id >= first_uuid(wanted.received_from))
    if wanted.received_before is not None:
        statement = statement.where(Batch.batch_id < first_uuid(wanted.received_before))
    return statement if before is None else statement.where(Batch.batch_id < before)


def _batches(reach: Reach) -> Select[Any]:
    index = select(LedgerEntry.index).where(LedgerEntry.subject_id == Batch.batch_id).scalar_subquery()
    is_pending = exists().where(Touch.batch_id == Batch.batch_id)
    return select(Batch, index.label("ledger_index"), is_pending.label("is_pending")).where(_within(reach))


def _within(reach: Reach) -> ColumnElement[bool]:
    """A platform's own; for districts, those with something for a class group of one of their enterprises."""
    if reach.platform is not None:
        return Batch.platform == reach.platform
    if reach.districts is None:
        return true()
    is_theirs = (
        select(class_group_in(reach.districts))
        .where(
            ClassGroup.platform == BatchClassGroup.platform,
            ClassGroup.class_group_id == BatchClassGroup.class_group_id,
        )
        .scalar_subquery()
    )
    named = BatchClassGroup.platform == Batch.platform, BatchClassGroup.batch_id == Batch.batch_id
    # Asked of one batch after the other, which offset 0 sees to: a join would read all that a province has.
    return exists(select(literal(1)).where(*named, is_theirs).correlate(Batch).offset(literal_column("0")))


def _summary(row: Row[Any]) -> BatchSummary:
    stored: Batch = row.Batch
    return BatchSummary(
        batch_id=BatchId(stored.batch_id),
        platform=PlatformCode(stored.platform),
        feed=Feed(stored.feed),
        received_at=stored.received_at,
        counts=Counts(stored.received, stored.accepted, stored.unchanged, stored.stale, stored.rejected),
        leaf_hash=stored.leaf_hash,
        ledger_index=row.ledger_index,
        state=BatchState.stored if row.is_pending else BatchState.assessed,
    )


async def rejections(
    session: ReadSession, batch: BatchSummary, *, after_line: int, limit: int
) -> Sequence[Rejection]:
    """`received_at` leads to the one partition."""
    statement = (
        select(RejectionRow)
        .where(RejectionRow.batch_id == batch.batch_id, RejectionRow.received_at == batch.received_at)
        .where(RejectionRow.line > after_line)
        .order_by(RejectionRow.line)
        .limit(limit)
    )
    rows = (await session.scalars(statement)).all()
    numbers = {error for row in rows for error in row.errors if _is_number(error)}
    reasons = await _reasons(session, batch, numbers) if numbers else {}
    return [_rejection(row, reasons) for row in rows]


async def _reasons(
    session: ReadSession, batch: BatchSummary, numbers: Collection[int]
) -> Mapping[int, FieldError]:
    """They were numbered line by line, so those of a page lie close together."""
    statement = select(RejectionReason.number, RejectionReason.error).where(
        RejectionReason.batch_id == batch.batch_id,
        RejectionReason.number.between(min(numbers), max(numbers)),
    )
    return {number: _error(error) for number, error in await session.execute(statement)}


def _rejection(row: RejectionRow, reasons: Mapping[int, FieldError]) -> Rejection:
    errors = [reasons[error] if _is_number(error) else _error(error) for error in row.errors]
    return Rejection(row.line, row.record_key, errors)


def _is_number(error: object) -> bool:
    """Rows older than the reasons' table hold the errors themselves."""
    return isinstance(error, int)


def _error(told: Mapping[str, Any]) -> FieldError:
    return FieldError(**{**told, "message": Text(**told["message"])})


async def is_disposed(session: ReadSession, batch_id: BatchId) -> bool:
    """Its archive and rejections are gone by a disposal."""
    is_gone = DisposedObject.kind == "batch", DisposedObject.object_id == batch_id
    return bool(await session.scalar(select(exists().where(*is_gone))))


async def archive(session: ReadSession, batch: BatchSummary) -> Archive:
    statement = select(BatchArchive.media_type, BatchArchive.body_sealed).where(
        BatchArchive.batch_id == batch.batch_id, BatchArchive.received_at == batch.received_at
    )
    media_type, body_sealed = (await session.execute(statement)).one()
    return Archive(MediaType(media_type), body_sealed)


async def record(
    session: ReadSession, table: Table, platform: PlatformCode, key: Mapping[str, object]
) -> Mapping[str, Any] | None:
    wanted = {"platform": platform, **key}
    statement = select(table).where(*(table.columns[name] == value for name, value in wanted.items()))
    row = (await session.execute(statement)).mappings().one_or_none()
    return None if row is None else dict(row)
