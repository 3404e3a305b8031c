"""How clients show who they are, what of it is distrusted, and how much of their quotas is used."""

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Instant,
    Key,
    Name,
    RequiredBytes,
    RequiredInstant,
    RequiredText,
    RequiredUuid,
)


class ClientKey(Base):
    """A public key that a client signs its assertions with (RFC 7523). No two clients share one."""

    __tablename__ = "client_keys"
    __table_args__ = (
        CheckConstraint("algorithm IN ('EdDSA', 'ES256')", name="algorithm"),
        CheckConstraint("kid ~ '^[A-Za-z0-9_-]{1,64}$'", name="kid"),
        Index("uq_client_keys_public_key", "public_key", unique=True),
    )

    client_id: Mapped[Key]
    kid: Mapped[Key]
    algorithm: Mapped[RequiredText]
    public_key: Mapped[RequiredBytes]
    """SubjectPublicKeyInfo, DER."""
    created_at: Mapped[RequiredInstant]
    created_with: Mapped[Name]
    """The credential of the client that registered it; null: the operator did."""
    not_after: Mapped[Instant]
    retired_at: Mapped[Instant]


class UsedAssertion(Base):
    """The `jti` of an assertion that was used, until the assertion has expired."""

    __tablename__ = "used_assertions"
    __table_args__ = (Index(None, "expires_at"),)

    client_id: Mapped[Key]
    jti_hash: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[RequiredInstant]


class Distrust(Base):
    """Append-only: from `since` on nothing that came with this credential is believed."""

    __tablename__ = "distrusts"
    __table_args__ = (Index(None, "client_id", "credential"),)

    distrust_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    client_id: Mapped[RequiredText]
    credential: Mapped[RequiredText]
    since: Mapped[RequiredInstant]
    recorded_at: Mapped[RequiredInstant]
    reason: Mapped[RequiredText]


class DistrustedBatch(Base):
    """A batch that came with a distrusted credential, and when its rows were taken back."""

    __tablename__ = "distrusted_batches"
    __table_args__ = (
        Index(
            "ix_distrusted_batches_waiting",
            "platform",
            "feed",
            "batch_id",
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    batch_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    platform: Mapped[RequiredText]
    feed: Mapped[RequiredText]
    distrust_id: Mapped[RequiredUuid]
    withdrawn_at: Mapped[Instant]


class ClientUsage(Base):
    """What a client has used of a quota in the day or minute that starts then."""

    __tablename__ = "client_usage"
    __table_args__ = (
        CheckConstraint("quota IN ('records_a_day', 'requests_a_minute')", name="quota"),
        Index(None, "starts_at"),
    )

    client_id: Mapped[Key]
    quota: Mapped[Key]
    starts_at: Mapped[RequiredInstant] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger)
