"""Serves the files that pages are made of, each for ever: its address changes when it does."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi import Path as InPath

from app.core.errors import NotFound, Text
from app.web.static_files import FILES, StaticFile

_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "Vary": "Accept-Encoding",
}
"""A worker stands under the policy of its own script: it may import modules of ours, and reach nobody."""
_REFUSED = re.compile(r"q=0(\.0*)?")

router = APIRouter(include_in_schema=False)


@router.get("/static/{digest}/{name:path}")
async def static(
    digest: Annotated[str, InPath()],
    name: Annotated[str, InPath()],
    accept_encoding: Annotated[str, Header()] = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Whoever asks by an old address gets nothing, never something newer."""
    file = FILES.find(digest, name)
    if file is None:
        raise NotFound(Text("没有这个文件。", "There is no such file."))
    headers, content = _encoded(file, accept_encoding)
    if headers["ETag"] in (each.strip().removeprefix("W/") for each in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=file.media_type, headers=headers)


def _encoded(file: StaticFile, accepted: str) -> tuple[dict[str, str], bytes]:
    """What differs by encoding has another ETag (RFC 9110 §8.8.3.3)."""
    short = file.compressed if _takes_gzip(accepted) else None
    if short is None:
        return {**_HEADERS, "ETag": f'"{file.digest}"'}, file.content
    return {**_HEADERS, "ETag": f'"{file.digest}-gzip"', "Content-Encoding": "gzip"}, short


def _takes_gzip(accepted: str) -> bool:
    """Whether `Accept-Encoding` names it, and not only to refuse it."""
    weights = dict(_weighted(each) for each in accepted.lower().split(","))
    weight = weights.get("gzip", weights.get("*"))
    return weight is not None and not _REFUSED.fullmatch(weight)


def _weighted(coding: str) -> tuple[str, str]:
    name, _, weight = coding.partition(";")
    return name.strip(), weight.strip()
