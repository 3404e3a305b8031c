"""What fields of one record say to each other."""

import pytest

from app.core.vocabulary import Feed
from tests.ingest.examples import ABSENT, errors_with

NINE, TEN = "2026-03-02T09:00:00+08:00", "2026-03-02T10:00:00+08:00"
NINE_IN_UTC = "2026-03-02T01:00:00Z"
JUST_BEFORE_NINE = "2026-03-02T08:59:59.999999+08:00"

MAY_BE_EMPTY = [
    (Feed.attendance, "signed_in_at", "signed_out_at"),
    (Feed.verifications, "issued_at", "answered_at"),
    (Feed.quiz_answers, "asked_at", "answered_at"),
    (Feed.enrollments, "enrolled_at", "withdrawn_at"),
]
HAVE_A_LENGTH = [
    (Feed.learning_records, "online_at", "offline_at"),
    (Feed.lessons, "starts_at", "ends_at"),
    (Feed.teaching_records, "started_at", "ended_at"),
]


@pytest.mark.parametrize(("feed", "start", "end"), MAY_BE_EMPTY + HAVE_A_LENGTH)
def test_no_interval_ends_before_it_starts(feed: Feed, start: str, end: str) -> None:
    assert errors_with(feed, **{start: NINE, end: TEN}) == []
    assert errors_with(feed, **{start: NINE, end: JUST_BEFORE_NINE}) == [("/" + end, "invalid_interval")]


@pytest.mark.parametrize(("feed", "start", "end"), MAY_BE_EMPTY)
def test_these_intervals_may_be_empty_or_half_known(feed: Feed, start: str, end: str) -> None:
    assert errors_with(feed, **{start: NINE, end: NINE_IN_UTC}) == []
    assert errors_with(feed, **{start: NINE, end: ABSENT}) == []


@pytest.mark.parametrize(("feed", "start", "end"), HAVE_A_LENGTH)
def test_these_intervals_have_a_length(feed: Feed, start: str, end: str) -> None:
    assert errors_with(feed, **{start: NINE, end: NINE_IN_UTC}) == [("/" + end, "invalid_interval")]


def test_a_sign_out_may_stand_alone() -> None:
    assert errors_with(Feed.attendance, signed_in_at=ABSENT) == []


class TestClassGroups:
    def test_may_last_one_day_but_not_less(self) -> None:
        assert errors_with(Feed.class_groups, starts_on="2026-03-02", ends_on="2026-03-02") == []
        assert errors_with(Feed.class_groups, starts_on="2026-03-02", ends_on="2026-03-01") == [
            ("/ends_on", "invalid_interval")
        ]

    def test_name_a_programme_in_force_on_their_first_day(self) -> None:
        assert errors_with(Feed.class_groups, programme="基本") == [("/programme", "unknown_programme")]
        assert errors_with(Feed.class_groups, starts_on="2019-12-31") == [("/programme", "unknown_programme")]
        assert errors_with(Feed.class_groups, starts_on="2020-01-01") == []

    def test_name_their_exams_in_a_list_of_ids(self) -> None:
        assert errors_with(Feed.class_groups, exam_ids=[]) == []
        assert errors_with(Feed.class_groups, exam_ids=["E1", "E1"]) == []
        assert errors_with(Feed.class_groups, exam_ids=["E1", "a b"]) == [("/exam_ids/1", "invalid_value")]
        assert errors_with(Feed.class_groups, exam_ids=["E1", 2]) == [("/exam_ids/1", "invalid_type")]
        assert errors_with(Feed.class_groups, exam_ids=["E1", None]) == [("/exam_ids/1", "invalid_type")]
        assert errors_with(Feed.class_groups, exam_ids="E1") == [("/exam_ids", "invalid_type")]
        assert errors_with(Feed.class_groups, exam_ids=["E"] * 1001) == [("/exam_ids", "invalid_value")]


