"""`/api/v1/policies`: checking and proposing a text of a policy. Approving is `/api/v1/approvals`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.approvals import ACTS, ProposalItem
from app.api.deps import Allowed, Reading, Resources, Shared
from app.api.parameters import OnlyKnown
from app.api.policies import AS_TEXT, YAML
from app.api.problems import documented
from app.api.standings import Shown
from app.api.visitors import Person
from app.core import clock
from app.db.session import ReadSession, transaction
from app.people.sessions import assert_fresh
from app.policies import answers, publication
from app.policies.difference_schemas import Difference
from app.policies.differences import difference
from app.policies.publication import Checked
from app.policies.texts import MOST_BYTES

router = APIRouter(prefix="/api/v1/policies", tags=["政策 / Policies"], dependencies=[OnlyKnown])

EXAMPLE = "programme: standard\ntitle: {zh: 缺省项目, en: Default programme}\n…"


class WantedText(BaseModel):
    """一份政策包全文。A policy pack, whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(
        min_length=1,
        max_length=MOST_BYTES,
        title="全文 / Text",
        description="YAML：现行各版本一字不改，并增加新的施行日。"
        "YAML with all versions in force as they are, and values of new days.",
        examples=[EXAMPLE],
    )


class WantedPublication(WantedText):
    """提请发布一份政策包全文。A policy pack, whole, that is to be in force."""

    reason: str = Field(
        min_length=1, max_length=500, pattern=r"\S", title="理由 / Reason", examples=["修订文件已印发"]
    )
    retroactive: bool = Field(
        default=False,
        title="追溯 / Retroactive",
        description="true：允许新版本的施行日早于发布日，已开班的班级将重新评定。"
        "true: new versions may lie before the day of publication; class groups are judged anew.",
    )


class CheckedVersion(Shown):
    """文本中的一个版本。A version in the text."""

    version: str = Field(title="版本 / Version", examples=["2027-01-01"])
    effective_from: date = Field(title="施行日 / In force from")
    content_hash: str = Field(title="内容哈希 / Content hash")
    is_new: bool = Field(title="新增 / New", description="false：已施行。False: it is in force already.")
    is_retroactive: bool = Field(
        title="追溯 / Retroactive", description="施行日早于今日。It lies before today."
    )
    difference: Difference | None = Field(
        title="差异 / Difference",
        description="新版本与文本中前一版本的差异；已施行的为 null。"
        "Of a new version against the one before it in the text; null where it is in force.",
    )


class CheckedText(Shown):
    """可以提请发布的文本。A text that may be proposed."""

    policy_id: str = Field(title="政策包 / Policy", examples=["standard"])
    versions: Sequence[CheckedVersion] = Field(title="版本 / Versions")
    lines: Sequence[str] = Field(
        title="逐行差异 / Lines",
        description="与现行文本的统一差异格式；新政策包为全文。"
        "Unified diff against the text in force; of a new policy the whole text.",
    )


@router.post("/check", summary="检查文本 / Check a text", responses=documented(409, 422))
async def check_policy(
    _caller: Annotated[Caller, Allowed(Action.check_policy)],
    wanted: WantedText,
    session: Reading,
    shared: Shared,
) -> CheckedText:
    """不保存任何内容；指出每一处错误及其所在行。Stores nothing, and names every mistake with its line."""
    return await checked_text(session, shared, wanted.text)


async def checked_text(session: ReadSession, shared: Resources, text: str) -> CheckedText:
    """What it would bring into force; raises where it could not be published."""
    checked = await publication.check(session, text)
    lines = await answers.lines_changed(session, shared.library, checked.policy_id, text)
    return _told(checked, lines)


@router.post(
    "/proposals", summary="提请发布 / Propose a text", status_code=201, responses=documented(409, 422)
)
async def propose_policy(
    caller: Annotated[Caller, Allowed(Action.propose_policy)],
    person: Person,
    wanted: WantedPublication,
    shared: Shared,
) -> ProposalItem:
    """另一人在 /api/v1/approvals 批准后即施行。In force once another person approves at /api/v1/approvals."""
    assert_fresh(shared.settings, person, clock.now())
    async with transaction(shared.database) as session:
        made = await publication.propose(
            session, ACTS, caller, wanted.text, reason=wanted.reason, retroactive=wanted.retroactive
        )
    return ProposalItem.model_validate(made)


@router.get(
    "/texts/{text_hash}",
    summary="提请的文本 / A proposed text",
    response_class=Response,
    responses=AS_TEXT | documented(404),
)
async def proposed_text(
    _caller: Annotated[Caller, Allowed(Action.read_approvals)],
    session: Reading,
    text_hash: Annotated[str, Path(title="文本哈希 / Hash of the text", examples=["ab" * 32])],
) -> Response:
    """审批人据此阅读提请内容。What an approver reads before deciding."""
    return Response(await answers.proposed_text(session, text_hash), media_type=YAML)


def _told(checked: Checked, lines: Sequence[str]) -> CheckedText:
    today = clock.today()
    return CheckedText(
        policy_id=checked.policy_id,
        lines=lines,
        versions=[
            CheckedVersion(
                version=version.version,
                effective_from=version.effective_from,
                content_hash=version.content_hash.hex(),
                is_new=version in checked.news,
                is_retroactive=version in checked.before(today),
                difference=difference(former, version) if version in checked.news else None,
            )
            for former, version in zip((None, *checked.versions), checked.versions, strict=False)
        ],
    )
