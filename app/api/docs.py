"""The API reference as a page: Swagger UI from a package, so that it works with no internet."""

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from app.api.openapi import openapi_document
from app.core.errors import NotFound, Text

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>监督平台 API / Supervision platform API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
});
"""


class Asset(NamedTuple):
    name: str
    media_type: str


_ASSETS = {
    asset.name: asset
    for asset in (
        Asset("swagger-ui-bundle.js", "text/javascript"),
        Asset("swagger-ui.css", "text/css"),
        Asset("favicon-32x32.png", "image/png"),
    )
}

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def document(request: Request) -> JSONResponse:
    return JSONResponse(openapi_document(request.app), headers={"Cache-Control": "no-cache"})


@router.get("/docs")
async def reference() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})


@router.get("/docs/start.js")
async def start() -> Response:
    return Response(_START, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/docs/{asset}")
async def asset(asset: str) -> FileResponse:
    found = _ASSETS.get(asset)
    if found is None:
        raise NotFound(Text("没有这个文件。", "There is no such file."))
    return FileResponse(
        _directory() / found.name,
        media_type=found.media_type,
        headers={"Cache-Control": "public, max-age=86400"},
    )


def _directory() -> Path:
    """Where the package keeps its files; it is not imported, for it would patch FastAPI."""
    package = find_spec("fastapi_swagger")
    assert package is not None and package.origin is not None  # noqa: S101, PT018 (in the lock file)
    return Path(package.origin).parent / "resources"
