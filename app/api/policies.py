"""`/api/v1/policies`: what is asked, by which clause, since when. Open to every role."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared
from app.api.pagination import Listing, Page
from app.api.problems import documented
from app.policies.schemas import Policy, PolicySummary, PolicyVersion

router = APIRouter(prefix="/api/v1/policies", tags=["政策 / Policies"])

Reader = Annotated[Caller, Allowed(Action.read_policies)]
PolicyPath = Annotated[str, Path(title="政策包 / Policy", examples=["standard"])]
VersionPath = Annotated[str, Path(title="版本 / Version", examples=["2020-01-01"])]


@router.get("", summary="政策包列表 / Policies", responses=documented(400))
async def policies(_caller: Reader, shared: Shared, page: Page) -> Listing[PolicySummary]:
    """各政策包及其版本。Every policy with its versions."""
    after = page.after(str)
    found = [each for each in shared.policies.policies() if after is None or (each.policy_id,) > after]
    rows, next_cursor = page.cut(found, key=lambda each: (each.policy_id,))
    return Listing(items=rows, next_cursor=next_cursor)


@router.get("/{policy_id}", summary="政策包 / A policy", responses=documented(404))
async def policy(_caller: Reader, shared: Shared, policy_id: PolicyPath) -> Policy:
    """政策参数的全部取值及其条款。All values of its parameters with their clauses."""
    return shared.policies.policy(policy_id)


@router.get(
    "/{policy_id}/versions/{version}", summary="政策版本 / A version of a policy", responses=documented(404)
)
async def version(
    _caller: Reader, shared: Shared, policy_id: PolicyPath, version: VersionPath
) -> PolicyVersion:
    """一个版本的全部参数与规则。One version whole: its parameters and rules."""
    return shared.policies.version(policy_id, version)
