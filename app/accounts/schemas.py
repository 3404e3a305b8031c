"""Values that accounts hands out."""

from dataclasses import dataclass, field
from datetime import datetime

from app.core.ids import ClientId, PlatformCode, Uscc
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


@dataclass(frozen=True, slots=True)
class AccessToken:
    token: str = field(repr=False)
    expires_in_s: int
    scope: str
