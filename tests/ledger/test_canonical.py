"""One value, one spelling."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.canonical import Json, canonical_json, canonical_json_fast, instant

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcdefghijklmnopqrstuvwxyz_"), inner),
    max_leaves=30,
)


@given(values)
def test_the_fast_way_writes_the_same_bytes(value: Json) -> None:
    assert canonical_json_fast(value) == canonical_json(value)


@given(values)
def test_it_is_sorted_json_without_white_space(value: Json) -> None:
    expected = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert canonical_json(value) == expected.encode()


def test_the_example_of_the_rfc_for_strings_holds() -> None:
    """RFC 8785 §3.2.2: the string of its sample."""
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical_json([text]) == b'["\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"]'


def test_the_example_of_the_rfc_for_sorting_holds() -> None:
    """RFC 8785 §3.2.3: names are sorted as UTF-16, so an emoji comes before a Hebrew presentation form."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    in_order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(names, 1)))) == in_order


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", object(), {1: "key"}])
def test_what_has_no_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library words it
        canonical_json({"value": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00.000000Z"),
        (
            datetime(2026, 3, 2, 20, 0, 0, 1, tzinfo=timezone(timedelta(hours=8))),
            "2026-03-02T12:00:00.000001Z",
        ),
        (datetime(987, 1, 1, 0, 0, 0, 120000, tzinfo=UTC), "0987-01-01T00:00:00.120000Z"),
    ],
)
def test_an_instant_is_utc_with_six_digits(at: datetime, text: str) -> None:
    assert instant(at) == text


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        instant(datetime(2026, 3, 2, 12))  # noqa: DTZ001 - the fault under test
