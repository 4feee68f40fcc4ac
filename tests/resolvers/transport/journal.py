"""What was logged while a test ran, by us and by the libraries."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from structlog.testing import capture_logs

CALM = {"debug", "info"}


class _Keep(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def calm() -> Iterator[list[Any]]:
    """Fails where anything above INFO is logged, or any traceback. Gives our own entries."""
    keep, loggers = _Keep(), [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error")]
    for logger in loggers:
        logger.addHandler(keep)
    try:
        with capture_logs() as entries:
            yield entries
    finally:
        for logger in loggers:
            logger.removeHandler(keep)
    loud = [entry for entry in entries if entry["log_level"] not in CALM or "trace" in entry]
    loud += [record.getMessage() for record in keep.records if record.levelno > logging.INFO or record.exc_info]
    assert loud == [], loud
