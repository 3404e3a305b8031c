"""All SQL about failed attempts."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.models import SignInAttempts
from app.db.session import WriteSession


async def locked_for_count(
    session: WriteSession, subjects: Collection[bytes], at: datetime
) -> Mapping[bytes, SignInAttempts]:
    """A row for each subject, nobody else's to change before the transaction ends."""
    rows = [{"subject_hash": subject, "failures": 0, "failed_at": at} for subject in sorted(subjects)]
    await session.execute(insert(SignInAttempts).values(rows).on_conflict_do_nothing())
    statement = (
        select(SignInAttempts)
        .where(SignInAttempts.subject_hash.in_(subjects))
        .order_by(SignInAttempts.subject_hash)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.subject_hash: row for row in await session.scalars(statement)}


async def store(
    session: WriteSession, subject: bytes, *, failures: int, at: datetime, locked_until: datetime | None
) -> None:
    statement = update(SignInAttempts).where(SignInAttempts.subject_hash == subject)
    await session.execute(
        statement.values(failures=failures, failed_at=at, locked_until=locked_until),
        execution_options={"synchronize_session": False},
    )


async def clear(session: WriteSession, subject: bytes) -> None:
    await session.execute(delete(SignInAttempts).where(SignInAttempts.subject_hash == subject))


async def take_back_one(session: WriteSession, subject: bytes) -> None:
    statement = update(SignInAttempts).where(SignInAttempts.subject_hash == subject)
    await session.execute(
        statement.values(failures=func.greatest(SignInAttempts.failures - 1, 0), locked_until=None),
        execution_options={"synchronize_session": False},
    )


async def forget(session: WriteSession, before: datetime) -> None:
    """Those whose last failure is long ago."""
    await session.execute(delete(SignInAttempts).where(SignInAttempts.failed_at < before))
