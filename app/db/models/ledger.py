"""The ledger's tree over its entries: tiles, how far it has come, keys, checkpoints, alarms.

What was integrated, signed or raised never changes: the program's role may insert and read it, nothing else.
"""

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    BigCount,
    Digest,
    Instant,
    Key,
    Name,
    RequiredBytes,
    RequiredCount,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)

HASHES_OF_A_TILE = "octet_length(hashes) = 8192 AND octet_length(root) = 32"


class LedgerTile(Base):
    """256 neighbours of one level of the tree, and what they hash to: one of the level above."""

    __tablename__ = "ledger_tiles"
    __table_args__ = (CheckConstraint(HASHES_OF_A_TILE, name="is_full"),)

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    tile: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[RequiredBytes]
    root: Mapped[RequiredBytes]


class LedgerTree(Base):
    """One row: how many entries the tree has, and its root. Updated with the tiles."""

    __tablename__ = "ledger_tree"
    __table_args__ = (CheckConstraint("tree = 1", name="one_row"),)

    tree: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[RequiredBytes]
    integrated_at: Mapped[Instant]


class LedgerOrigin(Base):
    """One row from the first checkpoint on: the name of the log, and of its keys."""

    __tablename__ = "ledger_origin"
    __table_args__ = (CheckConstraint("log = 1", name="one_row"),)

    log: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    origin: Mapped[RequiredText]


class LedgerLogKey(Base):
    """Ed25519. Every key that is not retired signs each checkpoint."""

    __tablename__ = "ledger_log_keys"

    kid: Mapped[Key]
    """The key id of C2SP signed-note, in hex."""
    public_key: Mapped[RequiredBytes]
    private_key_sealed: Mapped[RequiredBytes]
    created_at: Mapped[RequiredInstant]
    retired_at: Mapped[Instant]


class LedgerCheckpoint(Base):
    """Published, with the note as it was signed."""

    __tablename__ = "ledger_checkpoints"
    __table_args__ = (Index(None, "root"),)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[RequiredBytes]
    issued_at: Mapped[RequiredInstant]
    note: Mapped[RequiredText]


class LedgerCosignature(Base):
    """What a witness has signed about a checkpoint; verified before it was stored."""

    __tablename__ = "ledger_cosignatures"
    __table_args__ = (Index("ix_ledger_cosignatures_witness", "witness", "size"),)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    witness: Mapped[Key]
    vkey: Mapped[RequiredText]
    line: Mapped[RequiredText]
    cosigned_at: Mapped[RequiredInstant]


class LedgerOutlet(Base):
    """Where checkpoints go, and how far it is: a directory or a witness."""

    __tablename__ = "ledger_outlets"

    kind: Mapped[Key]
    name: Mapped[Key]
    size: Mapped[BigCount]
    root: Mapped[Digest]
    state: Mapped[RequiredText]
    told: Mapped[Name]
    failures: Mapped[RequiredCount]
    tried_at: Mapped[RequiredInstant]
    due_at: Mapped[RequiredInstant]


class LedgerAlarm(Base):
    """What the signer refused to sign, or what others found: never personal data."""

    __tablename__ = "ledger_alarms"
    __table_args__ = (Index(None, "raised_at"),)

    alarm_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    kind: Mapped[RequiredText]
    raised_at: Mapped[RequiredInstant]
    checkpoint_size: Mapped[BigCount]
    """Of the newest checkpoint then; null: there was none."""
    details: Mapped[RequiredJson]
