"""Structured logs: one JSON object a line on standard error, the libraries' own lines included."""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

Event = MutableMapping[str, Any]

DEEPEST = 5
"""Deeper causes say no more."""


def configure(level: str, redact: Processor) -> None:
    """Once per process. `redact` comes last before a line is rendered, whoever wrote it."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        where_it_failed,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _ended
    threading.excepthook = lambda end: _ended(end.exc_type, end.exc_value, end.exc_traceback)


def _ended(kind: type[BaseException], failure: BaseException | None, trace: TracebackType | None) -> None:
    """What nobody caught: a traceback of Python's own would repeat its words."""
    if isinstance(failure, KeyboardInterrupt):
        sys.__excepthook__(kind, failure, trace)
    elif failure is not None:
        structlog.get_logger("supervise").critical("ended by an error", exc_info=failure)


def where_it_failed(_logger: object, _method: str, event: Event) -> Event:
    """Kinds of errors and places in the code. Not their words: a driver's message may quote a row."""
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, tuple):
        failure = failure[1]
    if isinstance(failure, BaseException):
        event["failure"] = told(failure)
    return event


def told(failure: BaseException) -> list[dict[str, Any]]:
    """An error and what led to it, as kinds and places."""
    return [{"kind": type(link).__qualname__, "at": _places(link.__traceback__)} for link in _links(failure)]


def kinds(failure: BaseException) -> list[str]:
    """For what comes often while something is away: then the places are known."""
    return [type(link).__qualname__ for link in _links(failure)]


def _links(failure: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = failure
    for _ in range(DEEPEST):
        if link is not None:
            yield link
            link = link.__cause__ or link.__context__


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
