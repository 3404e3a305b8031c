"""Values that accounts hands out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.core.ids import ClientId, Credential, PlatformCode, Uscc
from app.core.vocabulary import PlatformKind, Role


@dataclass(frozen=True, slots=True)
class Registration:
    """What is said about a client that is to be added."""

    role: Role
    name: str | None = None
    platform: str | None = None
    kind: PlatformKind | None = None
    """Needed where the platform is new."""
    uscc: str | None = None
    districts: tuple[str, ...] = ()
    """GB/T 2260 codes; none: everywhere."""


@dataclass(frozen=True, slots=True)
class NewClient:
    """The only time the secret is seen."""

    client_id: ClientId
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientAccount:
    client_id: ClientId
    role: Role
    name: str
    platform: PlatformCode | None
    uscc: Uscc | None
    districts: tuple[str, ...] | None
    created_at: datetime
    revoked_at: datetime | None
    records_a_day: int | None = None
    requests_a_minute: int | None = None
    """Quotas; None: as the settings say."""
    is_secret_on: bool = True


@dataclass(frozen=True, slots=True)
class NewSecret:
    """The only time the secret is seen; the one before it is good until then."""

    client_secret: str = field(repr=False)
    number: int
    former_until: datetime


@dataclass(frozen=True, slots=True)
class ClientKeyAccount:
    """A registered public key."""

    kid: str
    algorithm: str
    created_at: datetime
    not_after: datetime | None
    retired_at: datetime | None
    distrusted_from: datetime | None


class DistrustedSecret(NamedTuple):
    number: int
    since: datetime


class ClientView(NamedTuple):
    """A client as people see it: what it may show, and how much of its day is used."""

    account: ClientAccount
    secret_number: int
    """Of the newest secret; 1 is the first."""
    former_secret_until: datetime | None
    """While the one before is good beside it."""
    keys: Sequence[ClientKeyAccount]
    distrusted_secrets: Sequence[DistrustedSecret]
    records_used_today: int
    """Counted only while there is a quota."""


class ClientFilter(NamedTuple):
    """What narrows a list of clients; None: not narrowed in this respect."""

    role: Role | None = None
    platform: PlatformCode | None = None
    uscc: Uscc | None = None
    is_revoked: bool | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What a client may ask for; None: without a bound."""

    records_a_day: int | None = None
    requests_a_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Distrusted:
    """A credential that is believed no longer, and how many batches came with it since then."""

    credential: Credential
    since: datetime
    batches: int


@dataclass(frozen=True, slots=True)
class AccessToken:
    token: str = field(repr=False)
    expires_in_s: int
    scope: str
