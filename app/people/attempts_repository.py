"""All SQL about failed attempts. Rows are taken in the order of their hashes: nobody waits in a circle."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.models import SignInAttempts
from app.db.session import WriteSession


async def taken(
    session: WriteSession, subjects: Collection[bytes], at: datetime
) -> Mapping[bytes, SignInAttempts]:
    """A row for each subject, made where there was none; nobody else changes it meanwhile."""
    rows = [{"subject_hash": subject, "failures": 0, "failed_at": at} for subject in sorted(subjects)]
    made = insert(SignInAttempts).values(rows)
    statement = made.on_conflict_do_update(
        index_elements=[SignInAttempts.subject_hash], set_={"failures": SignInAttempts.failures}
    ).returning(SignInAttempts)
    found = await session.scalars(statement, execution_options={"populate_existing": True})
    return {row.subject_hash: row for row in found}


async def store(
    session: WriteSession, subject: bytes, *, failures: int, at: datetime, locked_until: datetime | None
) -> None:
    statement = update(SignInAttempts).where(SignInAttempts.subject_hash == subject)
    await session.execute(
        statement.values(failures=failures, failed_at=at, locked_until=locked_until),
        execution_options={"synchronize_session": False},
    )


async def take_back(session: WriteSession, subject: bytes, *, most: int | None) -> None:
    """`most`: how many failures; None: all. Nobody waits any longer."""
    left = 0 if most is None else func.greatest(SignInAttempts.failures - most, 0)
    statement = update(SignInAttempts).where(SignInAttempts.subject_hash == subject)
    await session.execute(
        statement.values(failures=left, locked_until=None), execution_options={"synchronize_session": False}
    )


async def forget(session: WriteSession, before: datetime) -> None:
    """Those whose last failure is long ago, but those that somebody has in hand."""
    old = select(SignInAttempts.subject_hash).where(SignInAttempts.failed_at < before)
    free = old.with_for_update(skip_locked=True)
    await session.execute(delete(SignInAttempts).where(SignInAttempts.subject_hash.in_(free)))
