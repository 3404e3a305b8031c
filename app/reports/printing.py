"""A document as HTML for browsers and as PDF (typst). Both say the same; neither runs or loads anything."""

import asyncio
import base64
import hashlib
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec
import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pylopdf_fonts_zh_cn import sans_path

from app.reports.documents import Document
from app.reports.fonts import SANS, SERIF, printable

_TEMPLATES = Path(__file__).parent / "templates"
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
    """Set in a thread: a long one takes a second. How many at once is the caller's to bound."""
    make = _pdf if wanted is PrintFormat.pdf else _html
    return await asyncio.to_thread(make, document)


def _html(document: Document) -> bytes:
    template = _environment().get_template("document.html")
    return template.render(document=document, style=_STYLE, nothing="—").encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _pdf(document: Document) -> bytes:
    """PDF/A-2b. What is printed goes in as data, never as markup; no file, package or system font is read."""
    told = msgspec.json.encode({"document": document, "mark": document.mark_text, "fonts": [SANS, SERIF]})
    made = typst.compile(
        (_TEMPLATES / "document.typ").read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"told": printable(told.decode())},
        pdf_standards="a-2b",
        timestamp=int(document.mark.at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("One document makes one file.")
    return made


@cache
def _fonts() -> typst.Fonts:
    """The same everywhere: nothing of the machine's own."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(sans_path().parent)]
    )