class TestLessons:
    @pytest.mark.parametrize("kind", ["live", "offline"])
    def test_have_a_timetable(self, kind: str) -> None:
        assert errors_with(Feed.lessons, kind=kind, starts_at=ABSENT) == [("/starts_at", "missing_field")]
        assert errors_with(Feed.lessons, kind=kind, ends_at=None) == [("/ends_at", "missing_field")]
        assert errors_with(Feed.lessons, kind=kind, starts_at=None, ends_at=None) == [
            ("/starts_at", "missing_field"),
            ("/ends_at", "missing_field"),
        ]

    def test_of_video_on_demand_need_none(self) -> None:
        assert errors_with(Feed.lessons, kind="vod", starts_at=ABSENT, ends_at=ABSENT) == []
        assert errors_with(Feed.lessons, kind="vod", starts_at=NINE, ends_at=ABSENT) == []
        assert errors_with(Feed.lessons, kind="vod", starts_at=NINE, ends_at=NINE) == [
            ("/ends_at", "invalid_interval")
        ]

    @pytest.mark.parametrize("kind", ["live", "offline"])
    def test_are_not_planned_longer_than_their_timetable(self, kind: str) -> None:
        just_short = "2026-03-02T09:59:59.999999+08:00"
        assert errors_with(Feed.lessons, kind=kind, starts_at=NINE, ends_at=TEN, planned_minutes=60) == []
        assert errors_with(
            Feed.lessons, kind=kind, starts_at=NINE, ends_at=just_short, planned_minutes=60
        ) == [("/planned_minutes", "invalid_value")]
        assert (
            errors_with(Feed.lessons, kind=kind, starts_at=NINE, ends_at=just_short, planned_minutes=59) == []
        )

    def test_of_video_on_demand_may_be_longer_than_their_timetable(self) -> None:
        assert errors_with(Feed.lessons, kind="vod", planned_minutes=600) == []


class TestLearningRecords:
    def test_last_at_most_a_day(self) -> None:
        start = "2026-03-02T09:00:00+08:00"
        assert errors_with(Feed.learning_records, online_at=start, offline_at="2026-03-03T01:00:00Z") == []
        assert errors_with(
            Feed.learning_records, online_at=start, offline_at="2026-03-03T01:00:00.000001Z"
        ) == [("/offline_at", "invalid_interval")]

    def test_have_both_positions_or_none(self) -> None:
        assert errors_with(Feed.learning_records, position_from=ABSENT, position_to=ABSENT) == []
        assert errors_with(Feed.learning_records, position_from=None) == [("/position_from", "missing_field")]
        assert errors_with(Feed.learning_records, position_to=ABSENT) == [("/position_to", "missing_field")]

    def test_pass_from_a_position_to_a_later_one(self) -> None:
        assert errors_with(Feed.learning_records, position_from=1.999, position_to=2) == []
        for end in (2, 1.5):
            assert errors_with(Feed.learning_records, position_from=2.0, position_to=end) == [
                ("/position_to", "invalid_interval")
            ]


def test_evaluations_have_ten_answers() -> None:
    for wrong in ([], ["good"] * 9, ["good"] * 11):
        assert errors_with(Feed.evaluations, answers=wrong) == [("/answers", "invalid_value")]
    assert errors_with(Feed.evaluations, answers=["good"] * 9 + ["bad"]) == [("/answers/9", "invalid_value")]
    assert errors_with(Feed.evaluations, answers=["good"] * 9 + [1]) == [("/answers/9", "invalid_type")]
    assert errors_with(Feed.evaluations, answers="good") == [("/answers", "invalid_type")]


def test_a_rule_is_not_asked_where_a_field_could_not_be_read() -> None:
    assert errors_with(Feed.learning_records, online_at="soon") == [("/online_at", "invalid_value")]


def test_several_rules_may_be_broken_at_once() -> None:
    assert errors_with(Feed.learning_records, offline_at=NINE, position_from=5, position_to=4, ip="?\n") == [
        ("/ip", "invalid_value"),
        ("/offline_at", "invalid_interval"),
        ("/position_to", "invalid_interval"),
    ]
