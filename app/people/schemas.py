"""Values that people hand out."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.accounts.authorisation import Caller
from app.core.ids import ActorId, PlatformCode, Uscc
from app.core.vocabulary import Role


@dataclass(frozen=True, slots=True)
class NewUser:
    """What is said about a person who is to be added."""

    role: Role
    login: str
    display_name: str
    platform: str | None = None
    uscc: str | None = None
    districts: tuple[str, ...] = ()
    """GB/T 2260 codes; none: everywhere."""


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """The only time the token is seen."""

    user_id: ActorId
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UserAccount:
    user_id: ActorId
    login: str
    display_name: str
    role: Role
    platform: PlatformCode | None
    uscc: Uscc | None
    districts: tuple[str, ...] | None
    has_password: bool
    has_second_factor: bool
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """The only time the token is seen."""

    session_id: UUID
    token: str = field(repr=False)
    expires_at: datetime
    is_whole: bool


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """One of the living sessions of a person."""

    session_id: UUID
    address: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """The person behind a cookie. `is_whole`: all factors that the role needs were shown."""

    session_id: UUID
    user_id: ActorId
    login: str | None
    display_name: str
    role: Role
    platform: PlatformCode | None
    uscc: Uscc | None
    districts: tuple[str, ...] | None
    person_key: bytes | None = field(repr=False)
    is_whole: bool
    has_second_factor: bool
    has_totp: bool
    must_change_password: bool
    created_at: datetime
    seen_at: datetime
    verified_at: datetime
    expires_at: datetime
    idle_ends_at: datetime

    @property
    def caller(self) -> Caller:
        return Caller(
            actor_id=self.user_id,
            role=self.role,
            platform=self.platform,
            uscc=self.uscc,
            districts=self.districts,
            person_key=self.person_key,
            session_id=self.session_id,
        )
