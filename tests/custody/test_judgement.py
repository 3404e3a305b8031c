"""What is wrong with a video: by its figures, its clock and what was seen; and when it is looked at next."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.core.config import Settings
from app.core.vocabulary import CheckKind, CheckOutcome, CustodyRule, CustodyState
from app.custody.judgement import judge, months_after, promised_until
from app.custody.schemas import Check, Keeping, Registered, Standing
from app.custody.standing import after

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
KEEPING = Keeping(NOW + timedelta(days=300), "第六条")
SETTINGS = Settings(database_url="postgresql://unused")
SOUND = Standing(CustodyState.sound, NOW, False, 0, None, {})
PLAIN = Registered(
    *("live-a", "C1", "V1", "S1", "live_recording", "https://videos.example/1", "sha256", "ab" * 32),  # type: ignore[arg-type]
    *(1000, Decimal(3600), NOW, None),
    *(None,) * 9,
    *(UUID(int=1), 1, 60, NOW, Decimal(3600), "standard", NOW.date(), ()),  # type: ignore[arg-type]
)


def registered(**figures: Any) -> Registered:  # noqa: ANN401 (of many kinds)
    return PLAIN._replace(**figures)


def check(outcome: CheckOutcome, at: datetime = NOW, kind: CheckKind = CheckKind.probe) -> Check:
    return Check(kind, at, outcome, {})


@pytest.mark.parametrize(
    ("began", "ended"),
    [("2026-01-31", "2027-01-31"), ("2024-02-29", "2025-02-28"), ("2026-12-15", "2027-12-15")],
)
def test_twelve_months_are_calendar_months(began: str, ended: str) -> None:
    at = datetime.fromisoformat(f"{began}T10:00:00+08:00")
    assert months_after(at, 12) == datetime.fromisoformat(f"{ended}T10:00:00+08:00")


def test_the_longer_promise_holds() -> None:
    later = KEEPING.until + timedelta(days=9)
    assert promised_until(registered(available_until=later), KEEPING) == later
    assert promised_until(registered(available_until=NOW), KEEPING) == KEEPING.until
    assert promised_until(registered(), None) is None


def test_nothing_is_wrong_with_what_nobody_looked_at() -> None:
    assert judge(registered(), SOUND, KEEPING, SETTINGS) == {}


@pytest.mark.parametrize(("seconds", "is_short"), [(3600, False), (3240, False), (3239, True), (0, True)])
def test_a_recording_covers_nine_tenths_of_its_lesson(seconds: int, is_short: bool) -> None:  # noqa: FBT001
    video = registered(lesson_seconds=Decimal(seconds))
    assert ("video-short" in judge(video, SOUND, None, SETTINGS)) is is_short
    assert not judge(video._replace(kind="vod"), SOUND, None, SETTINGS)
    assert not judge(video._replace(planned_minutes=None), SOUND, None, SETTINGS)


@pytest.mark.parametrize(("milliseconds", "is_short"), [(3_598_000, False), (3_597_999, True)])
def test_a_measured_duration_may_be_two_seconds_short(milliseconds: int, is_short: bool) -> None:  # noqa: FBT001
    seen = {"examination": {"outcome": "agrees", "milliseconds": milliseconds}}
    assert ("video-short" in judge(registered(), SOUND._replace(observed=seen), None, SETTINGS)) is is_short


class TestALinkThatFails:
    def test_is_asked_again_after_pauses_that_double_up_to_the_days_between_probes(self) -> None:
        standing, pauses = SOUND, []
        for _ in range(10):
            standing = after(standing, [check(CheckOutcome.unreachable)], SETTINGS)
            assert standing.next_due_at is not None
            pauses.append((standing.next_due_at - NOW) / timedelta(hours=1))
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168]

    def test_has_vanished_after_three_looks_over_a_day_and_not_before(self) -> None:
        states = []
        standing = SOUND
        for hours in (0, 1, 23, 24):
            seen = check(CheckOutcome.unreachable, NOW + timedelta(hours=hours))
            standing = after(standing, [seen], SETTINGS)
            states.append(standing.state.value)
        assert states == ["failing", "failing", "failing", "vanished"]

    def test_accuses_nobody_while_the_refusal_is_ours(self) -> None:
        standing = SOUND
        for day in range(9):
            refused = check(CheckOutcome.refused, NOW + timedelta(days=day))
            standing = after(standing, [refused], SETTINGS)
            assert standing.state is CustodyState.failing
        assert judge(registered(), standing, KEEPING, SETTINGS) == {}
        silent = check(CheckOutcome.unreachable, NOW + timedelta(days=9))
        standing = after(standing, [silent], SETTINGS)
        assert (standing.state, standing.failures) == (CustodyState.failing, 1)

    def test_is_forgiven_once_it_answers(self) -> None:
        failing = after(SOUND, [check(CheckOutcome.unreachable)], SETTINGS)
        sound = after(failing, [check(CheckOutcome.answers)], SETTINGS)
        assert (sound.state, sound.failures, sound.failing_since) == (CustodyState.sound, 0, None)


class TestAFetchThatFails:
    WANTED = SOUND._replace(fetch_wanted=True)

    def looked(self, standing: Standing, outcome: CheckOutcome, days: int) -> Standing:
        """A link that answers, and a whole fetch that ends so."""
        at = NOW + timedelta(days=days)
        return after(
            standing, [check(CheckOutcome.answers, at), check(outcome, at, CheckKind.hash)], SETTINGS
        )

    def test_has_vanished_where_nothing_is_behind_a_link_that_answers_probes(self) -> None:
        standing = self.WANTED
        for days in (0, 2, 4, 6):
            standing = self.looked(standing, CheckOutcome.gone, days)
            assert (standing.state, standing.fetch_wanted) == (CustodyState.vanished, True)
            assert CustodyRule.vanished in judge(registered(), standing, KEEPING, SETTINGS)
        standing = self.looked(standing, CheckOutcome.confirmed, 8)
        assert standing.state is CustodyState.sound

    @pytest.mark.parametrize("outcome", [CheckOutcome.unreachable, CheckOutcome.refused])
    def test_accuses_nobody_and_is_given_up_after_three(self, outcome: CheckOutcome) -> None:
        standing, seen = self.WANTED, []
        for days in (0, 2, 4):
            standing = self.looked(standing, outcome, days)
            seen.append((standing.state.value, standing.fetch_wanted))
            assert judge(registered(), standing, KEEPING, SETTINGS) == {}
        assert seen == [("failing", True), ("failing", True), ("sound", False)]

    def test_counts_apart_from_probes(self) -> None:
        standing = self.WANTED
        for days in (0, 2):
            standing = self.looked(standing, CheckOutcome.unreachable, days)
        standing = after(standing, [check(CheckOutcome.unreachable, NOW + timedelta(days=4))], SETTINGS)
        assert (standing.state, standing.failures) == (CustodyState.failing, 1)

    def test_leaves_what_the_last_whole_one_said(self) -> None:
        standing = self.looked(self.WANTED, CheckOutcome.changed, 0)
        for days in (2, 4, 6):
            standing = self.looked(standing, CheckOutcome.unreachable, days)
            assert (standing.observed["hash"]["outcome"], standing.fetch_wanted) == ("changed", True)
        assert standing.state is CustodyState.differs
