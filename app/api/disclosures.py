"""Proofs of one record and of one decision, for whoever may see them: `…/proof`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.batches import BatchPath
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.parameters import OnlyKnown
from app.api.personal_data import Purposeful
from app.api.problems import documented
from app.api.proof_schemas import DecisionProofAnswer, RecordProofAnswer
from app.core import clock
from app.core.ids import BatchId
from app.db.session import transaction
from app.evidence.disclosures import Desk
from app.evidence.errors import DecisionUnknown, LineUnknown
from app.rights.reveal import assert_within_limit

router = APIRouter(prefix="/api/v1", dependencies=[OnlyKnown])

DIGITS = 9


async def _line(line: Annotated[str, Path(title="行号 / Line", examples=["1"])]) -> int:
    """What is no line is not found, rather than invalid."""
    if not (line.isascii() and line.isdecimal() and len(line) <= DIGITS):
        raise LineUnknown
    return int(line)


LinePath = Annotated[int, Depends(_line)]


async def _decision_id(
    decision_id: Annotated[
        str, Path(title="判定编号 / Decision", examples=["019d4bb6-2af8-7a51-8c77-0f1e2d3c4b5a"])
    ],
) -> UUID:
    try:
        return UUID(decision_id)
    except ValueError:
        raise DecisionUnknown from None


@router.get(
    "/batches/{batch_id}/records/{line}/proof",
    summary="一条记录的证明 / The proof of one record",
    tags=["批次 / Batches"],
    responses=documented(404, 409),
)
async def record_proof(
    caller: Annotated[Caller, Allowed(Action.read_originals)],
    session: RepeatableUnit,
    shared: Shared,
    batch_id: BatchPath,
    line: LinePath,
) -> RecordProofAnswer:
    """For the platform that pushed it: the record as received, and its path to a signed checkpoint.

    仅限推送该批次的平台：记录原文，以及由该记录到已签名检查点的路径。行号与回执相同。
    """
    desk = Desk(session, shared.key_ring, caller, Action.read_originals)
    return RecordProofAnswer.of(await desk.record(batch_id, line))


class OriginalRequest(Purposeful):
    """查看一条原始记录及其证明。Asks for one record as it was received."""

    batch_id: UUID = Field(title="批次号 / Batch", examples=["019c8f4e-7a10-7cc3-98c4-dc0c0c07398f"])
    line: int = Field(ge=1, le=10**DIGITS, title="行号 / Line", examples=[1])


@router.post(
    "/personal-data/originals",
    summary="查看原始记录 / Reveal one record",
    tags=["个人信息 / Personal data"],
    responses=documented(400, 404, 409, 415, 429),
)
async def reveal_original(
    *, caller: Annotated[Caller, Allowed(Action.reveal_original)], wanted: OriginalRequest, shared: Shared
) -> RecordProofAnswer:
    """For officials, of class groups in their districts; counted and told like any other reveal.

    每次查看连同用途记入审计日志，计入每日上限，并向本人公示。所附证明与平台取得的相同。
    """
    # Not confined to the caller's rows: what was revealed before is counted in the trail. `reach` bounds it.
    async with transaction(shared.database, repeatable=True) as session:
        await assert_within_limit(session, caller.actor_id, shared.settings.reveals_per_day, clock.now())
        desk = Desk(session, shared.key_ring, caller, Action.reveal_original)
        told = await desk.record(BatchId(wanted.batch_id), wanted.line, wanted.why())
    return RecordProofAnswer.of(told)


@router.get(
    "/decisions/{decision_id}/proof",
    summary="一项判定的证明 / The proof of one decision",
    tags=["补贴资格 / Eligibility"],
    responses=documented(404, 409),
)
async def decision_proof(
    caller: Annotated[Caller, Allowed(Action.read_decision_proof)],
    session: RepeatableUnit,
    shared: Shared,
    decision_id: Annotated[UUID, Depends(_decision_id)],
) -> DecisionProofAnswer:
    """The document that was decided on, word for word, and its path to a signed checkpoint.

    判定文书原文，以及由该文书到已签名检查点的路径；被取代的判定亦可查。文书载明金额，不向平台提供。
    """
    desk = Desk(session, shared.key_ring, caller, Action.read_decision_proof)
    return DecisionProofAnswer.of(await desk.decision(decision_id))
