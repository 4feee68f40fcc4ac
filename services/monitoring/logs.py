"""Structured logs: one JSON object a line, with timestamp, level, service and action (requirement 10.2).

Log calls name ids, counts and reasons; never message text, e-mail addresses or secrets.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog


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
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "botocore", "aiobotocore", "urllib3", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for library in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(library).handlers[:] = []
        logging.getLogger(library).propagate = True
