"""What entries of the trail are told by: who the ids are, and their values in words."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from app.accounts.service import list_clients
from app.api.trail import TrailItem
from app.approvals.schemas import ProposalState
from app.core.district_names import name_of
from app.core.errors import Text
from app.core.ids import ActorId
from app.core.vocabulary import Eligibility, FindingState, Outcome, Outlook, Role, Severity, Subject
from app.db.session import ReadSession
from app.people import directory
from app.rights.schemas import RequestKind
from app.web.request_words import STATES
from app.web.terms import NO, YES, term

PEOPLE = ("actor_id", "user_id", "assignee_id")
"""Of a subject, what names people; programs stand under `client_id`, and act too."""


class Who(NamedTuple):
    """Somebody behind an id, as an auditor may know them."""

    name: str
    login: str | None
    href: str | None
    """None: learners have no page of their own there."""


def _of(values: Iterable[StrEnum]) -> dict[str, Text]:
    return {value.value: term(value).text for value in values}


_SAID: Mapping[str, Text] = {
    ProposalState.proposed: Text("已提请", "proposed"),
    ProposalState.rejected: Text("已驳回", "rejected"),
    ProposalState.expired: Text("已过期", "lapsed"),
    ProposalState.carried_out: Text("已批准并执行", "approved and carried out"),
}
_YES_NO = {"true": YES, "false": NO, "yes": YES, "no": NO}
VALUES: Mapping[str, Mapping[str, Text]] = {
    "outcome": {**_of(Outcome), **_SAID},
    "state": {**_of(FindingState), **{state.value: text for state, (text, _) in STATES.items()}, **_SAID},
    "request": {
        RequestKind.correction: Text("更正", "correction"),
        RequestKind.objection: Text("异议", "objection"),
    },
    "eligibility": _of(Eligibility),
    "outlook": _of(Outlook),
    "role": _of(Role),
    "severity": _of(Severity),
    "subject": _of(Subject),
    "closed": _YES_NO,
    "retroactive": _YES_NO,
}
"""By the key of a subject, then its value."""


def value_text(key: str, value: str) -> Text | None:
    """None: it is an id, a day or a name, which stands for itself."""
    if key == "organisation":
        return organisation_text(value)
    return VALUES.get(key, {}).get(value)


ORGANISATIONS: Mapping[str, Text] = {
    "platform": Text("培训平台", "training platform"),
    "enterprise": Text("企业", "enterprise"),
    "districts": Text("监管部门，区划", "regulator, districts"),
}
"""By what an entry of the trail writes before a colon."""


def organisation_text(organisation: str) -> Text:
    """For whom somebody acted, as an entry of the trail has it.

    >>> organisation_text("platform:live-a").en, organisation_text("nobody").en
    ('training platform live-a', 'nobody')
    >>> organisation_text("districts:110105,4402").zh
    '监管部门，区划 北京市朝阳区 110105、广东省韶关市 4402'
    """
    side, _, name = organisation.partition(":")
    told = ORGANISATIONS.get(side)
    if told is None:
        return Text(organisation, organisation)
    if side == "districts":
        name = "、".join(f"{name_of(code) or ''} {code}".strip() for code in name.split(","))
    return Text(f"{told.zh} {name}".strip(), f"{told.en} {name}".strip())


async def who_is_who(session: ReadSession, items: Iterable[TrailItem]) -> Mapping[str, Who]:
    """Of everybody whom the entries name, by their ids; insiders such as `worker` are not there."""
    every = list(items)
    ids = {item.actor_id for item in every}
    ids |= {item.subject[key] for item in every for key in (*PEOPLE, "client_id") if key in item.subject}
    people = await directory.identified(session, [ActorId(each) for each in ids])
    found = {
        str(user_id): Who(each.display_name, each.login, f"/users/{user_id}" if each.login else None)
        for user_id, each in people.items()
    }
    if not ids - found.keys():
        return found
    programs = {
        str(each.client_id): Who(each.name, None, f"/clients/{each.client_id}")
        for each in await list_clients(session)
        if each.client_id in ids
    }
    return {**found, **programs}
