"""Until when a request is to be answered, and by whom."""

from datetime import UTC, date, datetime

import pytest

from app.core.vocabulary import Feed
from app.rights.requests import addressee_of, due_on
from app.rights.schemas import About, Addressee

FRIDAY_EVENING = datetime(2026, 11, 20, 10, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 11, 20, 17, tzinfo=UTC)
"""Already Saturday in Shanghai."""


@pytest.mark.parametrize(
    ("submitted_at", "days", "due"),
    [
        (FRIDAY_EVENING, 1, date(2026, 11, 23)),
        (FRIDAY_NIGHT, 1, date(2026, 11, 23)),
        (FRIDAY_EVENING, 5, date(2026, 11, 27)),
        (FRIDAY_EVENING, 15, date(2026, 12, 11)),
    ],
)
def test_weekends_do_not_count(submitted_at: datetime, days: int, due: date) -> None:
    assert due_on(submitted_at, days) == due


@pytest.mark.parametrize(
    ("about", "addressee"),
    [
        (About(feed=Feed.learning_records), Addressee.platform),
        (About(feed=Feed.enrollments, field="id_number"), Addressee.enterprise),
        (About(feed=Feed.enrollments), Addressee.platform),
        (About(), Addressee.regulator),
    ],
)
def test_who_holds_it_answers(about: About, addressee: Addressee) -> None:
    assert addressee_of(about) is addressee
