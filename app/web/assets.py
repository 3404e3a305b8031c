"""The style and the one script of the pages."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse, RedirectResponse

from app.core.errors import NotFound, Text
from app.web.pages import HOME, PageRoute, go

_DIRECTORY = Path(__file__).parent / "static"
_MEDIA_TYPES = {"style.css": "text/css", "passkeys.js": "text/javascript"}

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def front() -> RedirectResponse:
    return go(HOME)


@router.get("/static/{asset}")
async def static(asset: Annotated[str, InPath()]) -> FileResponse:
    if asset not in _MEDIA_TYPES:
        raise NotFound(Text("没有这个文件。", "There is no such file."))
    headers = {"Cache-Control": "public, max-age=3600"}
    return FileResponse(_DIRECTORY / asset, media_type=_MEDIA_TYPES[asset], headers=headers)
