"""Policies: what each asks and by which clause, its versions, and what one version changes."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.api.deps import Reading, Shared
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.api.policies import Reader
from app.api.policies import changes as read_changes
from app.api.policies import policies as list_policies
from app.api.policies import policy as read_policy
from app.api.policies import version as read_version
from app.core import clock
from app.policies.difference_schemas import Difference
from app.policies.schemas import Policy, PolicySummary, PolicyVersion, VersionSummary
from app.web.pages import PageRoute, page
from app.web.policy_words import WORDS

router = APIRouter(
    prefix="/policies", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)


@router.get("")
async def policies(
    request: Request, found: Annotated[Listing[PolicySummary], Depends(list_policies)]
) -> Response:
    standing = {each.policy_id: in_force(each.versions) for each in found.items}
    return page(request, "policies", found=found, standing=standing)


@router.get("/{policy_id}")
async def policy(
    *,
    request: Request,
    caller: Reader,
    shared: Shared,
    session: Reading,
    found: Annotated[Policy, Depends(read_policy)],
) -> Response:
    """The version that judges class groups which start today."""
    named = in_force(found.versions).version
    shown = await read_version(caller, shared, session, found.policy_id, named)
    return _version_page(request, found, shown)


@router.get("/{policy_id}/versions/{version}")
async def version(
    request: Request,
    found: Annotated[Policy, Depends(read_policy)],
    shown: Annotated[PolicyVersion, Depends(read_version)],
) -> Response:
    return _version_page(request, found, shown)


@router.get("/{policy_id}/versions/{version}/changes")
async def changes(
    request: Request,
    found: Annotated[Policy, Depends(read_policy)],
    difference: Annotated[Difference, Depends(read_changes)],
) -> Response:
    return page(request, "policy_changes", policy=found, difference=difference, **WORDS)


def in_force(versions: Sequence[VersionSummary]) -> VersionSummary:
    """The one of today; where all begin later, the first."""
    today = clock.today()
    return next((each for each in reversed(versions) if each.effective_from <= today), versions[0])


def _version_page(request: Request, found: Policy, shown: PolicyVersion) -> Response:
    values = {each.name: each for each in shown.parameters}
    asked = {rule.comparison.parameter for rule in shown.rules}
    told = asked | {
        each.parameter
        for each in (*shown.provisions.subsidy, *shown.provisions.clocks, *shown.provisions.retention)
    }
    context: dict[str, Any] = {
        "policy": found,
        "shown": shown,
        "values": values,
        "others": [each for each in shown.parameters if each.name not in told],
        "is_in_force": in_force(found.versions).version == shown.version,
    }
    return page(request, "policy", **context, **WORDS)
