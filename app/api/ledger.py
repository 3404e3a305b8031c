"""`/api/v1/ledger`: the log for those who check it: checkpoints, keys, entries, proofs, tiles."""

import re
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, WithJsonSchema

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Shared, Snapshot
from app.api.ledger_schemas import (
    NOTE,
    CheckpointItem,
    ConsistencyProof,
    DrawItem,
    InclusionProof,
    KeyHistory,
    LogEntryItem,
    LogStanding,
)
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.core.ids import DrawId
from app.db.session import ReadSession
from app.ledger import (
    checkpoints_repository,
    draws,
    entries,
    log_keys,
    outlets_repository,
    proofs,
    publication,
    resources,
    service,
)
from app.ledger.checkpoint import Checkpoint
from app.ledger.errors import NoCheckpointYet, NoSuchDraw
from app.ledger.publication import Publishing

router = APIRouter(prefix="/api/v1/ledger", tags=["账本 / Ledger"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_ledger)]
TEXT, OCTETS = "text/plain", "application/octet-stream"
LARGEST = 2**53 - 1
NOWHERE = -1


def _whole(text: str) -> int:
    """A number in a path names something; what is none names nothing, and nothing is found."""
    return int(text) if re.fullmatch("0|[1-9][0-9]{0,15}", text) else NOWHERE


Numbered = WithJsonSchema({"type": "integer", "minimum": 0})
Size = Annotated[str, Path(title="条目数 / Entries", examples=[1200]), Numbered, AfterValidator(_whole)]
Index = Annotated[str, Path(title="序号 / Index", examples=[7]), Numbered, AfterValidator(_whole)]
DrawPath = Annotated[UUID, Path(title="抽样编号 / Draw")]
TREE_SIZE = "默认为最新检查点。By default that of the newest checkpoint."


def _as(media_type: str, description: str, example: object = None) -> dict[int | str, dict[str, Any]]:
    kind = {"type": "string"} if media_type == TEXT else {"type": "string", "format": "binary"}
    shown = {"schema": kind} | ({} if example is None else {"example": example})
    return {200: {"content": {media_type: shown}, "description": description}}


class ProofFormat(StrEnum):
    """How a proof is written."""

    json = "json"
    tlog_proof = "tlog-proof"


@router.get("", summary="账本状态 / How the log stands")
async def standing(_caller: Reader, session: Snapshot) -> LogStanding:
    """Entries are sequenced, then integrated, then published; where nothing is signed it says why.

    条目先排序，再纳入树，再随检查点发布；拒绝签发时说明原因。
    """
    return LogStanding.of(await service.state(session))


@router.get(
    "/checkpoint",
    summary="最新检查点 / The newest checkpoint",
    response_class=Response,
    responses=_as(TEXT, "C2SP tlog-checkpoint, UTF-8", NOTE) | documented(404),
)
async def checkpoint(_caller: Reader, session: Reading) -> Response:
    """账本与见证人签名的树头（C2SP tlog-checkpoint）。The signed tree head, with cosignatures."""
    return _text((await _newest(session)).note)


@router.get("/checkpoints", summary="检查点列表 / Checkpoints", responses=documented(400))
async def checkpoints(_caller: Reader, session: Reading, page: Page) -> Listing[CheckpointItem]:
    """最新的在前。The newest first."""
    key = page.after(int)
    before = None if key is None else int(str(key[0]))
    found = await checkpoints_repository.checkpoints(session, before, page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda each: (each.size,))
    return Listing(items=[CheckpointItem.of(each) for each in rows], next_cursor=next_cursor)


@router.post("/checkpoints", summary="立即发布 / Publish now", responses=documented(404, 409))
async def publish(
    _caller: Annotated[Caller, Allowed(Action.publish_checkpoint)], shared: Shared
) -> CheckpointItem:
    """已提交的全部条目立即排序、纳入并签名。All that is committed is sequenced, integrated, signed."""
    publishing = Publishing.of(shared.settings)
    published = await publication.publish(shared.database, shared.key_ring, publishing)
    if published is None:
        raise NoCheckpointYet
    return CheckpointItem.of(published)


@router.get(
    "/checkpoints/{size}",
    summary="历史检查点 / A checkpoint",
    response_class=Response,
    responses=_as(TEXT, "C2SP tlog-checkpoint, UTF-8", NOTE) | documented(404),
)
async def checkpoint_of_size(_caller: Reader, session: Reading, size: Size) -> Response:
    """该条目数时发布的检查点。The checkpoint that was published at this size."""
    return _text((await publication.checkpoint_of(session, int(size))).note)


