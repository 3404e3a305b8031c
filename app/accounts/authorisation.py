"""The one table of who may do what, and how far it reaches.

Every route names its action; a role without a row for that action is refused (403), and what lies beyond the
reach of its row does not exist for it (404).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.accounts.errors import NotAllowed
from app.core.ids import ClientId, PlatformCode, Uscc
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
_EVERYBODY = dict.fromkeys(Role, Bound.everything)


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
}
"""Routes that ask for no token, each with its reason; every other route has an action."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Bounds that every query of the caller respects; None: not bound in this respect."""

    platform: PlatformCode | None = None
    enterprise: Uscc | None = None
    districts: tuple[str, ...] | None = None
    """Prefixes of GB/T 2260 codes of the enterprises concerned."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The client behind a request. `reach` is that of the action it was let in for."""

    client_id: ClientId
    role: Role
    platform: PlatformCode | None
    uscc: Uscc | None
    districts: tuple[str, ...] | None
    scopes: frozenset[Action]
    reach: Reach = Reach(platform=PlatformCode(""), enterprise=Uscc(""), districts=())
    """Nothing at all until `permit` says otherwise."""

    def __post_init__(self) -> None:
        is_bound = (self.platform is not None, self.uscc is not None)
        if is_bound != (self.role is Role.platform, self.role is Role.enterprise):
            raise ValueError(f"client {self.client_id} is not bound as its role {self.role} demands")


def actions_of(role: Role) -> frozenset[Action]:
    return frozenset(action for action, row in TABLE.items() if role in row)


def permit(caller: Caller, action: Action) -> Caller:
    """The caller with the reach it has in this action; raises `NotAllowed` where the table has no row."""
    bound = TABLE[action].get(caller.role)
    if bound is None or action not in caller.scopes:
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
