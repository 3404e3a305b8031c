"""The quick way of checking and the thorough one never disagree."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.vocabulary import Feed
from app.ingest import checks
from app.ingest.definition import FeedDefinition, Field
from app.ingest.examination import Faults, examine
from app.ingest.feeds import DEFINITIONS
from app.ingest.problems import Problem
from tests.ingest.examples import circumstances, written
from tests.ingest.strategies import good_records, good_values, records, strange_values

UNHURRIED = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
EVERY_FEED = pytest.mark.parametrize("feed", Feed)


def one_by_one(definition: FeedDefinition, lines: list[bytes]) -> checks.Checked:
    return checks.read_one_by_one(definition, lines, range(len(lines)), circumstances())


@EVERY_FEED
@UNHURRIED
@given(data=st.data())
def test_on_good_batches(feed: Feed, data: st.DataObject) -> None:
    """Where the quick way has an answer, it is the thorough one's; where all are good, it has one."""
    lines = [written(record) for record in data.draw(st.lists(good_records(feed), min_size=1, max_size=4))]
    definition = DEFINITIONS[feed]
    expected = one_by_one(definition, lines)
    together = checks.read_together(definition, lines, circumstances())
    if expected.faults:
        assert together is None
    else:
        assert together is not None
        assert same_types(
            [list(column) for column in together], [list(column) for column in expected.columns]
        )


@EVERY_FEED
@UNHURRIED
@given(data=st.data())
def test_on_any_batch(feed: Feed, data: st.DataObject) -> None:
    """A batch is judged as its records are judged alone, whatever stands beside them."""
    lines = [written(record) for record in data.draw(st.lists(records(feed), max_size=5))]
    if data.draw(st.booleans()) and lines:
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = mutilated(lines[at], data)
    definition = DEFINITIONS[feed]
    checked = checks.check(definition, lines, circumstances())
    rows = dict(zip(checked.positions, zip(*checked.columns, strict=True), strict=True))
    verdicts = rows | dict(checked.faults)
    assert [verdicts[position] for position in range(len(lines))] == [
        examine(definition, line, circumstances()) for line in lines
    ]


def mutilated(line: bytes, data: st.DataObject) -> bytes:
    """A byte is changed, lost or doubled."""
    at = data.draw(st.integers(0, len(line) - 1))
    middle = data.draw(st.sampled_from([b"", line[at : at + 1] * 2, b"\xff", b"\\", b'"', b"0", b"}"]))
    return line[:at] + middle + line[at + 1 :]


@EVERY_FEED
@UNHURRIED
@given(data=st.data())
def test_on_columns(feed: Feed, data: st.DataObject) -> None:
    """Each kind reads many values as it reads one."""
    for field in DEFINITIONS[feed].fields:
        values = data.draw(st.lists(st.one_of(good_values(field), strange_values), min_size=1, max_size=4))
        present = [value for value in values if value is not None]
        alone = [read_alone(field, value) for value in present]
        if not present:
            continue
        try:
            together = list(field.kind.read_all(present))
        except Problem:
            assert any(isinstance(value, Problem) for value in alone)
        else:
            assert same_types(together, alone)


def read_alone(field: Field, value: object) -> Any:  # noqa: ANN401 (whatever the kind stores)
    try:
        return field.kind.read(value)
    except Problem as problem:
        return problem


def same_types(left: object, right: object) -> bool:
    """Equal, and 1 is not True and 1.0 is not 1."""
    return repr(left) == repr(right)


def test_a_fault_is_found_in_every_place_of_a_part() -> None:
    definition = DEFINITIONS[Feed.courses]
    good = written({"course_id": "K", "project_id": "P", "name": "n", "category": "public", "hours": 1})
    for at in range(5):
        lines = [good] * at + [b"{}"] + [good] * (4 - at)
        ((position, found),) = checks.check(definition, lines, circumstances()).faults
        assert position == at
        assert isinstance(found, Faults)
