"""One-time codes: TOTP (RFC 6238: SHA-1, 6 digits, 30 s) and recovery codes.

The secret of an authenticator is sealed by the key ring; of a recovery code only the hash is kept. A code
counts once, whichever process sees it first.
"""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

import pyotp

from app.db.models import User
from app.db.session import WriteSession
from app.people import factors_repository, repository
from app.people.errors import SignInRefused
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing

ISSUER = "监督平台"
STEP_S = 30
DRIFT_STEPS = 1
"""A clock of the person's may be so many steps off."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 15
_TOTP = re.compile("[0-9]{6}")
_RECOVERY = re.compile("[A-Z2-7]{24}")


async def offer_totp(session: WriteSession, key_ring: KeyRing, user: User) -> str:
    """A new secret as `otpauth:` address; it counts for nothing before a code of it was shown."""
    secret = pyotp.random_base32()
    sealed = key_ring.seal(secret.encode(), _context("totp_offered_sealed", user.user_id))
    await repository.change_user(session, user.user_id, totp_offered_sealed=sealed)
    return pyotp.TOTP(secret).provisioning_uri(name=user.login or "", issuer_name=ISSUER)


def offered_totp(key_ring: KeyRing, user: User) -> str | None:
    """The address that was offered last."""
    if user.totp_offered_sealed is None:
        return None
    secret = key_ring.open(user.totp_offered_sealed, _context("totp_offered_sealed", user.user_id)).decode()
    return pyotp.TOTP(secret).provisioning_uri(name=user.login or "", issuer_name=ISSUER)


async def confirm_totp(
    session: WriteSession, key_ring: KeyRing, user: User, code: str, at: datetime
) -> list[str]:
    """The offered secret counts from now on; returns new recovery codes, which are seen this once."""
    if user.totp_offered_sealed is None:
        raise SignInRefused
    secret = key_ring.open(user.totp_offered_sealed, _context("totp_offered_sealed", user.user_id))
    step = _step_of(secret.decode(), code, at)
    if step is None:
        raise SignInRefused
    await repository.change_user(
        session,
        user.user_id,
        totp_sealed=key_ring.seal(secret, _context("totp_sealed", user.user_id)),
        totp_offered_sealed=None,
        totp_last_step=step,
    )
    return await new_recovery_codes(session, user.user_id, at)


async def use_code(session: WriteSession, key_ring: KeyRing, user: User, code: str, at: datetime) -> bool:
    """Whether the code, of either kind, was good; it never is again."""
    plain = re.sub(r"[\s-]", "", code).upper()
    if _TOTP.fullmatch(plain) and user.totp_sealed is not None:
        secret = key_ring.open(user.totp_sealed, _context("totp_sealed", user.user_id)).decode()
        step = _step_of(secret, plain, at)
        return step is not None and await factors_repository.use_step(session, user.user_id, step)
    if _RECOVERY.fullmatch(plain):
        return await factors_repository.use_recovery_code(session, user.user_id, _hash(plain))
    return False


async def new_recovery_codes(session: WriteSession, user_id: str, at: datetime) -> list[str]:
    """In place of all older ones."""
    plain = [base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    await factors_repository.replace_recovery_codes(session, user_id, [_hash(code) for code in plain], at)
    return ["-".join(re.findall("....", code)) for code in plain]


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The newest time step, of those that may be meant, whose code it is."""
    now, totp = int(at.timestamp()) // STEP_S, pyotp.TOTP(secret)
    for step in range(now + DRIFT_STEPS, now - DRIFT_STEPS - 1, -1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _hash(plain: str) -> bytes:
    return hashlib.sha256(plain.encode()).digest()


def _context(column: str, user_id: str) -> str:
    return row_context(User.__tablename__, column, user_id)
