"""How commands that run long are ended."""

import signal
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGTERM, signal.SIGINT)


def end_in_order_when_told_to() -> None:
    """SIGTERM and SIGINT leave every `with` block on their way out; a second one changes nothing."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        ignore_further_ones()
        raise SystemExit(0)

    for known in ENDING:
        signal.signal(known, leave)


def fail_when_told_to() -> None:
    """SIGTERM leaves every `with` block too, and what was not finished is status 1."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        ignore_further_ones()
        raise SystemExit(1)

    signal.signal(signal.SIGTERM, leave)


def ignore_further_ones() -> None:
    for known in ENDING:
        signal.signal(known, signal.SIG_IGN)
