"""Values of the trail: who acts, what kind of act, why; and an entry as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol
from uuid import UUID

from app.core.vocabulary import Role

HOUR = timedelta(hours=1)


class Kind(StrEnum):
    read = "read"
    change = "change"
    denied = "denied"


class Actor(Protocol):
    """Who acts. `accounts.authorisation.Caller` is one; so is an `Insider`."""

    @property
    def actor_id(self) -> str: ...
    @property
    def role(self) -> Role | None: ...
    @property
    def platform(self) -> str | None: ...
    @property
    def uscc(self) -> str | None: ...
    @property
    def districts(self) -> tuple[str, ...] | None: ...
    @property
    def session_id(self) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Insider:
    """Who acts without an account: `cli:<system user>`, or `worker`."""

    actor_id: str
    role: Role | None = None
    platform: str | None = None
    uscc: str | None = None
    districts: tuple[str, ...] | None = None
    session_id: UUID | None = None


WORKER = Insider("worker")
UNKNOWN = Insider("unknown")
"""Whoever failed to sign in, as long as no account is named."""


class Purpose(NamedTuple):
    """Why personal data was wanted: a code for counting, a sentence for the person concerned."""

    code: str
    text: str


class Entry(NamedTuple):
    """As it is stored. `hour` is set by the database, and is None before."""

    entry_id: UUID
    occurred_at: datetime
    hour: datetime | None
    actor_id: str
    role: str | None
    organisation: str | None
    action: str
    kind: Kind
    subject: Mapping[str, str]
    number: int | None
    purpose_code: str | None
    purpose: str | None
    address: str | None
    request_id: str | None
    session_id: UUID | None


class Digest(NamedTuple):
    """An hour that is closed."""

    hour: datetime
    digest_id: UUID
    closed_at: datetime
    size: int
    root: bytes
    secret_sealed: bytes


class ClosedHour(NamedTuple):
    """An hour that is closed, and its place in the ledger."""

    hour: datetime
    digest_id: UUID
    closed_at: datetime
    size: int
    """Entries of the hour."""
    root: bytes
    ledger_index: int | None
    """None: it has none yet."""


class Chain(NamedTuple):
    """How far the hours are closed."""

    closed_until: datetime
    waiting: int
    """Hours that are over and not closed."""
    hours: int
    """That were closed, of those in which anything was written."""
    entries: int
    """In them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything is left out that is None."""

    actor_id: str | None = None
    action: str | None = None
    kind: Kind | None = None
    address: str | None = None
    organisation: str | None = None
    subject: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What an entry's subject has, and perhaps more."""
    first: datetime | None = None
    last: datetime | None = None
    """Before this instant."""
    person_key: bytes | None = field(default=None, repr=False)
    """Entries about this person: by key, by enrollment, or by a class group that was read whole."""
    districts: tuple[str, ...] | None = None
    """An auditor's own: acts of officials within these, and of their enterprises. None: everything."""
