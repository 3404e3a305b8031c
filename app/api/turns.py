"""Work that a process does within a request, one or a few at a time: who comes meanwhile is turned away."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from app.core.errors import Unavailable


class Turn:
    def __init__(self, busy: Callable[[], Unavailable], most: int = 1) -> None:
        self._busy = busy
        self._left = most

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Raises what says that somebody has it: who waited would hold a connection meanwhile."""
        if self._left == 0:
            raise self._busy()
        self._left -= 1
        try:
            yield
        finally:
            self._left += 1


class OneEach:
    """One at a time for each who asks; who has begun nothing is kept out by nobody."""

    def __init__(self, busy: Callable[[], Unavailable]) -> None:
        self._busy = busy
        self._begun: set[Hashable] = set()

    @contextmanager
    def taken(self, who: Hashable) -> Iterator[None]:
        if who in self._begun:
            raise self._busy()
        self._begun.add(who)
        try:
            yield
        finally:
            self._begun.discard(who)
