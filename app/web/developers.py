"""For a developer on a deadline: from nothing to a first receipt, with what each feed's records must be."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from app.accounts import client_views
from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.accounts.schemas import ClientFilter
from app.api.body import MAX_BODY
from app.api.deps import Allowed, Resources, Shared
from app.api.examples import EXAMPLES
from app.api.feeds import FeedDescription, feeds
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.api.visitors import own_origin
from app.core import clock
from app.core.errors import Text
from app.core.vocabulary import Feed, Role
from app.db.session import reading
from app.ingest.decode import MOST_RECORDS
from app.ingest.service import KEY_LIFETIME
from app.web.pages import PageRoute, page

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

FIRST = Feed.attendance
"""The feed of the first push, which needs no other to have come."""
ORDER = list(Feed)
KINDS = {
    "string": Text("文本", "text"),
    "integer": Text("整数", "whole number"),
    "number": Text("数", "number"),
    "boolean": Text("true / false", "true / false"),
    "array": Text("列表", "list"),
    "object": Text("对象", "object"),
}
FORMATS = {
    "date-time": Text("时刻（带时区）", "instant with offset"),
    "date": Text("日期", "day"),
    "uri": Text("网址", "address"),
}


class FieldLine(NamedTuple):
    name: str
    title: str
    kind: Text
    presence: str
    """key, required or optional."""
    hint: str


class FeedReference(NamedTuple):
    feed: Feed
    title: str
    fields: Sequence[FieldLine]
    example: str
    line: str
    """The example on one line."""


@router.get("/developers")
async def developers(
    request: Request,
    found: Annotated[Listing[FeedDescription], Depends(feeds)],
    caller: Annotated[Caller, Allowed(Action.read_feeds)],
    shared: Shared,
) -> Response:
    settings = shared.settings
    described = sorted(found.items, key=lambda each: ORDER.index(each.feed))
    return page(
        request,
        "developers",
        feeds=[reference(each) for each in described],
        first=FIRST,
        first_line=_line(FIRST),
        client_id=await _own_client(caller, shared),
        origin=own_origin(request, settings),
        issuer=settings.issuer,
        token_minutes=settings.token_lifetime_s // 60,
        most_records=MOST_RECORDS,
        most_mib=MAX_BODY // 1024**2,
        key_days=KEY_LIFETIME.days,
        body_seconds=int(settings.body_timeout_s),
        requests_a_minute=settings.requests_a_minute or settings.client_requests_a_minute,
        records_a_day=settings.records_a_day,
    )


async def _own_client(caller: Caller, shared: Resources) -> str | None:
    """The first of one's own programs that is not revoked, for whom the table lets see them."""
    if caller.role not in {Role.operator, Role.agent} or caller.role not in TABLE[Action.read_clients]:
        return None
    reach = permit(caller, Action.read_clients).reach
    wanted = ClientFilter(is_revoked=False)
    async with reading(shared.database) as session:
        found = await client_views.views(session, reach, wanted, clock.now(), limit=1)
    return found[0].account.client_id if found else None


def reference(described: FeedDescription) -> FeedReference:
    schema = described.record_schema
    return FeedReference(
        described.feed,
        described.title,
        [_field(name, told, described) for name, told in schema["properties"].items()],
        json.dumps(EXAMPLES[described.feed], ensure_ascii=False, indent=2),
        _line(described.feed),
    )


def _line(feed: Feed) -> str:
    return json.dumps(EXAMPLES[feed], ensure_ascii=False)


def _field(name: str, told: Mapping[str, Any], described: FeedDescription) -> FieldLine:
    is_required = name in described.record_schema["required"]
    presence = "key" if name in described.key else "required" if is_required else "optional"
    return FieldLine(name, told["title"], kind_of(told), presence, told.get("description", ""))


def kind_of(told: Mapping[str, Any]) -> Text:
    """What JSON a field takes, in words."""
    if choices := [each for each in told.get("enum", ()) if each is not None]:
        text = " | ".join(str(each) for each in choices)
        return Text(text, text)
    kind = told["type"] if isinstance(told["type"], str) else told["type"][0]
    named = FORMATS.get(told.get("format", ""), KINDS[kind])
    longest = told.get("maxLength")
    return named if longest is None else Text(f"{named.zh} ≤ {longest}", f"{named.en} ≤ {longest}")
