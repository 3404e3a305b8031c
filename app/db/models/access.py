"""Platforms, clients and signing keys."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    BigCount,
    Count,
    Digest,
    Instant,
    Key,
    Name,
    Names,
    RequiredBytes,
    RequiredCount,
    RequiredInstant,
    RequiredText,
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
    secret_number: Mapped[RequiredCount] = mapped_column(server_default="1")
    """1 is the first; each rotation counts on."""
    former_secret_hash: Mapped[Digest]
    former_secret_until: Mapped[Instant]
    """While both are good."""
    secret_off_at: Mapped[Instant]
    """From then on only keys are good."""
    records_a_day: Mapped[BigCount]
    requests_a_minute: Mapped[Count]
    """Quotas; null: as the settings say."""
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
