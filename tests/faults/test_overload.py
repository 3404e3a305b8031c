"""Two and a half times what can be done: what is taken in is answered soon, the rest is told at once."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.faults.answers import (
    TURNED_AWAY,
    accepted,
    closed,
    numbered,
    p99_ms,
    rate,
    statuses,
    stored,
    turned_away,
)
from tests.faults.site import PLATFORMS, Site, opened_site
from tests.faults.watch import watched
from tests.load.flood import Platform, bodies, elsewhere, open_loop

pytestmark = pytest.mark.long

RECORDS, BODIES = 1_000, 20
CONNECTIONS = 8
TIMES = 2.5
WARM_S, CLOSED_S, FLOOD_S = 3.0, 8.0, 20.0
MODEST_A_SECOND = 2.0
ORDINARY_P99_MS = 400
"""Of so many connections on a machine that is left alone; where it is busy with others, all takes longer."""


def test_what_cannot_be_done_is_turned_away_at_once(tally: Counter[str], tmp_path: Path) -> None:
    """While one platform floods, another pushes little. What can be done is found before and again after."""
    with opened_site(tmp_path, "server") as site, elsewhere(2) as start, watched(site) as watch:
        greedy, modest = platforms(site)
        answers = closed(start, greedy, 0, connections=CONNECTIONS, seconds=WARM_S)
        answers += (before := closed(start, greedy, 1, connections=CONNECTIONS, seconds=CLOSED_S))
        watch.ms.clear()
        flood = start(open_loop, numbered(greedy, 2), per_second=TIMES * rate(before), seconds=FLOOD_S)
        little = start(open_loop, numbered(modest, 3), per_second=MODEST_A_SECOND, seconds=FLOOD_S)
        answers += (flooded := flood.result())
        answers += (few := little.result())
        tally.update(watch.p99_ms())
        answers += (after := closed(start, greedy, 4, connections=CONNECTIONS, seconds=CLOSED_S))
        sustainable = min(rate(before), rate(after))
        goodput = (rate(flooded) + rate(few)) / sustainable

        tally.update(statuses(flooded + few))
        tally["sustainable records a second"] = round(RECORDS * sustainable)
        tally["goodput per cent"] = round(100 * goodput)
        tally["p99 ms without the flood"] = p99_ms(before + after)
        tally["accepted p99 ms"] = p99_ms(accepted(flooded + few))
        tally["turned away p99 ms"] = p99_ms(turned_away(flooded + few))
        tally["of the modest platform per cent"] = round(100 * len(accepted(few)) / len(few))
        tally.update(asyncio.run(stored(site, accepted(answers))))

        assert {answer.status for answer in answers} <= {httpx.codes.OK, *TURNED_AWAY}
        assert {answer.retry_after_s > 0 for answer in turned_away(answers)} == {True}
        busy = max(1.0, tally["p99 ms without the flood"] / ORDINARY_P99_MS)
        assert tally["accepted p99 ms"] < 1000 * busy
        assert tally["turned away p99 ms"] < 500 * busy
        assert tally["goodput per cent"] >= 80
        assert tally["of the modest platform per cent"] >= 90
        assert watch.failures == []
        assert max(tally["/healthz p99 ms"], tally["/readyz p99 ms"]) < 1000 * busy
        assert "request failed" not in site.said


def platforms(site: Site) -> list[Platform]:
    ready = bodies(BODIES, RECORDS)
    return [Platform(site.address(), site.clients(each)[0].token(), ready, 0) for each in PLATFORMS]
