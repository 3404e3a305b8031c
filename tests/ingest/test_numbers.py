"""Counts and measures: exactly the decimals written."""

from decimal import Decimal

import pytest

from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import Integer, Measure
from tests.ingest.examples import FULL, Record, changed, errors_of, errors_with, stored_of, written

COUNTS = {
    (Feed.projects, "skill_level"): (1, 5),
    (Feed.class_groups, "planned_headcount"): (0, 2**31 - 1),
    (Feed.lessons, "planned_minutes"): (1, 600),
    (Feed.quiz_answers, "attempt"): (1, 2**31 - 1),
    (Feed.exam_scores, "attempt"): (1, 2**31 - 1),
    (Feed.videos, "size_bytes"): (0, 2**63 - 1),
    (Feed.videos, "width"): (0, 2**31 - 1),
    (Feed.videos, "height"): (0, 2**31 - 1),
    (Feed.videos, "audio_sample_rate"): (0, 2**31 - 1),
}
MEASURES = [
    (feed, field.name)
    for feed, definition in DEFINITIONS.items()
    for field in definition.own_fields
    if isinstance(field.kind, Measure)
]
ROOMY: dict[Feed, Record] = {
    Feed.lessons: {"kind": "vod"},
    Feed.exam_scores: {"score": 0, "pass_score": 0, "full_score": 10**12},
}
"""What keeps record rules out of the way."""


def with_number(feed: Feed, name: str, number: str) -> bytes:
    """The record with a number spelt as given."""
    record: Record = changed(feed, **{**ROOMY.get(feed, {}), name: "NUMBER"})
    return written(record).replace(b'"NUMBER"', number.encode())


def test_these_are_the_counts() -> None:
    counted = {
        (feed, field.name)
        for feed, definition in DEFINITIONS.items()
        for field in definition.own_fields
        if isinstance(field.kind, Integer)
    }
    assert counted == set(COUNTS)


@pytest.mark.parametrize(("feed", "name"), COUNTS)
class TestCounts:
    def test_are_bounded(self, feed: Feed, name: str) -> None:
        least, most = COUNTS[feed, name]
        for good in (least, most):
            assert errors_of(feed, with_number(feed, name, str(good))) == []
        for bad in (least - 1, most + 1, 10**30):
            assert errors_of(feed, with_number(feed, name, str(bad))) == [("/" + name, "invalid_value")]

    def test_are_integers_as_written(self, feed: Feed, name: str) -> None:
        for wrong in ("1.0", "1.5", "1e0", "true", '"1"', "[1]"):
            assert errors_of(feed, with_number(feed, name, wrong)) == [("/" + name, "invalid_type")]


@pytest.mark.parametrize(("feed", "name"), MEASURES)
class TestMeasures:
    def test_are_numbers(self, feed: Feed, name: str) -> None:
        for wrong in ('"1"', "true", "[1]", '"1.5"'):
            assert errors_of(feed, with_number(feed, name, wrong)) == [("/" + name, "invalid_type")]

    def test_are_not_negative_and_bounded(self, feed: Feed, name: str) -> None:
        for wrong in ("-1", "-0.01", "1000000000001", "1e13", "1e400", "1e999999999", "-1e-400"):
            assert ("/" + name, "invalid_value") in errors_of(feed, with_number(feed, name, wrong))

    def test_may_be_zero_unless_they_divide(self, feed: Feed, name: str) -> None:
        divides = name in {"playback_rate", "full_score"}
        for zero in ("0", "0.0", "-0.0", "0e5"):
            assert (
                ("/" + name, "invalid_value") in errors_of(feed, with_number(feed, name, zero))
            ) is divides

    def test_are_equal_however_they_are_written(self, feed: Feed, name: str) -> None:
        for spellings in (["50", "50.0", "5e1", "0.5E2", "50.000"], ["1.5", "1.50", "15e-1", "0.15E+1"]):
            stored = [stored_of(feed, with_number(feed, name, spelling))[name] for spelling in spellings]
            assert len({repr(value) for value in stored}) == 1
            assert stored[0] == Decimal(spellings[0])


class TestDecimals:
    def test_of_measures_are_kept_exactly(self) -> None:
        stored = stored_of(Feed.videos, with_number(Feed.videos, "fps", "29.970029970029"))
        assert stored["fps"] == Decimal("29.970029970029")
        assert errors_of(Feed.videos, with_number(Feed.videos, "fps", "0.1234567890123")) == [
            ("/fps", "invalid_value")
        ]

    @pytest.mark.parametrize("name", ["score", "full_score", "pass_score"])
    def test_of_scores_are_two(self, name: str) -> None:
        assert errors_of(Feed.exam_scores, with_number(Feed.exam_scores, name, "60.250")) == []
        assert ("/" + name, "invalid_value") in errors_of(
            Feed.exam_scores, with_number(Feed.exam_scores, name, "60.251")
        )

    def test_of_positions_are_three(self) -> None:
        feed = Feed.learning_records
        assert stored_of(feed, with_number(feed, "position_to", "2700.125"))["position_to"] == 2_700_125
        assert stored_of(feed, with_number(feed, "position_to", "2700.1250"))["position_to"] == 2_700_125
        for wrong in ("2700.1251", "2700.00000000000000000000000000000001"):
            assert errors_of(feed, with_number(feed, "position_to", wrong)) == [
                ("/position_to", "invalid_value")
            ]
        assert errors_of(feed, with_number(feed, "position_from", "-0.001")) == [
            ("/position_from", "invalid_value")
        ]
        assert errors_of(feed, with_number(feed, "position_from", '"0"')) == [
            ("/position_from", "invalid_type")
        ]

    def test_with_more_digits_than_a_decimal_context_are_not_rounded(self) -> None:
        feed = Feed.courses
        long = "1." + "0" * 40 + "1"
        assert errors_of(feed, with_number(feed, "hours", long)) == [("/hours", "invalid_value")]
        assert stored_of(feed, with_number(feed, "hours", "1." + "0" * 40))["hours"] == 1


def test_scores_are_not_above_the_full_score() -> None:
    assert errors_with(Feed.exam_scores, score=100, pass_score=100) == []
    assert errors_with(Feed.exam_scores, score=100.01) == [("/score", "invalid_value")]
    assert errors_with(Feed.exam_scores, pass_score=101) == [("/pass_score", "invalid_value")]
    assert errors_with(Feed.exam_scores, full_score=50) == [
        ("/score", "invalid_value"),
        ("/pass_score", "invalid_value"),
    ]


def test_a_face_is_compared_to_more_than_two_decimals() -> None:
    assert FULL[Feed.verifications]["score"] == 0.9873
    assert errors_of(Feed.verifications, FULL[Feed.verifications]) == []
