"""Platforms, clients, signing keys, and the log of who looked at whose data."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Instant,
    Key,
    Name,
    Names,
    RequiredBytes,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)


class Platform(Base):
    __tablename__ = "platforms"
    __table_args__ = (CheckConstraint("kind IN ('live', 'vod')", name="kind"),)

    code: Mapped[Key]
    kind: Mapped[RequiredText]
    name: Mapped[RequiredText]
    created_at: Mapped[RequiredInstant]


class Client(Base):
    """A program that may ask for tokens. Its secret is 256 random bits, kept only as SHA-256."""

    __tablename__ = "clients"
    __table_args__ = (
        CheckConstraint("role IN ('platform', 'regulator', 'enterprise')", name="role"),
        CheckConstraint("(role = 'platform') = (platform IS NOT NULL)", name="platform_is_bound"),
        CheckConstraint("(role = 'enterprise') = (uscc IS NOT NULL)", name="enterprise_is_bound"),
    )

    client_id: Mapped[Key]
    role: Mapped[RequiredText]
    name: Mapped[RequiredText]
    secret_hash: Mapped[RequiredBytes]
    platform: Mapped[Name]
    uscc: Mapped[Name]
    districts: Mapped[Names]
    """Prefixes of GB/T 2260 codes; null: everywhere."""
    created_at: Mapped[RequiredInstant]
    revoked_at: Mapped[Instant]


class SigningKey(Base):
    """Ed25519 keys of access tokens; the newest unretired one signs, all unretired ones verify."""

    __tablename__ = "signing_keys"

    kid: Mapped[Key]
    public_key: Mapped[RequiredBytes]
    private_key_sealed: Mapped[RequiredBytes]
    created_at: Mapped[RequiredInstant]
    retired_at: Mapped[Instant]


class AccessEntry(Base):
    """Append-only: who read personal data, what of whom, when."""

    __tablename__ = "access_log"
    __table_args__ = (Index(None, "client_id", "accessed_at"),)

    access_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    accessed_at: Mapped[RequiredInstant]
    client_id: Mapped[RequiredText]
    action: Mapped[RequiredText]
    subject: Mapped[RequiredJson]
    """Platform-local keys or a person key in hex; never an ID number."""
