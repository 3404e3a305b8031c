"""The one table of who may do what, how far it reaches, and how personal data appears in it.

Every route names its action; a role without a row for that action is refused (403), and what lies beyond the
reach of its row does not exist for it (404). docs/authorisation.md shows the table to people.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.accounts.errors import NotAllowed
from app.accounts.schemas import Quota
from app.core.ids import ActorId, ClientId, Credential, PlatformCode, Uscc
from app.core.vocabulary import Role
from app.privacy.fields import NO_FIELDS, Fields, Shown


class Action(StrEnum):
    """What a route does. The value is also the scope (RFC 6749 §3.3) that a token carries for it."""

    push_feed = "feeds:push"
    read_feeds = "feeds:read"
    read_batches = "batches:read"
    read_originals = "originals:read"
    reveal_original = "originals:reveal"
    read_decision_proof = "decision-proofs:read"
    make_bundle = "evidence:bundle"
    read_records = "records:read"
    read_data_quality = "data-quality:read"
    read_assessment = "assessment:read"
    read_policies = "policies:read"
    read_ledger = "ledger:read"
    read_draws = "draws:read"
    publish_checkpoint = "ledger:publish"
    read_deep_checks = "deep-checks:read"
    read_simulation = "simulations:read"
    manage_keys = "keys:manage"
    read_compliance = "compliance:read"
    search_person = "persons:search"
    search = "search:read"
    read_findings = "findings:read"
    read_eligibility = "eligibility:read"
    read_progress = "progress:read"
    read_report = "reports:read"
    read_own_record = "own-record:read"
    reveal_personal_data = "persons:reveal"
    export_own_record = "own-record:export"
    submit_rights_request = "rights-requests:submit"
    read_rights_requests = "rights-requests:read"
    answer_rights_request = "rights-requests:answer"
    read_session = "session:read"
    end_session = "session:end"
    read_users = "users:read"
    manage_users = "users:manage"
    read_clients = "clients:read"
    manage_clients = "clients:manage"
    issue_learner_link = "learner-links:issue"
    read_trail = "trail:read"
    propose_act = "approvals:propose"
    decide_act = "approvals:decide"
    read_approvals = "approvals:read"
    propose_revocation = "clients:propose-revocation"
    approve_revocation = "clients:approve-revocation"
    propose_distrust = "clients:propose-distrust"
    approve_distrust = "clients:approve-distrust"
    read_checklist = "checklists:read"
    answer_checklist = "checklists:answer"
    read_videos = "videos:read"
    read_finding_work = "finding-work:read"
    assign_finding = "findings:assign"
    comment_finding = "findings:comment"
    propose_waiver = "findings:propose-waiver"
    approve_waiver = "findings:approve-waiver"
    check_policy = "policies:check"
    propose_policy = "policies:propose"
    approve_policy = "policies:approve"
    read_retention = "retention:read"
    place_hold = "holds:place"
    propose_lifting = "holds:propose-lifting"
    approve_lifting = "holds:approve-lifting"
    propose_disposal = "retention:propose-disposal"
    approve_disposal = "retention:approve-disposal"


DISTRICT_ROLES = frozenset({Role.regulator, Role.clerk, Role.reviewer, Role.approver, Role.auditor})
"""Who may be bound to districts."""


class Bound(StrEnum):
    """How far an action reaches for a role."""

    own_platform = "own_platform"
    own_enterprise = "own_enterprise"
    own_districts = "own_districts"
    own_person = "own_person"
    everything = "everything"


class Grant(NamedTuple):
    """What a row says of one role."""

    bound: Bound
    fields: Fields = NO_FIELDS


_OWN = {
    Role.platform: Bound.own_platform,
    Role.operator: Bound.own_platform,
    Role.enterprise: Bound.own_enterprise,
    Role.agent: Bound.own_enterprise,
    Role.learner: Bound.own_person,
    Role.administrator: Bound.everything,
} | dict.fromkeys(DISTRICT_ROLES, Bound.own_districts)

_NAMES_MASKED = Fields(name=Shown.masked)
_ALL_CLEAR = Fields(Shown.clear, Shown.clear, Shown.clear, Shown.clear)
_OWN_NAMES = Fields(Shown.clear, Shown.masked, Shown.masked, Shown.masked)
_OWN_NAME = Fields(name=Shown.clear)
_OWN_PERSONS = Fields(name=Shown.clear, id_number=Shown.last_four)

_PLATFORM = (Role.platform, Role.operator)
_ENTERPRISE = (Role.enterprise, Role.agent)
_OFFICIALS = (Role.regulator, Role.clerk, Role.reviewer, Role.approver)
_READERS = (*_OFFICIALS, Role.auditor)

Row = dict[Role, Grant]


def _own(*roles: Role, fields: Fields = NO_FIELDS) -> Row:
    return {role: Grant(_OWN[role], fields) for role in roles}


_EVERYBODY: Row = {role: Grant(Bound.everything) for role in Role}
_PROGRAMS: Row = {role: Grant(Bound.everything) for role in Role if role.is_program}
_PEOPLE: Row = {role: Grant(Bound.everything) for role in Role if not role.is_program}

TABLE: Mapping[Action, Row] = {
    Action.push_feed: _own(Role.platform),
    Action.read_feeds: _EVERYBODY,
    Action.read_batches: _own(*_PLATFORM, *_READERS),
    Action.read_originals: _own(Role.platform, fields=_ALL_CLEAR),
    Action.reveal_original: _own(Role.reviewer, Role.approver, fields=_ALL_CLEAR),
    Action.read_decision_proof: _own(*_ENTERPRISE, *_READERS),
    Action.make_bundle: _own(Role.platform, Role.regulator, Role.reviewer, Role.approver, fields=_ALL_CLEAR)
    | _own(*_ENTERPRISE, fields=_OWN_PERSONS),
    Action.read_records: _own(*_PLATFORM, fields=_OWN_NAMES),
    Action.read_data_quality: _own(*_PLATFORM, *_READERS),
    Action.read_assessment: _EVERYBODY,
    Action.read_policies: _EVERYBODY,
    Action.read_ledger: _EVERYBODY,
    Action.read_deep_checks: _own(*_READERS, Role.administrator),
    Action.read_draws: _own(*_READERS),
    Action.publish_checkpoint: {role: Grant(Bound.everything) for role in _OFFICIALS},
    Action.read_simulation: _own(
        Role.regulator, Role.reviewer, Role.approver, Role.auditor, fields=_NAMES_MASKED
    ),
    Action.manage_keys: _PROGRAMS,
    Action.read_compliance: _own(*_PLATFORM, *_READERS, fields=_NAMES_MASKED),
    Action.search_person: _own(*_OFFICIALS, fields=_NAMES_MASKED),
    Action.search: _own(*_PLATFORM, *_ENTERPRISE, *_READERS, fields=_NAMES_MASKED),
    Action.read_findings: _own(*_PLATFORM, *_READERS),
    Action.read_eligibility: _own(*_ENTERPRISE, fields=_OWN_PERSONS) | _own(*_READERS, fields=_NAMES_MASKED),
    Action.read_progress: _own(*_ENTERPRISE, fields=_OWN_PERSONS) | _own(*_READERS, fields=_NAMES_MASKED),
    Action.read_report: _own(*_ENTERPRISE, fields=_OWN_PERSONS) | _own(*_READERS, fields=_NAMES_MASKED),
    Action.read_own_record: _own(Role.learner, fields=_OWN_NAME),
    Action.reveal_personal_data: _own(Role.agent, Role.reviewer, Role.approver, fields=_ALL_CLEAR),
    Action.export_own_record: _own(Role.learner, fields=_ALL_CLEAR),
    Action.submit_rights_request: _own(Role.learner),
    Action.read_rights_requests: _own(*_PLATFORM, *_ENTERPRISE, *_OFFICIALS, fields=_ALL_CLEAR)
    | _own(Role.auditor),
    Action.answer_rights_request: _own(*_PLATFORM, *_ENTERPRISE, Role.reviewer, Role.approver),
    Action.read_session: _PEOPLE,
    Action.end_session: _PEOPLE,
    Action.read_users: {role: Grant(Bound.everything) for role in (Role.administrator, Role.auditor)},
    Action.manage_users: _own(Role.administrator),
    Action.read_clients: _own(Role.operator, Role.agent, Role.administrator)
    | {Role.auditor: Grant(Bound.everything)},
    Action.manage_clients: _own(Role.administrator),
    Action.issue_learner_link: _own(*_PLATFORM, *_ENTERPRISE),
    Action.read_trail: _own(Role.auditor),
    Action.propose_act: _own(Role.administrator, Role.reviewer, Role.approver),
    Action.decide_act: _own(Role.administrator, Role.approver),
    Action.read_approvals: _own(Role.administrator, Role.reviewer, Role.approver, Role.auditor),
    Action.propose_revocation: _own(Role.administrator),
    Action.approve_revocation: _own(Role.administrator),
    Action.propose_distrust: _own(Role.administrator),
    Action.approve_distrust: _own(Role.administrator),
    Action.read_checklist: _own(*_READERS),
    Action.answer_checklist: _own(Role.clerk, Role.reviewer, Role.approver),
    Action.read_videos: _own(*_PLATFORM, *_READERS),
    Action.read_finding_work: _own(*_READERS),
    Action.assign_finding: _own(Role.clerk, Role.reviewer, Role.approver),
    Action.comment_finding: _own(Role.clerk, Role.reviewer, Role.approver),
    Action.propose_waiver: _own(Role.reviewer, Role.approver),
    Action.approve_waiver: _own(Role.approver),
    Action.check_policy: _own(*_OFFICIALS),
    Action.propose_policy: _own(Role.reviewer, Role.approver),
    Action.approve_policy: _own(Role.approver),
    Action.read_retention: _own(*_READERS),
    Action.place_hold: _own(Role.clerk, Role.reviewer, Role.approver),
    Action.propose_lifting: _own(Role.reviewer, Role.approver),
    Action.approve_lifting: _own(Role.approver),
    Action.propose_disposal: _own(Role.reviewer, Role.approver),
    Action.approve_disposal: _own(Role.approver),
}
"""Administrators have no row in which personal data appears, auditors none that is not a read."""


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


@dataclass(frozen=True, slots=True)
class Caller:
    """The client or the person behind a request. `reach` and `fields` are those of the action it may do."""

    actor_id: ActorId
    role: Role
    platform: PlatformCode | None = None
    uscc: Uscc | None = None
    districts: tuple[str, ...] | None = None
    scopes: frozenset[Action] | None = None
    """Of a program's token; None for a person, who may do all that the role may."""
    credential: Credential | None = None
    """What a program got its token with."""
    quota: Quota = field(default_factory=Quota)
    """Of a program, by its row."""
    person_key: bytes | None = field(default=None, repr=False)
    """Of a learner."""
    session_id: UUID | None = None
    """Of a person."""
    reach: Reach = Reach(platform=PlatformCode(""), enterprise=Uscc(""), districts=(), person_key=b"")
    """Nothing at all until `permit` says otherwise."""
    fields: Fields = NO_FIELDS
    """How personal data is shown in the action."""

    def __post_init__(self) -> None:
        is_bound = all(
            (getattr(self, bound) is not None) == (self.role in roles)
            for bound, roles in _BOUND_ROLES.items()
        )
        if not is_bound or (self.districts is not None and self.role not in DISTRICT_ROLES):
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
    """The caller as it may act in this action; raises `NotAllowed` where the table has no row."""
    grant = TABLE[action].get(caller.role)
    is_in_scope = caller.scopes is None or action in caller.scopes
    if grant is None or not is_in_scope:
        raise NotAllowed(role=caller.role, action=action)
    return replace(caller, reach=_reach(caller, grant.bound), fields=grant.fields)


def _reach(caller: Caller, bound: Bound) -> Reach:
    match bound:
        case Bound.own_platform:
            return Reach(platform=caller.platform)
        case Bound.own_enterprise:
            return Reach(enterprise=caller.uscc)
        case Bound.own_districts:
            return Reach(districts=caller.districts)
        case Bound.own_person:
            return Reach(person_key=caller.person_key)
        case Bound.everything:
            return Reach()
