"""Where a person can go: each place with the action that opens it, so that nobody is shown a closed door."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from app.accounts.authorisation import TABLE, Action
from app.core.errors import Text
from app.core.vocabulary import Role

OFFICIALS = frozenset({Role.clerk, Role.reviewer, Role.approver, Role.auditor})


PEOPLE = frozenset(role for role in Role if not role.is_program)


class Place(NamedTuple):
    path: str
    title: Text
    action: Action
    group: Text
    roles: frozenset[Role] = PEOPLE
    """Of those whom the table lets in, who finds it in the navigation."""

    def is_open_to(self, role: Role) -> bool:
        return role in self.roles and role in TABLE[self.action]


_WORK = Text("工作", "Work")
_TRAINING = Text("培训", "Training")
_GROUNDS = Text("依据与证据", "Grounds and evidence")
_WATCH = Text("监督与管理", "Oversight")
_OWN = Text("本人", "Yourself")
_AGENT, _OPERATOR, _LEARNER = (frozenset({role}) for role in (Role.agent, Role.operator, Role.learner))
_DEVELOPERS = Text("接入说明", "For developers")

PLACES: Sequence[Place] = (
    Place("/my/record", Text("我的培训", "My training"), Action.read_own_record, _OWN, _LEARNER),
    Place("/my/accesses", Text("谁看过", "Who has looked"), Action.read_own_record, _OWN, _LEARNER),
    Place("/my/requests", Text("更正与异议", "Corrections"), Action.submit_rights_request, _OWN, _LEARNER),
    Place("/overview", Text("总览", "Overview"), Action.read_compliance, _WORK, OFFICIALS),
    Place("/feeds", Text("数据上报", "Feeds"), Action.read_batches, _WORK, _OPERATOR),
    Place("/batches", Text("批次", "Batches"), Action.read_batches, _WORK, _OPERATOR),
    Place("/developers", _DEVELOPERS, Action.read_feeds, _WORK, _OPERATOR),
    Place("/enterprise", Text("待办与进度", "To do and progress"), Action.read_progress, _WORK, _AGENT),
    Place("/desk", Text("待我决定", "To decide"), Action.read_approvals, _WORK),
    Place("/findings", Text("预警", "Findings"), Action.read_findings, _WORK),
    Place("/class-groups", Text("班级", "Class groups"), Action.read_compliance, _TRAINING),
    Place("/learners", Text("学员", "Learners"), Action.read_compliance, _TRAINING),
    Place("/platforms", Text("平台", "Platforms"), Action.read_data_quality, _TRAINING, OFFICIALS),
    Place("/report", Text("资格报告", "Eligibility report"), Action.read_report, _TRAINING),
    Place("/policies", Text("政策", "Policies"), Action.read_policies, _GROUNDS),
    Place("/ledger", Text("账本", "Ledger"), Action.read_ledger, _GROUNDS),
    Place("/ledger/check", Text("验证真伪", "Verify"), Action.read_ledger, _GROUNDS),
    Place("/retention", Text("保存期限", "Retention"), Action.read_retention, _GROUNDS),
    Place("/developers", _DEVELOPERS, Action.read_feeds, _GROUNDS, PEOPLE - _OPERATOR - _LEARNER),
    Place("/requests", Text("更正与异议", "Corrections"), Action.read_rights_requests, _WATCH),
    Place("/audit", Text("审计记录", "Audit trail"), Action.read_trail, _WATCH),
    Place("/users", Text("人员", "People"), Action.read_users, _WATCH),
    Place("/clients", Text("客户端与密钥", "Clients and keys"), Action.read_clients, _WATCH),
)


class Group(NamedTuple):
    title: Text
    places: Sequence[Place]


def groups_for(role: Role) -> Sequence[Group]:
    """What the role may open, in the order in which it is needed."""
    mine = [place for place in PLACES if place.is_open_to(role)]
    return [Group(title, list(places)) for title, places in groupby(mine, key=lambda place: place.group)]


def place_of(role: Role, path: str) -> str | None:
    """The place that a page belongs to: of those that lead to it, the nearest."""
    leading = [
        each.path for each in PLACES if each.is_open_to(role) and f"{path}/".startswith(f"{each.path}/")
    ]
    return max(leading, key=len, default=None)


def home_of(role: Role) -> str:
    return next((place.path for place in PLACES if place.is_open_to(role)), "/account")
