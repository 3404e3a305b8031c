"""The published schemas say what the checks do."""

import re
from typing import Any

import pytest

from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from app.ingest.json_schema import json_schema
from tests.ingest.examples import FULL, Record, errors_with, minimal

EVERY_FEED = pytest.mark.parametrize("feed", Feed)

PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "null": (type(None),),
}


def fits(schema: dict[str, Any], value: object) -> bool:
    """As much of JSON Schema as the feeds use."""
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, PYTHON_TYPES[name]) for name in types):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return len(value) <= schema.get("maxLength", 10**9) and bool(
            re.search(schema.get("pattern", ""), value)
        )
    if isinstance(value, list):
        return schema["minItems"] <= len(value) <= schema["maxItems"] and all(
            fits(schema["items"], element) for element in value
        )
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(schema.get("minimum", 0) <= value <= schema["maximum"])
    return True


@EVERY_FEED
def test_good_records_fit(feed: Feed) -> None:
    schema = json_schema(feed)
    for record in (FULL[feed], minimal(feed)):
        assert set(schema["required"]) <= record.keys() <= schema["properties"].keys()
        for name, value in record.items():
            assert fits(schema["properties"][name], value), name


@EVERY_FEED
def test_null_fits_exactly_where_a_field_is_optional(feed: Feed) -> None:
    schema = json_schema(feed)
    for name, each in schema["properties"].items():
        assert fits(each, None) is (name not in schema["required"])


@EVERY_FEED
def test_what_does_not_fit_is_refused(feed: Feed) -> None:
    """Nothing is published as wrong that the checks would take."""
    strange: list[object] = ["", "a b", "x" * 4001, -1, 10**19, 1.5, True, [], ["x"] * 11, {}]
    for name, each in json_schema(feed)["properties"].items():
        if name == "deleted":
            continue
        for value in strange:
            if not isinstance(value, dict) and fits(each, value):
                continue
            assert errors_with(feed, **{name: value}) != [], (name, value)


@EVERY_FEED
def test_keys_and_closedness_are_told(feed: Feed) -> None:
    schema = json_schema(feed)
    assert schema["x-key"] == [field.name for field in DEFINITIONS[feed].keys]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == list(DEFINITIONS[feed].names)


def test_words_follow_the_language() -> None:
    status: Record = json_schema(Feed.attendance, "zh-CN")["properties"]["status"]
    assert (status["title"], status["description"][:10]) == ("考勤状态", "present 出勤")
    assert json_schema(Feed.attendance, "en")["properties"]["status"]["title"] == "Status"
    assert json_schema(Feed.attendance)["title"] == "考勤 / Attendance"


def test_defaults_are_told() -> None:
    properties = json_schema(Feed.learning_records)["properties"]
    assert (properties["playback_rate"]["default"], properties["revision"]["default"]) == (1, 0)
    assert "default" not in properties["ip"]
