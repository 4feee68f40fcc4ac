"""Structured logs: one JSON object a line, with timestamp, level, service and action.

Log calls name ids, counts and reasons; never message text, e-mail addresses or secrets.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog

CLIENTS_MISTAKES = "python_multipart"
"""A library that warns of what strangers send it; we answer 400, and that is all there is to say."""


def traced(error: BaseException) -> dict[str, Any]:
    """An exception for the log: its type and where it arose, without its words.

    The words of database and validation errors quote values, which may be message texts or addresses.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    found: dict[str, Any] = {
        "error": type(error).__name__,
        "trace": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in [*ours[-8:], frames[-1]]]
        if frames
        else [],
    }
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return found | ({"sqlstate": state} if state else {})


def _of_a_library(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Libraries name neither service nor action; beside an exception they repeat its words below the first line."""
    if not event["_from_structlog"]:
        event["service"] = event["_record"].name
        event["event"] = str(event["event"]).strip().split("\n", 1)[0]
    return event


def _without_words(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """An exception that somebody logged becomes what `traced` keeps of it."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    return {**event, **traced(error)} if isinstance(error, BaseException) else event


def configure(level: str) -> None:
    """Send our logs and those of the libraries to standard output as JSON. Called once, by a process's entry."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _of_a_library,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_words,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "botocore", "aiobotocore", "urllib3", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger(CLIENTS_MISTAKES).setLevel(logging.ERROR)
    for library in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(library).handlers[:] = []
        logging.getLogger(library).propagate = True
