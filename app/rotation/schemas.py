"""Where sealed values lie, and what is told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Table

from app.db.models import Base
from app.privacy.contexts import column_context, row_context

SealedValue = bytes | None
PrimaryKey = tuple[str, ...]
"""Of a row, as text."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """Sealed columns of one table; `by_row`: each value is bound to its row, not to its column alone."""

    name: str
    columns: Sequence[str]
    by_row: bool = False

    @property
    def table(self) -> Table:
        return Base.metadata.tables[self.name]

    @property
    def key(self) -> Sequence[str]:
        return [column.name for column in self.table.primary_key]

    def context(self, column: str, key: PrimaryKey) -> str:
        return row_context(self.name, column, *key) if self.by_row else column_context(self.name, column)


LIVING: Sequence[SealedTable] = (
    SealedTable("users", ("totp_sealed", "totp_offered_sealed"), by_row=True),
    SealedTable("signing_keys", ("private_key_sealed",), by_row=True),
    SealedTable("ledger_log_keys", ("private_key_sealed",), by_row=True),
    SealedTable("institutions", ("contact_phone_sealed",)),
    SealedTable("enterprises", ("contact_phone_sealed", "bank_account_sealed")),
    SealedTable("rights_requests", ("content_sealed",), by_row=True),
    SealedTable("enrollments", ("id_number_sealed", "phone_sealed")),
)
"""Rows that live: their values follow the newest key."""

KEPT: Sequence[SealedTable] = (
    SealedTable("batch_archives", ("body_sealed", "secret_sealed"), by_row=True),
    SealedTable("assessment_runs", ("secret_sealed", "inputs_sealed"), by_row=True),
    SealedTable("trail_digests", ("secret_sealed",), by_row=True),
    SealedTable("custody_rounds", ("secret_sealed",), by_row=True),
)
"""Append-only rows: their values stay under the key that they came in under (ADR 12)."""


class SealedRow(NamedTuple):
    key: PrimaryKey
    values: Sequence[SealedValue]
    """In the order of the table's sealed columns."""


class Anew(NamedTuple):
    """A value of one row: stored only where `old` still stands."""

    key: PrimaryKey
    old: bytes
    new: bytes


class Passing(NamedTuple):
    """A pass over one table, at the place where it goes on."""

    table_name: str
    rotated_at: datetime
    begun_at: datetime
    after: PrimaryKey | None
    found: int


class KeyUse(NamedTuple):
    """How many values one key seals."""

    key_id: str
    is_known: bool
    """The ring has it; what another one sealed cannot be opened."""
    seals: bool
    """It is the newest."""
    living: int
    kept: int


class Status(NamedTuple):
    keys: Sequence[KeyUse]
    waiting: Mapping[str, datetime | None]
    """Tables with values still to be looked at, and since when; None: no worker has begun."""
