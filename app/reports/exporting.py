"""How many exports a process makes at once: each holds a database connection until its file is whole."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.reports.errors import ExportsBusy

AT_ONCE = 3


class Exporting:
    def __init__(self) -> None:
        self._under_way = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises `ExportsBusy` where all turns are taken: who waited would hold a connection meanwhile."""
        if self._under_way >= AT_ONCE:
            raise ExportsBusy
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
