"""Publishing a policy: its text is checked, compared and tried out; one proposes it, and another approves."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.api import problems
from app.api.approvals import ProposalItem, one_proposal
from app.api.deps import Allowed, Resources, Shared, Snapshot
from app.api.form import form_fields
from app.api.pagination import PageRequest
from app.api.parameters import OnlyKnown
from app.api.policies import PolicyPath
from app.api.policies import policy as read_policy
from app.api.policies import version as read_version
from app.api.policy_publication import (
    CheckedText,
    WantedPublication,
    WantedText,
    check_policy,
    checked_text,
    propose_policy,
)
from app.api.simulations import SimulationAnswer, Wanted, simulate
from app.api.visitors import Person
from app.core import clock
from app.core.errors import AppError, NotFound, Text
from app.db.session import ReadSession
from app.people.errors import FreshProofNeeded
from app.people.sessions import assert_fresh
from app.policies import answers
from app.policies.errors import PolicyNotFound, PolicyVersionNotFound
from app.policies.publication import PUBLISH_POLICY
from app.policies.schemas import Bilingual
from app.records.selection import Selection
from app.web.pages import PageRoute, go, page
from app.web.policy_words import WORDS
from app.web.proposals import tell

router = APIRouter(
    prefix="/policies", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)
Checker = Annotated[Caller, Allowed(Action.check_policy)]
SHOWN = PageRequest(limit=20, cursor=None)
"""Of those who would change."""


class Tested(NamedTuple):
    text: str
    checked: CheckedText


class Tried(NamedTuple):
    """A text as it was checked, and what it would do."""

    checked: CheckedText | None = None
    effect: SimulationAnswer | None = None
    untried: AppError | None = None
    """Why no effect is told."""
    titles: Mapping[str, Bilingual] = {}
    error: AppError | None = None
    """Why it cannot be published."""


@router.get("/{policy_id}/publish")
async def write(
    *,
    request: Request,
    caller: Checker,
    person: Person,
    policy_id: PolicyPath,
    session: Snapshot,
    shared: Shared,
) -> Response:
    """Who may propose proves who it is before the text is written: asked for later, the text is lost."""
    if caller.role in TABLE[Action.propose_policy]:
        assert_fresh(shared.settings, person, clock.now())
    text = await answers.text_in_force(session, shared.library, policy_id, None)
    return _page(request, policy_id, text, Tried())


@router.post("/{policy_id}/publish")
async def check(
    *, request: Request, caller: Checker, policy_id: PolicyPath, session: Snapshot, shared: Shared
) -> Response:
    text = _text_of(await form_fields(request))
    try:
        checked = await check_policy(caller, WantedText(text=text), session, shared)
    except ValidationError as fault:
        return _page(request, policy_id, text, Tried(error=_fault(request, fault)))
    except AppError as error:
        return _page(request, policy_id, text, Tried(error=error))
    return _page(
        request, policy_id, text, await _tried(request, caller, session, shared, Tested(text, checked))
    )


@router.post("/{policy_id}/publish/proposals")
async def propose(
    *,
    request: Request,
    caller: Annotated[Caller, Allowed(Action.propose_policy)],
    person: Person,
    policy_id: PolicyPath,
    shared: Shared,
) -> Response:
    form = await form_fields(request)
    text = _text_of(form)
    try:
        wanted = WantedPublication(
            text=text, reason=form.get("reason", ""), retroactive=form.get("retroactive") == "yes"
        )
        made = await propose_policy(caller, person, wanted, shared)
    except ValidationError as fault:
        return _page(request, policy_id, text, Tried(error=_fault(request, fault)))
    except FreshProofNeeded as stale:
        return _page(request, policy_id, text, Tried(error=stale))
    except AppError as error:
        return _page(request, policy_id, text, Tried(error=error))
    return go(f"/policies/proposals/{made.proposal_id}")


@router.get("/proposals/{proposal_id}")
async def proposal(
    *,
    request: Request,
    caller: Annotated[Caller, Allowed(Action.read_approvals)],
    session: Snapshot,
    shared: Shared,
    found: Annotated[ProposalItem, Depends(one_proposal)],
) -> Response:
    """What the second person reads: the same text, difference and effect. Decided at the desk."""
    if found.act != PUBLISH_POLICY.name:
        raise NotFound(Text("这不是政策发布的提请。", "This proposal is about no policy."))
    text = await answers.proposed_text(session, found.arguments["text"])
    try:
        checked = await checked_text(session, shared, text)
    except AppError as error:
        tried = Tried(error=error)
    else:
        tried = await _tried(request, caller, session, shared, Tested(text, checked))
    (told,) = await tell(session, shared.library, caller, [found])
    return _shown(request, "policy_proposal", text, tried, proposal=found, named=told)


async def _tried(
    request: Request, caller: Caller, session: ReadSession, shared: Resources, tested: Tested
) -> Tried:
    """With its effect where the role may know; one that cannot be told is no mistake of the text."""
    text, checked = tested
    titles = await _titles(caller, session, shared, checked)
    if caller.role not in TABLE[Action.read_simulation]:
        return Tried(checked, titles=titles)
    try:
        effect = await simulate(
            caller=permit(caller, Action.read_simulation),
            policy_id=checked.policy_id,
            wanted=Wanted(text=text),
            selection=Selection(),
            session=session,
            shared=shared,
            page=SHOWN,
            request=request,
        )
    except AppError as error:
        return Tried(checked, untried=error, titles=titles)
    return Tried(checked, effect, titles=titles)


async def _titles(
    caller: Caller, session: ReadSession, shared: Resources, checked: CheckedText
) -> dict[str, Bilingual]:
    """Of rules, by their codes: of those in force, and of those that the text brings."""
    changed = [each.difference for each in checked.versions if each.difference is not None]
    new = {item.code: item.title for difference in changed for item in difference.items}
    try:
        found = await read_policy(caller, shared, session, checked.policy_id)
        stands = await read_version(caller, shared, session, found.policy_id, found.versions[-1].version)
    except (PolicyNotFound, PolicyVersionNotFound):
        return new
    return {**{rule.code: rule.title for rule in stands.rules}, **new}


def _fault(request: Request, fault: ValidationError) -> AppError:
    return problems.of_faults(request, [{**each, "loc": ("body", *each["loc"])} for each in fault.errors()])


def _text_of(form: Mapping[str, str]) -> str:
    """Browsers send lines with two characters at their ends, whatever they were given."""
    return form.get("text", "").replace("\r\n", "\n")


def _page(request: Request, policy_id: str, text: str, tried: Tried) -> Response:
    return _shown(request, "policy_publish", text, tried, policy_id=policy_id)


def _shown(request: Request, template: str, text: str, tried: Tried, **more: Any) -> Response:  # noqa: ANN401 (whatever the template asks for)
    status = tried.error.status if tried.error and template == "policy_publish" else HTTPStatus.OK
    context = tried._asdict() | {"error": None, "refusal": tried.error} | more
    needs_proof = isinstance(tried.error, FreshProofNeeded)
    return page(request, template, status=status, text=text, needs_proof=needs_proof, **context, **WORDS)
