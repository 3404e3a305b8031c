"""Records for property tests: good ones of a feed, and ones with something else in any place."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from app.core.vocabulary import Feed
from app.ingest.definition import Field, Presence
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import (
    Choice,
    Day,
    Flag,
    FreeText,
    Identifier,
    IdNumber,
    Instant,
    Integer,
    Kind,
    ListOf,
    Measure,
    Milliseconds,
    MobilePhone,
    Pattern,
    SealedText,
    Url,
    Uscc,
)
from tests.ingest.examples import BEACON, FULL, ID_NUMBER, ID_NUMBER_X, USCC, Record

START = datetime(2026, 3, 1, tzinfo=UTC)
OFFSETS = ("Z", "z", "+00:00", "+08:00", "-03:30")

ids = st.text("ABab01_.:-", min_size=1, max_size=5).filter(lambda text: text not in {".", ".."})
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).map(
    lambda text: "字" + text
)
instants = st.builds(
    lambda seconds, micros, offset: (
        (START + timedelta(seconds=seconds, microseconds=micros)).isoformat().replace("+00:00", offset)
    ),
    st.integers(0, 100_000),
    st.sampled_from([0, 0, 500_000, 1]),
    st.sampled_from(OFFSETS),
)
measures = st.one_of(st.integers(0, 100), st.integers(0, 10_000).map(lambda number: number / 100))


BY_KIND: dict[type[Kind], st.SearchStrategy[Any]] = {
    Identifier: ids,
    FreeText: texts,
    SealedText: texts,
    MobilePhone: texts,
    Flag: st.booleans(),
    Measure: measures,
    Milliseconds: measures,
    Instant: instants,
    Day: st.dates(START.date(), START.date() + timedelta(days=9)).map(str),
    IdNumber: st.sampled_from([ID_NUMBER, ID_NUMBER_X, ID_NUMBER_X.lower()]),
    Uscc: st.just(USCC),
    Url: st.just("https://a.cn/v"),
    Pattern: st.sampled_from([BEACON, "110105"]),
}


def good_values(field: Field) -> st.SearchStrategy[Any]:
    match field.kind:
        case Choice(members=members):
            return st.sampled_from(sorted(members))
        case Integer(least=least, most=most):
            return st.integers(least, min(most, 90))
        case ListOf(element=Choice()):
            return st.just(["good"] * 10)
        case ListOf():
            return st.lists(ids, max_size=3)
        case kind:
            return BY_KIND[type(kind)]


strange_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(float),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        ["", ".", "..", "a\n", "2026-03-02T09:00:00", "2027-01-01T00:00:00Z", ID_NUMBER, "\x85", "1"]
    ),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@st.composite
def good_records(draw: st.DrawFn, feed: Feed) -> Record:
    """Good value by value; record rules may still refuse it."""
    record: Record = {}
    for field in DEFINITIONS[feed].own_fields:
        if field.presence is not Presence.optional or draw(st.booleans()):
            record[field.name] = draw(st.one_of(st.just(FULL[feed][field.name]), good_values(field)))
    if draw(st.booleans()):
        record["revision"] = draw(st.integers(0, 3))
    return record


@st.composite
def records(draw: st.DrawFn, feed: Feed) -> Record:
    """Mostly good; now and then a field is strange, missing, unknown, or the record a tombstone."""
    record = draw(good_records(feed))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        name = draw(st.sampled_from([*DEFINITIONS[feed].names, "colour"]))
        if draw(st.booleans()):
            record[name] = draw(strange_values)
        else:
            record.pop(name, None)
    if draw(st.integers(0, 9)) == 0:
        record["deleted"] = True
    return record
