"""The JSON Schema of each feed, from the same declarations that its records are read by."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.ingest.definition import Field, Presence
from app.ingest.feeds import DEFINITIONS


def json_schema(feed: Feed, language: str | None = None) -> dict[str, Any]:
    """What a live record must be; of a tombstone only the key is needed. Without a language: in both."""
    definition = DEFINITIONS[feed]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": words(definition.title, language),
        "type": "object",
        "properties": {field.name: property_schema(field, language) for field in definition.fields},
        "required": [f.name for f in definition.fields if f.presence is not Presence.optional],
        "additionalProperties": False,
        "x-key": [field.name for field in definition.keys],
    }


def property_schema(field: Field, language: str | None = None) -> dict[str, Any]:
    hints = [hint for hint in (field.note, field.kind.hint()) if hint is not None]
    described = {"description": words(together(hints), language)} if hints else {}
    return {"title": words(field.title, language), **described, **_or_null(field)}


def _or_null(field: Field) -> Mapping[str, Any]:
    schema = dict(field.kind.schema())
    if field.presence is not Presence.optional:
        return schema
    schema["type"] = [schema["type"], "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return schema if field.default is None else {**schema, "default": field.default}


def words(text: Text, language: str | None) -> str:
    return f"{text.zh} / {text.en}" if language is None else text.in_language(language)


def together(texts: list[Text]) -> Text:
    return Text("".join(text.zh for text in texts), " ".join(text.en for text in texts))
