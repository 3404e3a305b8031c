"""Values of the trail: who acts, what kind of act, why; and an entry as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
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
