"""The records of all feeds in the OpenAPI document: the schemas that ingest reads them by, with examples."""

import json
from typing import Any

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed
from app.ingest.decode import MOST_RECORDS
from app.ingest.feeds import DEFINITIONS
from app.ingest.json_schema import json_schema, property_schema
from app.ingest.schemas import MediaType


def record_schemas() -> dict[str, Any]:
    """Components, one a feed."""
    return {_name(feed): {**json_schema(feed), "examples": [EXAMPLES[feed]]} for feed in Feed}


def request_body() -> dict[str, Any]:
    """Of the push: records of the feed that the path names."""
    any_record = {"anyOf": [{"$ref": f"#/components/schemas/{_name(feed)}"} for feed in Feed]}
    return {
        "required": True,
        "description": "一批记录，或仅含键字段的墓碑（deleted 为 true）。"
        "Records of the feed, or tombstones of only the key fields with deleted true.",
        "content": {
            MediaType.json: {
                "schema": {"type": "array", "maxItems": MOST_RECORDS, "items": any_record},
                "examples": {feed.value: {"value": [EXAMPLES[feed]]} for feed in Feed},
            },
            MediaType.ndjson: {
                "schema": {
                    "type": "string",
                    "description": "每行一条 JSON 记录。One JSON record a line.",
                },
                "examples": {feed.value: {"value": _line(feed)} for feed in Feed},
            },
        },
    }


def key_parameters() -> list[dict[str, Any]]:
    """Of reading a record back: the key fields of all feeds, each with the feeds that have it."""
    schemas: dict[str, Any] = {}
    feeds: dict[str, list[str]] = {}
    for feed in Feed:
        for field in DEFINITIONS[feed].keys:
            schemas.setdefault(field.name, property_schema(field))
            feeds.setdefault(field.name, []).append(feed)
    return [
        {
            "name": name,
            "in": "query",
            "schema": schema,
            "description": f"数据集 / Feeds: {', '.join(feeds[name])}",
        }
        for name, schema in schemas.items()
    ]


def _name(feed: Feed) -> str:
    return f"{feed}-record"


def _line(feed: Feed) -> str:
    return json.dumps(EXAMPLES[feed], ensure_ascii=False) + "\n"