@router.get("/keys", summary="验签密钥 / Verifier keys")
async def keys(_caller: Reader, session: Reading) -> KeyHistory:
    """账本历来的签名密钥。请与另行取得的密钥核对。Compare them with keys that you got elsewhere."""
    return KeyHistory.of(await log_keys.history(session), await outlets_repository.witness_keys(session))


@router.get("/draws/{draw_id}", summary="抽样 / A draw", responses=documented(404))
async def draw(
    caller: Annotated[Caller, Allowed(Action.read_draws)], session: Snapshot, draw_id: DrawPath
) -> DrawItem:
    """Who could be drawn, by which checkpoint, and who was; of all platforms, so not for one district.

    总体、抽取的检查点与抽中者；涉及各平台，故仅限不受区划限制的账号。
    """
    if caller.reach.districts is not None:
        raise NoSuchDraw
    return DrawItem.of(*await draws.told(session, DrawId(draw_id)))


@router.get("/entries/{index}", summary="账本条目 / An entry", responses=documented(404))
async def entry(_caller: Reader, session: Reading, index: Index) -> LogEntryItem:
    """信封一字不差，不含个人信息。The envelope verbatim; nothing in it is personal."""
    return LogEntryItem.of(await entries.entry(session, int(index)))


@router.get(
    "/proofs/inclusion",
    summary="包含证明 / Inclusion proof",
    response_model=InclusionProof,
    responses={
        200: {"content": {TEXT: {"schema": {"type": "string"}}}},
        **documented(404, 409),
    },
)
async def inclusion(
    _caller: Reader,
    session: Snapshot,
    index: Annotated[int, Query(ge=0, le=LARGEST, title="序号 / Index", examples=[7])],
    size: Annotated[
        int | None, Query(ge=1, le=LARGEST, title="条目数 / Entries", description=TREE_SIZE)
    ] = None,
    form: Annotated[
        ProofFormat,
        Query(alias="format", title="格式 / Format", description="tlog-proof：C2SP 文本。C2SP text."),
    ] = ProofFormat.json,
) -> InclusionProof | Response:
    """That the entry is in the tree of this size. As tlog-proof it is a file that verifies offline.

    证明条目在该条目数的树中。tlog-proof 为可离线核验的文件。
    """
    wanted = (await _newest(session)).size if size is None else size
    proof = await proofs.inclusion(session, index, wanted)
    if form is ProofFormat.tlog_proof:
        return _text(proofs.tlog_proof(proof, await publication.checkpoint_of(session, wanted)))
    return InclusionProof.of(proof, await checkpoints_repository.checkpoint(session, wanted))


@router.get("/proofs/consistency", summary="一致性证明 / Consistency proof", responses=documented(404, 409))
async def consistency(
    _caller: Reader,
    session: Snapshot,
    old: Annotated[int, Query(alias="from", ge=1, le=LARGEST, title="原条目数 / From", examples=[1])],
    new: Annotated[
        int | None,
        Query(alias="to", ge=1, le=LARGEST, title="现条目数 / To", description=TREE_SIZE),
    ] = None,
) -> ConsistencyProof:
    """证明后一棵树延续前一棵，没有改动或删除。That nothing of the older tree was changed or taken away."""
    size = (await _newest(session)).size if new is None else new
    path = await proofs.consistency(session, old, size)
    return ConsistencyProof.model_validate({"from": old, "to": size, "path": [each.hex() for each in path]})


@router.get(
    "/tile/{level}/{path:path}",
    summary="分块 / A tile",
    response_class=Response,
    responses=_as(OCTETS, "C2SP tlog-tiles") | documented(404),
)
async def tile(
    _caller: Reader,
    session: Snapshot,
    level: Annotated[str, Path(title="层 / Level", description="0-63, entries", examples=["0"])],
    path: Annotated[str, Path(title="编号 / Number", examples=["x001/067.p/8"])],
) -> Response:
    """C2SP tlog-tiles 编码，entries 为信封。As tlog-tiles encodes them; `entries`: the envelopes below."""
    wanted = resources.parse(level, path)
    size = (await _newest(session)).size
    return Response(await resources.content(session, wanted, size), media_type=OCTETS)


async def _newest(session: ReadSession) -> Checkpoint:
    found = await publication.newest(session)
    if found is None:
        raise NoCheckpointYet
    return found


def _text(text: str) -> Response:
    return Response(text, media_type=TEXT)
