"""A document as HTML for browsers and as PDF. Both say the same; neither runs or loads anything."""

import asyncio
import base64
import hashlib
import sys
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.reports.documents import Document
from app.reports.errors import ExportsBusy
from app.reports.fonts import SANS, SERIF, printable

_TEMPLATES = Path(__file__).parent / "templates"
_TYPESETTER = Path(__file__).parent / "typesetting.py"
PATIENCE_S = 60.0
_STYLE = (_TEMPLATES / "document.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The one style that stands in the page itself, so that the page can be kept and printed without us."""


class PrintFormat(StrEnum):
    html = "html"
    pdf = "pdf"

    @property
    def media_type(self) -> str:
        return "application/pdf" if self is PrintFormat.pdf else "text/html; charset=utf-8"


async def printed(document: Document, wanted: PrintFormat) -> bytes:
    """How many at once is the caller's to bound."""
    if wanted is PrintFormat.pdf:
        return await _typeset(await asyncio.to_thread(_told, document))
    return await asyncio.to_thread(_html, document)


def _html(document: Document) -> bytes:
    return _environment().get_template("document.html").render(document=document, style=_STYLE).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _told(document: Document) -> bytes:
    told = {
        "document": document,
        "mark": document.mark_text,
        "fonts": [SANS, SERIF],
        "made_at": int(document.mark.at.timestamp()),
    }
    return printable(msgspec.json.encode(told).decode()).encode()


async def _typeset(told: bytes) -> bytes:
    """By a process of its own (typesetting.py), which is ended where it takes too long or nobody waits."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_TYPESETTER)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"RAYON_NUM_THREADS": "1"},
    )
    try:
        made, complaint = await asyncio.wait_for(process.communicate(told), PATIENCE_S)
    except TimeoutError:
        raise ExportsBusy from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise TypesettingFailed(complaint.decode(errors="replace").splitlines()[-1:])
    return made


class TypesettingFailed(RuntimeError):
    """The template and the document do not fit: a mistake of ours, told without what was to be printed."""
