"""Corrected records in plain words: which record it is, and what a field says."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import Choice
from app.web.terms import NO, YES

NOTHING = Text("（空）", "(empty)")


def named(feed: Feed, key: Mapping[str, str]) -> list[tuple[Text, str]]:
    """The fields that name a record, by their titles; none: it is the class group itself."""
    titles = {field.name: field.title for field in DEFINITIONS[feed].keys}
    return [(titles[name], key[name]) for name in titles if name in key]


def value(feed: Feed, name: str, told: Any) -> Text:  # noqa: ANN401 (each field has its own type)
    kind = next(field.kind for field in DEFINITIONS[feed].own_fields if field.name == name)
    match told:
        case None | "":
            return NOTHING
        case bool():
            return YES if told else NO
        case datetime():
            text = told.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            text = told.isoformat()
        case str() if isinstance(kind, Choice) and told in kind.members:
            return kind.members[told]
        case list() | tuple():
            text = "、".join(map(str, told))
        case _:
            text = str(told)
    return Text(text, text)
