"""`/api/v1/ledger/verifications`: whether a receipt, a paper, a recording or a bundle is genuine."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Desk, Resources, Shared
from app.api.files import FILES, verified_file, verified_proof
from app.api.language import Language, LanguageTag
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.standings import Shown
from app.core.vocabulary import Eligibility
from app.db.session import reading
from app.verification import service
from app.verification.files import FileKind
from app.verification.reading import read
from app.verification.schemas import About, Verdict, Verification

router = APIRouter(prefix="/api/v1/ledger", tags=["账本 / Ledger"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_ledger)]
MOST_TEXT = 400_000
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in FILES},
    }
}


class VerificationRequest(BaseModel):
    """所要核验的内容。What is to be verified."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(
        max_length=MOST_TEXT,
        title="回执、编号或哈希 / Receipt, number or hash",
        description="回执或证明的 JSON 全文；文件上的编号（UUID）；录像的哈希（sha256: 或 sm3: 加 64 位）。"
        "A receipt or proof as JSON, the number on a paper, or the hash of a recording.",
        examples=["sha256:" + "0" * 64],
    )
    eligibility: Eligibility | None = Field(
        default=None,
        title="纸面结论 / What the paper decides",
        description="仅用于判定编号：核对纸面结论是否与判定一致。Of a decision: compared with it.",
    )


class VerificationStep(Shown):
    """核验的一步。One thing that was looked at."""

    text: str = Field(title="所见 / What was found")
    holds: bool | None = Field(title="是否成立 / Whether it holds", description="null 仅供参考。Only said.")


class VerificationItem(Shown):
    """核验结果。What came of it."""

    about: About = Field(title="所核验的 / What was verified")
    verdict: Verdict = Field(
        title="结论 / Verdict",
        description="genuine 真实；not_genuine 不真实；replaced 真实但已被取代；"
        "unknown 无法判断，不说明有问题。"
        "replaced: genuine, but a later one stands in its place. "
        "unknown: it cannot be said, and nothing is said against it.",
    )
    why: str = Field(title="理由 / Why")
    remedy: str = Field(title="如何处理 / What to do")
    steps: Sequence[VerificationStep] = Field(title="步骤 / Steps")
    at: datetime | None = Field(title="收到、发出或登记时间 / Received, issued or registered at")
    ledger_index: int | None = Field(title="账本序号 / Ledger index", examples=[17])

    @classmethod
    def of(cls, found: Verification, language: LanguageTag) -> Self:
        return cls(
            about=found.about,
            verdict=found.verdict,
            why=found.why.in_language(language),
            remedy=found.remedy.in_language(language),
            steps=[
                VerificationStep(text=step.text.in_language(language), holds=step.holds)
                for step in found.steps
            ],
            at=found.at,
            ledger_index=found.ledger_index,
        )


@router.post("/verifications", summary="核验 / Verify", responses=documented(400, 415, 503))
async def verify(
    _caller: Reader, request: Request, wanted: VerificationRequest, shared: Shared, language: Language
) -> VerificationItem:
    """Genuine, not genuine, or unknown, with the steps; nothing personal is told.

    核验回执、文件编号、录像哈希或单条证明；不透露任何个人信息。
    """
    desk = shared.files_of_callers
    found = await verified_text(request, shared, desk, wanted.text, wanted.eligibility)
    return VerificationItem.of(found, language)


async def verified_text(
    request: Request, shared: Resources, desk: Desk, text: str, stated: Eligibility | None
) -> Verification:
    """For signed-in people and strangers alike: what is told is the same."""
    asked = read(text, stated)
    if asked.proof is not None:
        return await verified_proof(request, shared, desk, asked.proof)
    async with reading(shared.database, repeatable=True) as session:
        return await service.verify(session, asked)


@router.post(
    "/verifications/files",
    summary="核验证据包 / Verify a bundle",
    openapi_extra=BODY,
    responses=documented(400, 408, 413, 415, 503),
)
async def verify_bundle(
    _caller: Reader,
    request: Request,
    shared: Shared,
    language: Language,
    kind: Annotated[FileKind, Query(title="种类 / Kind")] = FileKind.bundle,
) -> VerificationItem:
    """A bundle (ZIP) or a proof (JSON) of at most 64 MiB: what the script for auditors says, line by line.

    由离线核验脚本逐项核验，只信任本账本的密钥；文件随请求结束而删除。
    """
    return VerificationItem.of(await verified_file(request, shared, shared.files_of_callers, kind), language)
