"""What a request says of its body is read in one way everywhere."""

import sys

import pytest
from fastapi import Request

from app.api.request_headers import content_length, is_json, media_type


def request(name: str, value: str | None) -> Request:
    headers = [] if value is None else [(name.encode(), value.encode("latin-1"))]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        (None, None),
        ("0", 0),
        ("65536", 65536),
        ("0000000000000000000000000042", 42),
        ("999999999999999999", 999_999_999_999_999_999),
        ("1000000000000000000", sys.maxsize),
        ("9" * 5000, sys.maxsize),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1_000", None),
        ("1e3", None),
        ("0x10", None),
        ("12, 12", None),
        ("\xb2", None),
    ],
)
def test_a_length_is_its_digits_or_nothing(said: str | None, understood: int | None) -> None:
    assert content_length(request("content-length", said)) == understood


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("application/json", True),
        ("Application/JSON ; charset=utf-8", True),
        ("application/problem+json", True),
        ("application/x-ndjson", False),
        ("text/plain", False),
        ("", False),
        (None, False),
    ],
)
def test_json_is_told_by_its_media_type(said: str | None, understood: bool) -> None:  # noqa: FBT001
    assert is_json(request("content-type", said)) is understood


def test_a_media_type_is_read_without_its_parameters() -> None:
    assert media_type(request("content-type", "Text/CSV; header=present")) == "text/csv"
