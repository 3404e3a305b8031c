"""People who sign in: users, their factors and sessions, links that count once, and what failed.

Nothing here opens a door by itself: of sessions, links and codes only hashes are kept.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Digest,
    Instant,
    Key,
    Name,
    Names,
    OptionalUuid,
    RequiredBigCount,
    RequiredBytes,
    RequiredCount,
    RequiredFlag,
    RequiredInstant,
    RequiredText,
    RequiredUuid,
    Sealed,
)

ROLES = "'operator', 'agent', 'learner', 'clerk', 'reviewer', 'approver', 'auditor', 'administrator'"


class User(Base):
    """A person. A learner is a person key alone: no login, no password, no name."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(role = 'operator') = (platform IS NOT NULL)", name="operator_is_bound"),
        CheckConstraint("(role = 'agent') = (uscc IS NOT NULL)", name="agent_is_bound"),
        CheckConstraint("(role = 'learner') = (person_key IS NOT NULL)", name="learner_is_bound"),
        CheckConstraint("(role = 'learner') = (login IS NULL)", name="login_unless_learner"),
        Index(None, "login", unique=True),
        Index(None, "person_key", unique=True),
    )

    user_id: Mapped[Key]
    login: Mapped[Name]
    display_name: Mapped[RequiredText]
    role: Mapped[RequiredText]
    platform: Mapped[Name]
    uscc: Mapped[Name]
    districts: Mapped[Names]
    """Prefixes of GB/T 2260 codes; null: everywhere."""
    person_key: Mapped[Digest]
    password_hash: Mapped[Name]
    """Argon2id, with its parameters and salt; null: none was set yet."""
    password_set_at: Mapped[Instant]
    totp_sealed: Mapped[Sealed]
    totp_last_step: Mapped[RequiredBigCount]
    """The newest time step of RFC 6238 whose code was used: a code counts once."""
    totp_offered_sealed: Mapped[Sealed]
    """A secret that was shown and not yet confirmed by a code."""
    created_at: Mapped[RequiredInstant]
    disabled_at: Mapped[Instant]


class UserSession(Base):
    """Known by the SHA-256 of its cookie. `is_whole`: all factors that the role needs were shown."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "token_hash", unique=True), Index(None, "user_id"))

    session_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    token_hash: Mapped[RequiredBytes]
    user_id: Mapped[RequiredText] = mapped_column(ForeignKey("users.user_id"))
    is_whole: Mapped[RequiredFlag]
    address: Mapped[Name]
    created_at: Mapped[RequiredInstant]
    seen_at: Mapped[RequiredInstant]
    verified_at: Mapped[RequiredInstant]
    """When the person last proved to be there by a factor: sensitive acts ask for a fresh proof."""
    expires_at: Mapped[RequiredInstant]
    ended_at: Mapped[Instant]


class OneTimeLink(Base):
    """Lets in one person once: a user to enrol, or a learner to look. Known by the SHA-256 of its token."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        CheckConstraint("purpose IN ('enrolment', 'learner')", name="purpose"),
        Index(None, "user_id"),
    )

    token_hash: Mapped[RequiredBytes] = mapped_column(primary_key=True)
    purpose: Mapped[RequiredText]
    user_id: Mapped[RequiredText] = mapped_column(ForeignKey("users.user_id"))
    issued_by: Mapped[RequiredText]
    """An actor of the trail."""
    issued_at: Mapped[RequiredInstant]
    expires_at: Mapped[RequiredInstant]
    used_at: Mapped[Instant]


class SignInAttempts(Base):
    """Failures in a row, by what they were about: the hash of a login, a user's codes, an address."""

    __tablename__ = "sign_in_attempts"

    subject_hash: Mapped[RequiredBytes] = mapped_column(primary_key=True)
    failures: Mapped[RequiredCount]
    failed_at: Mapped[RequiredInstant]
    locked_until: Mapped[Instant]


class RecoveryCode(Base):
    """For who has lost the second factor; 120 random bits, known by their SHA-256, gone once used."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    code_hash: Mapped[RequiredBytes] = mapped_column(primary_key=True)
    issued_at: Mapped[RequiredInstant]


class Passkey(Base):
    """A WebAuthn credential, whose private key never leaves its authenticator."""

    __tablename__ = "passkeys"
    __table_args__ = (Index(None, "user_id"),)

    credential_id: Mapped[RequiredBytes] = mapped_column(primary_key=True)
    passkey_id: Mapped[RequiredUuid]
    user_id: Mapped[RequiredText] = mapped_column(ForeignKey("users.user_id"))
    public_key: Mapped[RequiredBytes]
    """COSE."""
    sign_count: Mapped[RequiredBigCount]
    created_at: Mapped[RequiredInstant]
    used_at: Mapped[Instant]


class PasskeyChallenge(Base):
    """What an authenticator is to sign; gone once answered, whatever the answer."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[RequiredBytes] = mapped_column(primary_key=True)
    session_id: Mapped[OptionalUuid]
    """Of who registers or proves to be there; null: of somebody who signs in."""
    expires_at: Mapped[RequiredInstant]
