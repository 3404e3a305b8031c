"""A process makes few exports at once, and none waits for its turn."""

from contextlib import ExitStack

import pytest

from app.reports.errors import ExportsBusy
from app.reports.exporting import AT_ONCE, Exporting


def test_turns_are_bounded_and_given_back() -> None:
    exporting = Exporting()
    for _ in range(2):
        with ExitStack() as turns:
            for _ in range(AT_ONCE):
                turns.enter_context(exporting.turn())
            with pytest.raises(ExportsBusy), exporting.turn():
                pass


def test_a_turn_ends_where_an_export_fails() -> None:
    exporting = Exporting()
    for _ in range(AT_ONCE + 1):
        with pytest.raises(LookupError), exporting.turn():
            raise LookupError
