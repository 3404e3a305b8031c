"""Signing keys: one is made at first start, a new one signs, old ones verify until they retire."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts import repository, signing_keys
from app.accounts.signing_keys import MAX_TOKEN_LIFETIME, SigningKeyMissing
from app.core import clock
from app.core.config import Settings
from app.db.models import SigningKey
from app.db.session import Database, ReadSession, WriteSession, reading, transaction
from app.privacy.keyring import KeyRing


async def kids(session: ReadSession) -> list[str]:
    return list(await session.scalars(select(SigningKey.kid).order_by(SigningKey.created_at)))


async def verifying(session: ReadSession, kid: str, at: datetime) -> bytes | None:
    known = await repository.vouching(session, kid=kid, client_id="", credential="secret:1", at=at)
    return None if known is None else known["public_key"]


async def test_starters_at_once_make_one_key(database: Database, key_ring: KeyRing) -> None:
    async def start() -> None:
        async with transaction(database) as session:
            await signing_keys.ensure_signing_key(session, key_ring, clock.now())

    await asyncio.gather(*(start() for _ in range(5)))
    async with reading(database) as session:
        assert len(await kids(session)) == 1


async def test_the_private_part_is_sealed(session: WriteSession, key_ring: KeyRing) -> None:
    await signing_keys.ensure_signing_key(session, key_ring, clock.now())
    key = await signing_keys.signing_key(session, key_ring)
    row = (await session.scalars(select(SigningKey))).one()
    assert key.private_key.private_bytes_raw() not in row.private_key_sealed
    assert key.private_key.public_key().public_bytes_raw() == row.public_key


async def test_without_a_key_nothing_is_signed(session: WriteSession, key_ring: KeyRing) -> None:
    with pytest.raises(SigningKeyMissing):
        await signing_keys.signing_key(session, key_ring)


async def test_after_a_rotation_the_new_key_signs_and_the_old_one_verifies(
    session: WriteSession, key_ring: KeyRing
) -> None:
    now = clock.now()
    await signing_keys.ensure_signing_key(session, key_ring, now)
    (old,) = await kids(session)
    new = await signing_keys.rotate_signing_key(session, key_ring, now)
    assert (await signing_keys.signing_key(session, key_ring)).kid == new
    last_moment = now + MAX_TOKEN_LIFETIME - timedelta(seconds=1)
    assert await verifying(session, old, last_moment) is not None
    assert await verifying(session, old, now + MAX_TOKEN_LIFETIME) is None


async def test_a_stolen_key_is_believed_no_longer(session: WriteSession, key_ring: KeyRing) -> None:
    now = clock.now()
    await signing_keys.ensure_signing_key(session, key_ring, now)
    (stolen,) = await kids(session)
    await signing_keys.rotate_signing_key(session, key_ring, now, is_old_one_stolen=True)
    assert await verifying(session, stolen, now) is None


async def test_a_later_rotation_gives_no_key_a_longer_life(session: WriteSession, key_ring: KeyRing) -> None:
    now = clock.now()
    await signing_keys.ensure_signing_key(session, key_ring, now)
    (first,) = await kids(session)
    await signing_keys.rotate_signing_key(session, key_ring, now)
    await signing_keys.rotate_signing_key(session, key_ring, now + timedelta(hours=12))
    assert await verifying(session, first, now + MAX_TOKEN_LIFETIME) is None


def test_no_setting_asks_for_a_longer_token_than_a_key_verifies() -> None:
    (bound,) = [each.le for each in Settings.model_fields["token_lifetime_s"].metadata if hasattr(each, "le")]
    assert timedelta(seconds=bound) <= MAX_TOKEN_LIFETIME
