"""Work that a process does within a request, one or a few at a time: who comes meanwhile is turned away."""

from collections.abc import Callable, Iterator
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
