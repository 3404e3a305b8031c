"""A start waits for a database that is away for a moment, and for nothing else."""

from collections.abc import Callable

import pytest

from app.core.errors import AppError
from app.db.failures import ConnectionLost, DatabaseBusy, DatabaseNotPrepared, DatabaseUnreachable
from app.db.outages import outlast


class Work:
    """Fails so many times before it is done."""

    def __init__(self, failure: Callable[[], AppError], times: int) -> None:
        self.failure, self.left, self.is_done = failure, times, False

    async def __call__(self) -> None:
        if self.left:
            self.left -= 1
            raise self.failure()
        self.is_done = True


@pytest.mark.parametrize("failure", [DatabaseUnreachable, ConnectionLost, DatabaseBusy])
async def test_what_is_away_comes_back(failure: Callable[[], AppError]) -> None:
    work = Work(failure, times=2)
    await outlast(work)
    assert work.is_done


async def test_patience_ends() -> None:
    work = Work(DatabaseUnreachable, times=2)
    with pytest.raises(DatabaseUnreachable):
        await outlast(work, patience_s=0)
    assert not work.is_done


async def test_what_needs_a_hand_is_said_at_once() -> None:
    work = Work(DatabaseNotPrepared, times=1)
    with pytest.raises(DatabaseNotPrepared):
        await outlast(work)
    assert work.left == 0
