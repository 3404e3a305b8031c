"""The ledger: how it stands in plain words, checkpoints, keys, draws, deep checks, and single entries."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.api import deep_checks as api_deep_checks
from app.api import draws as api_draws
from app.api import ledger as api
from app.api.deep_checks import DeepCheckItem
from app.api.deps import Allowed, Reading, Shared, Snapshot
from app.api.draws import DrawSummary
from app.api.form import form_fields
from app.api.ledger import LARGEST, DrawPath, Index, Reader, Size
from app.api.ledger_schemas import CheckpointItem, DrawItem, KeyHistory, LogEntryItem, LogStanding
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.audit import service as audit
from app.db.session import ReadSession
from app.ledger import proofs, publication
from app.web import ledger_words as words
from app.web.pages import PageRoute, go, page

router = APIRouter(prefix="/ledger", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])


@router.get("")
async def ledger(
    request: Request, caller: Reader, session: Snapshot, found: Annotated[LogStanding, Depends(api.standing)]
) -> Response:
    check = await _last_check(session, caller)
    return page(request, "ledger", found=found, check=check, words=words)


async def _last_check(session: ReadSession, caller: Caller) -> DeepCheckItem | None:
    if caller.role not in TABLE[Action.read_deep_checks]:
        return None
    is_bound = permit(caller, Action.read_deep_checks).reach.districts is not None
    found = await audit.checks(session, before=None, limit=1)
    return DeepCheckItem.of(found[0], is_bound=is_bound) if found else None


@router.post("/publish")
async def publish_now(
    request: Request, caller: Annotated[Caller, Allowed(Action.publish_checkpoint)], shared: Shared
) -> Response:
    await form_fields(request)
    published = await api.publish(caller, shared)
    return go(f"/ledger/checkpoints/{published.size}")


@router.get("/checkpoints")
async def checkpoints(
    request: Request, found: Annotated[Listing[CheckpointItem], Depends(api.checkpoints)]
) -> Response:
    return page(request, "ledger_checkpoints", found=found)


@router.get("/checkpoints/{size}")
async def checkpoint(request: Request, _caller: Reader, session: Reading, size: Size) -> Response:
    found = CheckpointItem.of(await publication.checkpoint_of(session, int(size)))
    return page(request, "ledger_checkpoint", found=found)


@router.get("/keys")
async def keys(request: Request, found: Annotated[KeyHistory, Depends(api.keys)]) -> Response:
    return page(request, "ledger_keys", found=found)


@router.get("/draws")
async def draws(
    request: Request, found: Annotated[Listing[DrawSummary], Depends(api_draws.draws)]
) -> Response:
    return page(request, "ledger_draws", found=found)


@router.get("/draws/{draw_id}")
async def draw(
    request: Request, draw_id: DrawPath, found: Annotated[DrawItem, Depends(api.draw)]
) -> Response:
    return page(request, "ledger_draw", found=found, draw_id=draw_id)


@router.get("/deep-checks")
async def deep_checks(
    request: Request, found: Annotated[Listing[DeepCheckItem], Depends(api_deep_checks.deep_checks)]
) -> Response:
    return page(request, "ledger_deep_checks", found=found)


@router.get("/entries")
async def find_entry(
    _caller: Reader, index: Annotated[int | None, Query(ge=0, le=LARGEST)] = None
) -> Response:
    return go("/ledger" if index is None else f"/ledger/entries/{index}")


@router.get("/entries/{index}")
async def entry(
    request: Request,
    _caller: Reader,
    session: Snapshot,
    index: Index,
    found: Annotated[LogEntryItem, Depends(api.entry)],
) -> Response:
    proof = await _proved(session, int(index))
    fields = words.fields_of(found.envelope)
    return page(request, "ledger_entry", found=found, fields=fields, words=words, **proof)


async def _proved(session: ReadSession, index: int) -> dict[str, Any]:
    """The way up to the newest checkpoint; None while that does not cover the entry."""
    newest = await publication.newest(session)
    if newest is None or index >= newest.size:
        return {"steps": None, "checkpoint": None, "holds": False}
    steps = proofs.steps_of(await proofs.inclusion(session, index, newest.size))
    reached = steps[-1].node if steps else None
    holds = reached == newest.root if steps else newest.size == 1
    return {"steps": steps, "checkpoint": CheckpointItem.of(newest), "holds": holds}
