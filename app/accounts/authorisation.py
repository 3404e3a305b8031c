"""The one table of who may do what, and how far it reaches.

Every route names its action; a role without a row for that action is refused (403), and what lies beyond the
reach of its row does not exist for it (404).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from app.accounts.errors import NotAllowed
from app.core.ids import ActorId, ClientId, PlatformCode, Uscc
from app.core.vocabulary import Role


class Action(StrEnum):
    """What a route does. The value is also the scope (RFC 6749 §3.3) that a token carries for it."""

    push_feed = "feeds:push"
    read_feeds = "feeds:read"
    read_batches = "batches:read"
    read_originals = "originals:read"
    read_records = "records:read"
    read_data_quality = "data-quality:read"
    read_assessment = "assessment:read"
    read_policies = "policies:read"
    read_compliance = "compliance:read"
    search_person = "persons:search"
    read_findings = "findings:read"
    read_eligibility = "eligibility:read"
    read_progress = "progress:read"
    read_report = "reports:read"
    read_session = "session:read"
    end_session = "session:end"
    read_users = "users:read"
    manage_users = "users:manage"
    issue_learner_link = "learner-links:issue"


class Bound(StrEnum):
    """How far an action reaches for a role."""

    own_platform = "own_platform"
    own_enterprise = "own_enterprise"
    own_districts = "own_districts"
    everything = "everything"


_OWN = {
    Role.platform: Bound.own_platform,
    Role.regulator: Bound.own_districts,
    Role.enterprise: Bound.own_enterprise,
}
_EVERYBODY = dict.fromkeys((role for role in Role if role.is_program), Bound.everything)
_PEOPLE = dict.fromkeys((role for role in Role if not role.is_program), Bound.everything)


def _own(*roles: Role) -> dict[Role, Bound]:
    return {role: _OWN[role] for role in roles}


TABLE: Mapping[Action, Mapping[Role, Bound]] = {
    Action.push_feed: _own(Role.platform),
    Action.read_feeds: _EVERYBODY,
    Action.read_batches: _own(Role.platform, Role.regulator),
    Action.read_originals: _own(Role.platform),
    Action.read_records: _own(Role.platform),
    Action.read_data_quality: _own(Role.platform, Role.regulator),
    Action.read_assessment: _EVERYBODY,
    Action.read_policies: _EVERYBODY,
    Action.read_compliance: _own(Role.platform, Role.regulator),
    Action.search_person: _own(Role.regulator),
    Action.read_findings: _own(Role.platform, Role.regulator),
    Action.read_eligibility: _own(Role.enterprise, Role.regulator),
    Action.read_progress: _own(Role.enterprise, Role.regulator),
    Action.read_report: _own(Role.enterprise, Role.regulator),
    Action.read_session: _PEOPLE,
    Action.end_session: _PEOPLE,
    Action.read_users: dict.fromkeys((Role.administrator, Role.auditor), Bound.everything),
    Action.manage_users: {Role.administrator: Bound.everything},
    Action.issue_learner_link: _own(Role.platform, Role.enterprise)
    | {Role.operator: Bound.own_platform, Role.agent: Bound.own_enterprise},
}

OPEN_ROUTES: Mapping[str, str] = {
    "/healthz": "says only that the process is up",
    "/readyz": "says only whether the database can be used",
    "/metrics": "counts without names; the operator's network keeps strangers away",
    "/oauth/token": "is where a client shows who it is",
    "/openapi.json": "is public documentation",
    "/docs": "is public documentation",
    "/docs/start.js": "is public documentation",
    "/docs/{asset}": "is public documentation",
    "/": "leads to the pages",
    "/static/{asset}": "is how pages look",
    "/sign-in": "is where a person shows who it is",
    "/passkeys/sign-in-options": "is where a person shows who it is",
    "/passkeys/sign-in": "is where a person shows who it is",
    "/enrolment/{token}": "is for who holds the link",
    "/learner/{token}": "is for who holds the link",
    **dict.fromkeys(
        (
            "/second-factor",
            "/verify",
            "/sign-out",
            "/account",
            "/account/password",
            "/account/authenticator",
            "/account/recovery-codes",
            "/account/passkeys",
            "/account/passkeys/{passkey_id}/remove",
            "/account/sessions/{session_id}/end",
            "/passkeys/registration-options",
            "/passkeys/registration",
            "/passkeys/verify-options",
            "/passkeys/verify",
        ),
        "asks for the person's own session, and touches no account but that one",
    ),
}
"""Routes that ask for no token, each with its reason; every other route has an action."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Bounds that every query of the caller respects; None: not bound in this respect."""

    platform: PlatformCode | None = None
    enterprise: Uscc | None = None
    districts: tuple[str, ...] | None = None
    """Prefixes of GB/T 2260 codes of the enterprises concerned."""
    person_key: bytes | None = None
    """Of the one person whose record is read."""


_BOUND_ROLES = {
    "platform": {Role.platform, Role.operator},
    "uscc": {Role.enterprise, Role.agent},
    "person_key": {Role.learner},
}
_DISTRICT_ROLES = {Role.regulator, Role.clerk, Role.reviewer, Role.approver, Role.auditor}


@dataclass(frozen=True, slots=True)
class Caller:
    """The client or the person behind a request. `reach` is that of the action it was let in for."""

    actor_id: ActorId
    role: Role
    platform: PlatformCode | None = None
    uscc: Uscc | None = None
    districts: tuple[str, ...] | None = None
    scopes: frozenset[Action] | None = None
    """Of a program's token; None for a person, who may do all that the role may."""
    person_key: bytes | None = field(default=None, repr=False)
    """Of a learner."""
    session_id: UUID | None = None
    """Of a person."""
    reach: Reach = Reach(platform=PlatformCode(""), enterprise=Uscc(""), districts=(), person_key=b"")
    """Nothing at all until `permit` says otherwise."""

    def __post_init__(self) -> None:
        is_bound = all(
            (getattr(self, bound) is not None) == (self.role in roles)
            for bound, roles in _BOUND_ROLES.items()
        )
        if not is_bound or (self.districts is not None and self.role not in _DISTRICT_ROLES):
            raise ValueError(f"caller {self.actor_id} is not bound as its role {self.role} demands")
        if (self.scopes is not None) != self.role.is_program:
            raise ValueError(f"caller {self.actor_id}: programs have scopes, people have none")

    @property
    def client_id(self) -> ClientId:
        """Of a program: what pushes batches."""
        if not self.role.is_program:
            raise TypeError(f"{self.actor_id} is a person, no client")
        return ClientId(self.actor_id)


def actions_of(role: Role) -> frozenset[Action]:
    return frozenset(action for action, row in TABLE.items() if role in row)


def permit(caller: Caller, action: Action) -> Caller:
    """The caller with the reach it has in this action; raises `NotAllowed` where the table has no row."""
    bound = TABLE[action].get(caller.role)
    is_in_scope = caller.scopes is None or action in caller.scopes
    if bound is None or not is_in_scope:
        raise NotAllowed(role=caller.role, action=action)
    return replace(caller, reach=_reach(caller, bound))


def _reach(caller: Caller, bound: Bound) -> Reach:
    match bound:
        case Bound.own_platform:
            return Reach(platform=caller.platform)
        case Bound.own_enterprise:
            return Reach(enterprise=caller.uscc)
        case Bound.own_districts:
            return Reach(districts=caller.districts)
        case Bound.everything:
            return Reach()
