"""Where the request of the moment came from; bound once by the door, so that no call carries it along."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Origin:
    """`recorded` counts the entries that the request has left so far."""

    address: str | None = None
    request_id: str | None = None
    recorded: int = 0


_ORIGIN: ContextVar[Origin | None] = ContextVar("origin", default=None)


@contextmanager
def bound(address: str | None, request_id: str | None) -> Iterator[Origin]:
    origin = Origin(address, request_id)
    token = _ORIGIN.set(origin)
    try:
        yield origin
    finally:
        _ORIGIN.reset(token)


def current() -> Origin:
    """Of no request: nothing is known of where it came from."""
    return _ORIGIN.get() or Origin()
