"""Structured logs: one JSON object a line on standard error, the libraries' own lines included."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

Event = MutableMapping[str, Any]


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
    links: list[dict[str, Any]] = []
    link: BaseException | None = failure
    while link is not None and len(links) < 5:  # noqa: PLR2004 (deeper causes say no more)
        links.append({"kind": type(link).__qualname__, "at": _places(link.__traceback__)})
        link = link.__cause__ or link.__context__
    return links


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-12:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
