"""All SQL of policies: which versions came into force, in which words, and whom they judge."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from app.db.models import ClassGroup, LedgerEntry, PolicyRecord, PolicyText, RetentionTerm, Touch
from app.db.session import ReadSession, WriteSession, driver
from app.policies.records import Recorded, Source
from app.rules.policy import PolicyVersion
from app.rules.retention import KeepingTerm, keeping_terms

RECORDER = 7_362_005
"""The advisory lock of whoever records versions: numbers are committed in their order."""
NEWEST = "SELECT coalesce(max(number), 0) FROM policy_versions"
LOCK_CLASS_GROUPS = text("LOCK TABLE class_groups IN SHARE MODE")


COLUMNS: list[Any] = [getattr(PolicyRecord, name) for name in Recorded._fields]


async def newest_number(session: ReadSession) -> int:
    """0: nothing is recorded."""
    return int(await (await driver(session)).fetchval(NEWEST))


async def in_force(session: ReadSession) -> list[Recorded]:
    """The newest of each programme and day, in the order of these."""
    key = (PolicyRecord.programme, PolicyRecord.effective_from)
    newest = select(*COLUMNS).ext(distinct_on(*key)).order_by(*key, PolicyRecord.number.desc())
    return [_recorded(row) for row in await session.execute(newest)]


async def records_of(session: ReadSession, programme: str, day: date) -> list[tuple[Recorded, int | None]]:
    """All of one programme and day, the newest first, each with the index of its entry in the ledger."""
    statement = (
        select(*COLUMNS, LedgerEntry.index.label("ledger_index"))
        .outerjoin(LedgerEntry, LedgerEntry.subject_id == PolicyRecord.record_id)
        .where(PolicyRecord.programme == programme, PolicyRecord.effective_from == day)
        .order_by(PolicyRecord.number.desc())
    )
    return [(_recorded(row), row.ledger_index) for row in await session.execute(statement)]


async def ledger_indexes(session: ReadSession, record_ids: Collection[UUID]) -> dict[UUID, int]:
    """Of those that have one by now."""
    statement = select(LedgerEntry.subject_id, LedgerEntry.index.label("ledger_index")).where(
        LedgerEntry.subject_id.in_(list(record_ids))
    )
    return {row.subject_id: row.ledger_index for row in await session.execute(statement)}


async def texts(session: ReadSession, text_hashes: Collection[bytes]) -> dict[bytes, str]:
    statement = select(PolicyText.text_hash, PolicyText.text).where(
        PolicyText.text_hash.in_(list(text_hashes))
    )
    return {row.text_hash: row.text for row in await session.execute(statement)}


async def store_text(session: WriteSession, text_hash: bytes, words: str, at: datetime) -> None:
    row = {"text_hash": text_hash, "text": words, "stored_at": at}
    await session.execute(insert_or_leave(PolicyText).values(row).on_conflict_do_nothing())


async def lock_recorder(session: WriteSession) -> None:
    """Until the transaction ends; what others have recorded before is visible after it."""
    await session.execute(select(func.pg_advisory_xact_lock(RECORDER)))


async def record(session: WriteSession, records: Sequence[Recorded]) -> None:
    await session.execute(insert(PolicyRecord), [each._asdict() for each in records])


async def store_terms(session: WriteSession, versions: Sequence[PolicyVersion]) -> None:
    """How long each has things kept: the database lets nothing go before (docs/retention.md)."""
    rows = [_term(version, term) for version in versions for term in keeping_terms(version)]
    if rows:
        await session.execute(insert_or_leave(RetentionTerm).values(rows).on_conflict_do_nothing())


def _term(version: PolicyVersion, term: KeepingTerm) -> dict[str, Any]:
    months, days = term.length or (None, None)
    return {
        "content_hash": version.content_hash,
        "code": term.code,
        "covers": term.covers.value,
        "months": months,
        "days": days,
        "title_zh": term.title.zh,
        "title_en": term.title.en,
        "clause": term.clause,
    }


async def lock_class_groups(session: WriteSession) -> None:
    """Until the transaction ends no class group is stored: none slips past `touch_judged` unseen.

    A class group stored before is seen; one stored later touches itself, and whoever takes that touch sees
    what this transaction has recorded.
    """
    await session.execute(LOCK_CLASS_GROUPS)


async def touch_judged(
    session: WriteSession, programme: str, first_day: date, before: date | None, at: datetime
) -> int:
    """Have the class groups of this programme that start within these days judged again; how many."""
    judged = select(ClassGroup.platform, ClassGroup.class_group_id, literal(at)).where(
        ~ClassGroup.deleted, ClassGroup.programme == programme, ClassGroup.starts_on >= first_day
    )
    if before is not None:
        judged = judged.where(ClassGroup.starts_on < before)
    columns = [Touch.platform, Touch.class_group_id, Touch.touched_at]
    statement = insert(Touch).from_select(columns, judged).returning(Touch.touch_id)
    return len(list(await session.scalars(statement)))


def _recorded(row: Sequence[Any]) -> Recorded:
    found = Recorded(*row[: len(COLUMNS)])
    return found._replace(source=Source(found.source))
