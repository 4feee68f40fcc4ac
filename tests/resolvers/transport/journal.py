"""What was logged while a test ran, by us and by the libraries."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
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
    """Fails where the API or a library logs anything above INFO, or any traceback. Gives all entries of ours."""
    keep, loggers = _Keep(), [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error")]
    for logger in loggers:
        logger.addHandler(keep)
    try:
        with capture_logs() as entries:
            yield entries
    finally:
        for logger in loggers:
            logger.removeHandler(keep)
    # The hub may lose Redis for a moment on a busy machine, which is nobody's mistake.
    loud: list[Any] = [entry for entry in entries if entry.get("service") == "api" and _is_loud(entry)]
    loud += [record.getMessage() for record in keep.records if record.levelno > logging.INFO or record.exc_info]
    assert loud == [], loud


def _is_loud(entry: Mapping[str, Any]) -> bool:
    return entry["log_level"] not in CALM or "trace" in entry
