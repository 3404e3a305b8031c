"""Keyset pagination: an opaque cursor names the last key of a page, the next page starts behind it."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import BadRequest, Text

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_MAX_CURSOR = 2000

Part = str | int | date | datetime | UUID
Key = tuple[Part, ...]
Row = TypeVar("Row")
Item = TypeVar("Item")


class BadCursor(BadRequest):
    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "cursor 无效。请使用上一页返回的 next_cursor，或去掉 cursor 从第一页开始。",
                "The cursor is not valid. Use next_cursor of the previous page, "
                "or leave cursor out to start from the first page.",
            )
        )


class Listing(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(frozen=True)

    items: Sequence[Item] = Field(title="本页条目 / Items of this page")
    next_cursor: str | None = Field(
        title="下一页游标 / Cursor of the next page",
        description="没有下一页时为 null。Null after the last page.",
    )


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What part of a list is wanted. Ask the room for `limit + 1` rows: the extra one tells of more."""

    limit: int
    cursor: str | None

    def after(self, *kinds: type[Part]) -> Key | None:
        """The key behind which the page starts, its parts of these types; None: from the beginning."""
        return None if self.cursor is None else _decode(self.cursor, kinds)

    def cut(self, rows: Sequence[Row], key: Callable[[Row], Key]) -> tuple[Sequence[Row], str | None]:
        """The rows of this page and the cursor of the next one."""
        if len(rows) <= self.limit:
            return rows, None
        page = rows[: self.limit]
        return page, cursor_of(key(page[-1]))


def cursor_of(key: Key) -> str:
    parts = [part if isinstance(part, str | int) else _as_text(part) for part in key]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _as_text(part: date | datetime | UUID) -> str:
    return str(part) if isinstance(part, UUID) else part.isoformat()


def _decode(cursor: str, kinds: Sequence[type[Part]]) -> Key:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw)
        if not isinstance(parts, list):
            raise BadCursor
        return tuple(_READ[kind](part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, RecursionError):
        raise BadCursor from None


def _text(part: Any) -> str:  # noqa: ANN401 (whatever a stranger put into the cursor)
    if not isinstance(part, str) or "\0" in part:
        raise ValueError
    part.encode()  # a lone surrogate is no text for PostgreSQL
    return part


def _whole(part: Any) -> int:  # noqa: ANN401
    if type(part) is not int or not -(2**63) <= part < 2**63:
        raise ValueError
    return part


def _instant(part: Any) -> datetime:  # noqa: ANN401
    moment = datetime.fromisoformat(part)
    if moment.tzinfo is None:
        raise ValueError
    return moment


_READ: Mapping[type[Part], Callable[[Any], Part]] = {
    str: _text,
    int: _whole,
    datetime: _instant,
    date: date.fromisoformat,
    UUID: lambda part: UUID(_text(part)),
}


Cursor = Annotated[
    str | None,
    Query(
        max_length=_MAX_CURSOR,
        title="游标 / Cursor",
        description="上一页的 next_cursor。next_cursor of the previous page.",
    ),
]


async def page_request(
    limit: Annotated[
        int, Query(ge=1, le=MAX_LIMIT, title="每页条数 / Page size", examples=[DEFAULT_LIMIT])
    ] = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> PageRequest:
    return PageRequest(limit=limit, cursor=cursor)


Page = Annotated[PageRequest, Depends(page_request)]
