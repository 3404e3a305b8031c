"""Same content, however it is written: what decides between unchanged and conflict (semantics.md §2)."""

from typing import Any

import pytest

from app.core.ids import PlatformCode
from app.core.vocabulary import Feed
from app.ingest.content import content_hashes
from app.ingest.feeds import DEFINITIONS
from app.privacy.keyring import KeyRing
from tests.ingest.examples import ABSENT, FULL, ID_NUMBER_X, Record, changed, judged, minimal, written

A, B = PlatformCode("a"), PlatformCode("b")


@pytest.fixture
def said(key_ring: KeyRing) -> Any:  # noqa: ANN401 (a function)
    def hash_of(feed: Feed, record: Record | bytes, platform: PlatformCode = A) -> bytes:
        columns = [[value] for value in judged(feed, record)]  # type: ignore[union-attr]
        return content_hashes(DEFINITIONS[feed], platform, columns, key_ring)[0]

    return hash_of


SAME: list[tuple[Feed, dict[str, object], dict[str, object]]] = [
    (Feed.learning_records, {"playback_rate": 1}, {"playback_rate": None}),
    (Feed.learning_records, {"playback_rate": 1.0}, {"playback_rate": ABSENT}),
    (Feed.learning_records, {"position_to": 2700}, {"position_to": 2.7e3}),
    (
        Feed.learning_records,
        {"online_at": "2026-03-02T01:00:00Z"},
        {"online_at": "2026-03-02t09:00:00.000+08:00"},
    ),
    (Feed.learning_records, {"ip": None}, {"ip": ABSENT}),
    (Feed.class_groups, {"exam_ids": []}, {"exam_ids": None}),
    (Feed.class_groups, {"exam_ids": []}, {"exam_ids": ABSENT}),
    (Feed.lessons, {"required": True}, {"required": ABSENT}),
    (Feed.quiz_answers, {"attempt": 1}, {"attempt": ABSENT}),
    (Feed.exam_scores, {"score": 60}, {"score": 60.00}),
    (Feed.enrollments, {"id_number": ID_NUMBER_X}, {"id_number": ID_NUMBER_X.lower()}),
    (Feed.attendance, {"deleted": False}, {"deleted": None}),
    (Feed.attendance, {"deleted": True, "status": "late"}, {"deleted": True, "status": "absent"}),
    (Feed.attendance, {"revision": 1}, {"revision": 2}),
]
OTHER: list[tuple[Feed, dict[str, object], dict[str, object]]] = [
    (Feed.learning_records, {"playback_rate": 1}, {"playback_rate": 1.5}),
    (
        Feed.learning_records,
        {"offline_at": "2026-03-02T10:00:00Z"},
        {"offline_at": "2026-03-02T10:00:00.000001Z"},
    ),
    (Feed.class_groups, {"exam_ids": ["E1", "E2"]}, {"exam_ids": ["E2", "E1"]}),
    (Feed.class_groups, {"exam_ids": ["E1"]}, {"exam_ids": ["E1", "E1"]}),
    (Feed.attendance, {"deleted": True}, {"deleted": False}),
    (Feed.enrollments, {"phone": "13800138000"}, {"phone": "138 0013 8000"}),
    (Feed.enrollments, {"name": "张三"}, {"name": "张三 "}),
    (Feed.enterprises, {"business_address": ""}, {"business_address": None}),
    (Feed.verifications, {"passed": True}, {"passed": False}),
]


@pytest.mark.parametrize(("feed", "one", "other"), SAME)
def test_these_say_the_same(feed: Feed, one: Record, other: Record, said: Any) -> None:  # noqa: ANN401
    assert said(feed, changed(feed, **one)) == said(feed, changed(feed, **other))


@pytest.mark.parametrize(("feed", "one", "other"), OTHER)
def test_these_do_not(feed: Feed, one: Record, other: Record, said: Any) -> None:  # noqa: ANN401
    assert said(feed, changed(feed, **one)) != said(feed, changed(feed, **other))


@pytest.mark.parametrize("feed", Feed)
def test_every_field_counts(feed: Feed, said: Any) -> None:  # noqa: ANN401
    """Whatever field is dropped or was never there, it makes a difference."""
    whole = said(feed, FULL[feed])
    for name in FULL[feed].keys() - minimal(feed).keys():
        if name not in {"starts_at", "ends_at", "position_from", "position_to"}:
            assert said(feed, changed(feed, **{name: ABSENT})) != whole, name


def test_the_order_of_fields_and_white_space_do_not_count(said: Any) -> None:  # noqa: ANN401
    record = FULL[Feed.attendance]
    turned = written(dict(reversed(record.items()))).replace(b", ", b" ,\t")
    assert said(Feed.attendance, turned) == said(Feed.attendance, record)


def test_the_hash_belongs_to_one_platform_and_key(said: Any) -> None:  # noqa: ANN401
    record = FULL[Feed.attendance]
    assert said(Feed.attendance, record, A) != said(Feed.attendance, record, B)
    assert said(Feed.attendance, changed(Feed.attendance, lesson_id="S2")) != said(Feed.attendance, record)
    tombstone = changed(Feed.attendance, deleted=True)
    assert said(Feed.attendance, tombstone) != said(Feed.attendance, tombstone | {"lesson_id": "S2"})
