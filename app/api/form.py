"""A form as a browser sends it: each field once, bounded, readable."""

from urllib.parse import parse_qsl

from fastapi import Request

from app.api.request_headers import media_type
from app.core.errors import BadRequest, Text

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 1_000
"""Ticks of a list count too."""


class FormUnreadable(BadRequest):
    code = "form_unreadable"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "无法读取表单。请从本站页面重新提交。",
                "The form cannot be read. Send it again from our page.",
            )
        )


def is_form(request: Request) -> bool:
    return media_type(request) == FORM


async def form_fields(request: Request) -> dict[str, str]:
    """Its fields, each once; raises `FormUnreadable`."""
    items = await form_items(request)
    form = dict(items)
    if len(form) != len(items):
        raise FormUnreadable
    return form


async def form_items(request: Request) -> list[tuple[str, str]]:
    """In their order; a field may come more than once, as ticks do."""
    if not is_form(request):
        raise FormUnreadable
    try:
        text = (await request.body()).decode()
        items = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise FormUnreadable from None
    if any("\0" in part for item in items for part in item):
        raise FormUnreadable
    return items
