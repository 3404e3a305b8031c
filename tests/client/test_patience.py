"""What the server asks for by Retry-After, and how chance spreads the callers."""

from datetime import UTC, datetime

import httpx
import pytest

from app.client.patience import LONGEST_PAUSE_S, Patience, asked_pause_s

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
def test_reads_the_pause_the_server_asks_for(header: str, seconds: float) -> None:
    assert asked_pause_s(httpx.Response(503, headers={"Retry-After": header}), NOON) == seconds


def test_pauses_grow_with_full_jitter_up_to_a_limit() -> None:
    longest = Patience(chance=lambda: 1.0)
    assert [longest.jitter_s(tries) for tries in range(4)] == [0.25, 0.5, 1.0, 2.0]
    assert longest.jitter_s(500) == LONGEST_PAUSE_S
    assert Patience(chance=lambda: 0.0).jitter_s(3) == 0.0
