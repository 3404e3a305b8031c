"""All SQL about second factors: time steps, recovery codes, passkeys and their challenges."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.models import Passkey, PasskeyChallenge, RecoveryCode, User
from app.db.session import ReadSession, WriteSession


async def use_step(session: WriteSession, user_id: str, step: int) -> bool:
    """Whether no code of this step, or of a later one, was used before. Of several at once one wins."""
    statement = update(User).where(User.user_id == user_id, User.totp_last_step < step)
    returned = await session.execute(statement.values(totp_last_step=step).returning(User.user_id))
    return returned.first() is not None


async def replace_recovery_codes(
    session: WriteSession, user_id: str, hashes: Sequence[bytes], at: datetime
) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    rows = [{"user_id": user_id, "code_hash": code_hash, "issued_at": at} for code_hash in hashes]
    await session.execute(insert(RecoveryCode).values(rows))


async def use_recovery_code(session: WriteSession, user_id: str, code_hash: bytes) -> bool:
    statement = (
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash)
        .returning(RecoveryCode.user_id)
    )
    return (await session.execute(statement)).first() is not None


async def recovery_codes_left(session: ReadSession, user_id: str) -> int:
    statement = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return await session.scalar(statement) or 0


async def add_challenge(
    session: WriteSession, challenge_hash: bytes, session_id: UUID | None, at: datetime, expires_at: datetime
) -> None:
    """And forgets those that nobody answered in time."""
    await session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < at))
    row = {"challenge_hash": challenge_hash, "session_id": session_id, "expires_at": expires_at}
    await session.execute(insert(PasskeyChallenge).values(row))


async def take_challenge(
    session: WriteSession, challenge_hash: bytes, session_id: UUID | None, at: datetime
) -> bool:
    """Whether it was put to this session, and not answered before. Of several answers at once one counts."""
    statement = (
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == challenge_hash,
            PasskeyChallenge.session_id.is_not_distinct_from(session_id),
            PasskeyChallenge.expires_at > at,
        )
        .returning(PasskeyChallenge.challenge_hash)
    )
    return (await session.execute(statement)).first() is not None


async def add_passkey(session: WriteSession, row: dict[str, object]) -> bool:
    """Whether nobody has it."""
    statement = insert(Passkey).values(**row).on_conflict_do_nothing().returning(Passkey.user_id)
    return (await session.execute(statement)).first() is not None


async def passkey(session: ReadSession, credential_id: bytes) -> Passkey | None:
    return await session.get(Passkey, credential_id, populate_existing=True)


async def passkeys(session: ReadSession, user_id: str) -> Sequence[Passkey]:
    statement = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at)
    return (await session.scalars(statement)).all()


async def use_passkey(session: WriteSession, credential_id: bytes, *, count: int, at: datetime) -> bool:
    """Whether its counter went on; authenticators without one stay at 0. A copied key would lag behind."""
    went_on = or_(Passkey.sign_count < count, (Passkey.sign_count == 0) & (count == 0))
    statement = update(Passkey).where(Passkey.credential_id == credential_id, went_on)
    values = {"sign_count": count, "used_at": at}
    return (await session.execute(statement.values(values).returning(Passkey.user_id))).first() is not None


async def remove_passkey(session: WriteSession, user_id: str, passkey_id: UUID) -> bool:
    statement = delete(Passkey).where(Passkey.user_id == user_id, Passkey.passkey_id == passkey_id)
    return (await session.execute(statement.returning(Passkey.user_id))).first() is not None
