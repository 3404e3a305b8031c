"""Documents that leave the house on paper: HTML or PDF, a few at once."""

from typing import Any

from fastapi import Response

from app.api.deps import Resources
from app.core import clock
from app.reports.documents import Document
from app.reports.printing import CONTENT_POLICY, PrintFormat, printed

PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
PRINTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "打印件 / The document",
        "content": {"text/html": {"schema": {"type": "string"}}, **PDF},
    }
}
"""For `responses=` of a route that answers on paper alone."""


async def printout(shared: Resources, document: Document, wanted: PrintFormat, name: str) -> Response:
    """One of the few that are made at once; who comes when all turns are taken is told to come again."""
    with shared.exporting.turn():
        content = await printed(document, wanted)
    stamp = document.mark.at.astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
    headers = {"Content-Disposition": f'inline; filename="{_plain(name)}-{stamp}.{wanted}"'}
    if wanted is PrintFormat.html:
        headers["Content-Security-Policy"] = CONTENT_POLICY
    return Response(content, media_type=wanted.media_type, headers=headers)


def _plain(name: str) -> str:
    """A file name of every system: ids may hold colons."""
    return name.replace(":", "_")
