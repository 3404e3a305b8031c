"""Work that a process does within a request, one at a time: who comes meanwhile is turned away at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.core.errors import Unavailable


class Turn:
    def __init__(self, busy: Callable[[], Unavailable]) -> None:
        self._busy = busy
        self._is_taken = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Raises what says that somebody has it: who waited would hold a connection meanwhile."""
        if self._is_taken:
            raise self._busy()
        self._is_taken = True
        try:
            yield
        finally:
            self._is_taken = False
