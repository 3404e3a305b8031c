"""`deleted: true`: only the key fields are needed."""

import pytest

from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from tests.ingest.examples import FULL, changed, errors_of, stored_of

EVERY_FEED = pytest.mark.parametrize("feed", Feed)


def key_of(feed: Feed) -> dict[str, object]:
    return {field.name: FULL[feed][field.name] for field in DEFINITIONS[feed].keys}


@EVERY_FEED
def test_a_tombstone_needs_only_its_key(feed: Feed) -> None:
    stored = stored_of(feed, {**key_of(feed), "deleted": True})
    assert stored == dict.fromkeys(DEFINITIONS[feed].names) | key_of(feed) | {"revision": 0, "deleted": True}


@EVERY_FEED
def test_a_tombstone_keeps_nothing_but_key_and_revision(feed: Feed) -> None:
    whole = changed(feed, deleted=True, revision=7)
    assert stored_of(feed, whole) == stored_of(feed, {**key_of(feed), "deleted": True, "revision": 7})


@EVERY_FEED
def test_a_tombstone_without_its_key_is_rejected(feed: Feed) -> None:
    for name in key_of(feed):
        rest = {other: value for other, value in key_of(feed).items() if other != name}
        assert errors_of(feed, {**rest, "deleted": True}) == [("/" + name, "missing_field")]


def test_what_a_tombstone_says_beside_its_key_is_not_examined() -> None:
    assert errors_of(Feed.enrollments, changed(Feed.enrollments, deleted=True, id_number="wrong")) == []
    assert errors_of(Feed.attendance, changed(Feed.attendance, deleted=True, status=None)) == []


def test_a_tombstone_has_no_unknown_fields_and_a_good_revision() -> None:
    tombstone = {**key_of(Feed.courses), "deleted": True}
    assert errors_of(Feed.courses, {**tombstone, "reason": "x"}) == [("/reason", "unknown_field")]
    assert errors_of(Feed.courses, {**tombstone, "revision": -1}) == [("/revision", "invalid_value")]
