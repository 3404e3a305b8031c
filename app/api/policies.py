"""`/api/v1/policies`: what is asked, by which clause, since when. Open to every role."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Shared
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.policies import answers
from app.policies.difference_schemas import Difference
from app.policies.schemas import Policy, PolicySummary, PolicyVersion

router = APIRouter(prefix="/api/v1/policies", tags=["政策 / Policies"])
YAML = "application/yaml"
AS_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {YAML: {"schema": {"type": "object"}}}, "description": "YAML, UTF-8"}
}

Reader = Annotated[Caller, Allowed(Action.read_policies)]
PolicyPath = Annotated[str, Path(title="政策包 / Policy", examples=["standard"])]
VersionPath = Annotated[str, Path(title="版本 / Version", examples=["2020-01-01"])]


@router.get("", summary="政策包列表 / Policies", responses=documented(400))
async def policies(_caller: Reader, shared: Shared, session: Reading, page: Page) -> Listing[PolicySummary]:
    """各政策包及其版本。Every policy with its versions."""
    after = page.after(str)
    listed = await answers.list_policies(session, shared.library)
    found = [each for each in listed if after is None or (each.policy_id,) > after]
    rows, next_cursor = page.cut(found, key=lambda each: (each.policy_id,))
    return Listing(items=rows, next_cursor=next_cursor)


@router.get("/{policy_id}", summary="政策包 / A policy", responses=documented(404))
async def policy(_caller: Reader, shared: Shared, session: Reading, policy_id: PolicyPath) -> Policy:
    """政策参数的全部取值及其条款。All values of its parameters with their clauses."""
    return await answers.policy(session, shared.library, policy_id)


@router.get(
    "/{policy_id}/text",
    summary="现行文本 / The text in force",
    response_class=Response,
    responses=AS_TEXT | documented(404),
)
async def text(_caller: Reader, shared: Shared, session: Reading, policy_id: PolicyPath) -> Response:
    """最新版本所在的 YAML 原文，可在其上增加施行日。The YAML of the newest version, to add a day to."""
    found = await answers.text_in_force(session, shared.library, policy_id, None)
    return Response(found, media_type=YAML)


@router.get(
    "/{policy_id}/versions/{version}", summary="政策版本 / A version of a policy", responses=documented(404)
)
async def version(
    _caller: Reader, shared: Shared, session: Reading, policy_id: PolicyPath, version: VersionPath
) -> PolicyVersion:
    """一个版本的全部参数、规则与登记。One version whole: parameters, rules, and how it came into force."""
    return await answers.version(session, shared.library, policy_id, version)


@router.get(
    "/{policy_id}/versions/{version}/changes",
    summary="版本差异 / What a version changes",
    responses=documented(400, 404),
    dependencies=[OnlyKnown],
)
async def changes(
    *,
    _caller: Reader,
    shared: Shared,
    session: Reading,
    policy_id: PolicyPath,
    version: VersionPath,
    since: Annotated[
        str | None,
        Query(
            title="对照版本 / Compared with",
            description="缺省为前一版本。By default the version before it.",
            max_length=32,
        ),
    ] = None,
) -> Difference:
    """新增、取消和变更的规则、条款、阈值及其他规定。Rules, clauses, thresholds and provisions that differ."""
    return await answers.changes(session, shared.library, policy_id, version, since)


@router.get(
    "/{policy_id}/versions/{version}/text",
    summary="版本原文 / The text of a version",
    response_class=Response,
    responses=AS_TEXT | documented(404),
)
async def text_of_version(
    _caller: Reader, shared: Shared, session: Reading, policy_id: PolicyPath, version: VersionPath
) -> Response:
    """该版本所在的 YAML 原文，一字不差。The YAML that the version stands in, word for word."""
    found = await answers.text_in_force(session, shared.library, policy_id, version)
    return Response(found, media_type=YAML)
