"""What routes ask for before they begin."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts


def asked_for(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for each in dependant.dependencies:
        assert each.call is not None
        yield each.call
        yield from asked_for(each)


def is_asynchronous(call: Callable[..., Any]) -> bool:
    called = call if inspect.isfunction(call) else type(call).__call__
    return inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called)


async def test_nothing_waits_for_a_thread_before_a_route_begins(app: FastAPI) -> None:
    """FastAPI takes plain functions to threads; while batches are checked, each waits there for its turn."""
    calls = [
        call
        for route in iter_route_contexts(app.routes)
        for call in (route.dependant.call, *asked_for(route.dependant))
    ]
    assert len(calls) > 100
    assert {call.__qualname__ for call in calls if not is_asynchronous(call)} == set()
