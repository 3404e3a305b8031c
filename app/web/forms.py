"""Forms of pages: read, and proved to come from a page of ours."""

from urllib.parse import parse_qsl

from fastapi import Request

from app.core.errors import BadRequest, Text
from app.people import csrf, visits
from app.people.sessions import COOKIE
from app.web.deps import Resources, own_origin

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 20


class FormUnreadable(BadRequest):
    code = "form_unreadable"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "无法读取表单。请从本站页面重新提交。",
                "The form cannot be read. Send it again from our page.",
            )
        )


async def form_of(request: Request, shared: Resources) -> dict[str, str]:
    """By its fields; raises where it does not come from here, or not from this session."""
    visits.assert_from_here(request.headers, own_origin=own_origin(request, shared))
    form = await _read(request)
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        csrf.check_token(cookie, form.get(csrf.FIELD, ""))
    return form


async def _read(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise FormUnreadable
    try:
        text = (await request.body()).decode()
        items = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise FormUnreadable from None
    form = dict(items)
    if len(form) != len(items) or any("\0" in part for item in items for part in item):
        raise FormUnreadable
    return form
