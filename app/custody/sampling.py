"""Which videos are fetched whole: drawn by a checkpoint that nobody can choose (app/ledger/draws.py).

Once a day those whose turn it is are announced; once a checkpoint covers the announcement, it has drawn.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from app.core import clock
from app.core.config import Settings
from app.custody import sampling_repository as repository
from app.db.session import Database, transaction
from app.ledger import draws

PURPOSE = "custody"
POPULATION = 5_000
"""Of one draw at most."""


def next_draw_at(now: datetime) -> datetime:
    """The end of the day (UTC): those that come in one day stand in one draw."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


async def announce(database: Database, settings: Settings) -> int:
    """A draw among those whose turn it is; how many there are."""
    if not settings.video_sample_percent:
        return 0
    now = clock.now()
    async with transaction(database) as session:
        population = await repository.take(session, now, POPULATION)
        if not population:
            return 0
        wanted = ceil(Fraction(len(population) * settings.video_sample_percent, 100))
        draw_id = await draws.announce(session, PURPOSE, population, wanted)
        again = next_draw_at(now) + timedelta(days=settings.video_sample_days - 1)
        await repository.enter(session, population, draw_id, again)
    return len(population)


async def settle(database: Database) -> int:
    """Those drawn are due, to be fetched whole; how many draws were decided."""
    decided = 0
    async with transaction(database) as session:
        for draw_id in await repository.waiting(session):
            chosen = await draws.drawn(session, draw_id)
            if chosen is not None:
                await repository.decide(session, draw_id, list(chosen), clock.now())
                decided += 1
    return decided
