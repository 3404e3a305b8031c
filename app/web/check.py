"""Whether something is genuine: a public page, and the same within the ledger. Files come as plain bodies."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.api.deps import Desk, Resources, Shared, confinement_of
from app.api.files import verified_file
from app.api.form import form_fields
from app.api.ledger import Reader
from app.api.parameters import OnlyKnown
from app.api.verifications import verified_text
from app.api.visitors import own_origin
from app.core.vocabulary import Eligibility
from app.custody import service as custody
from app.custody.schemas import VideoView
from app.db.session import reading
from app.people import visits
from app.records.selection import Selection
from app.verification.files import MOST_BYTES, SCRIPT, FileKind, trusted_keys
from app.verification.reading import read
from app.verification.schemas import Verification
from app.web.forms import form_of
from app.web.pages import PageRoute, page

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

PAPERS = (Eligibility.eligible, Eligibility.ineligible, Eligibility.insufficient_evidence)
SHOWN_VIDEOS = 20
Kind = Annotated[FileKind, Query()]


@router.get("/check")
async def ask(request: Request, shared: Shared) -> Response:
    return await _page(request, shared, "check")


@router.post("/check")
async def check(request: Request, shared: Shared) -> Response:
    form = await form_of(request, shared.settings)
    return await _page(
        request,
        shared,
        "check",
        found=await _verified(request, shared, shared.files_of_strangers, form),
        typed=form.get("text", ""),
    )


@router.post("/check/file")
async def check_file(request: Request, shared: Shared, kind: Kind = FileKind.bundle) -> Response:
    """A part of the page: the script puts it there."""
    visits.assert_from_here(request.headers, own_origin=own_origin(request, shared.settings))
    return await _file(request, shared, shared.files_of_strangers, kind)


@router.get("/check/verify.py")
async def script() -> Response:
    headers = {"Content-Disposition": 'attachment; filename="verify.py"'}
    return Response(_script()[0], media_type="text/plain", headers=headers)


@router.get("/ledger/check")
async def ask_inside(request: Request, _caller: Reader, shared: Shared) -> Response:
    return await _page(request, shared, "ledger_check")


@router.post("/ledger/check")
async def check_inside(request: Request, caller: Reader, shared: Shared) -> Response:
    form = await form_fields(request)
    found = await _verified(request, shared, shared.files_of_callers, form)
    videos = await _videos(shared, caller, read(form.get("text", "")).hash)
    return await _page(
        request, shared, "ledger_check", found=found, videos=videos, typed=form.get("text", "")
    )


@router.post("/ledger/check/file")
async def check_file_inside(
    request: Request, _caller: Reader, shared: Shared, kind: Kind = FileKind.bundle
) -> Response:
    return await _file(request, shared, shared.files_of_callers, kind)


async def _file(request: Request, shared: Resources, desk: Desk, kind: FileKind) -> Response:
    found = await verified_file(request, shared, desk, kind)
    return page(request, "check_answer", found=found, videos=())


async def _verified(request: Request, shared: Resources, desk: Desk, form: dict[str, str]) -> Verification:
    stated = next((each for each in PAPERS if each == form.get("eligibility")), None)
    return await verified_text(request, shared, desk, form.get("text", ""), stated)


async def _videos(shared: Resources, caller: Caller, named: str | None) -> Sequence[VideoView]:
    """Where the recording is registered, for who may see videos, as far as that reaches."""
    if named is None or caller.role not in TABLE[Action.read_videos]:
        return ()
    reach = permit(caller, Action.read_videos).reach
    hashes = [named] if ":" in named else [f"sha256:{named}", f"sm3:{named}"]
    async with reading(shared.database, within=confinement_of(reach)) as session:
        return await custody.list_videos(
            session, Selection().within(reach), hashes=hashes, limit=SHOWN_VIDEOS
        )


async def _page(
    request: Request,
    shared: Resources,
    template: str,
    *,
    found: Verification | None = None,
    videos: Sequence[VideoView] = (),
    typed: str = "",
) -> Response:
    context: dict[str, Any] = {"found": found, "videos": videos, "typed": typed, "papers": PAPERS}
    async with reading(shared.database) as session:
        context["vkeys"] = await trusted_keys(session)
    return page(request, template, **context, most_bytes=MOST_BYTES, script_hash=_script()[1])


@lru_cache(maxsize=1)
def _script() -> tuple[bytes, str]:
    """The script for auditors, and its SHA-256."""
    content = SCRIPT.read_bytes()
    return content, sha256(content).hexdigest()
