"""What the programs say: all of it in files under DATA_DIR/logs, what a person should see on the terminal."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 5_000_000
KEPT_FILES = 3
SERIOUS = {"warning", "error", "critical"}
NAMES_A_LEVEL = re.compile(r"^\W*(?:\S+ +){0,3}(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")
SHOWN_FIRST = ("action", "event", "message", "error")
NOT_REPEATED = {"timestamp", "level", "service", *SHOWN_FIRST}


class Logs:
    """Two sinks for supervisors: both write to `<name>.log`, rotated by size; `take` also shows what is serious."""

    def __init__(self, folder: Path, show: Callable[[str], None]) -> None:
        folder.mkdir(exist_ok=True, mode=0o700)
        self._folder = folder
        self._show = show
        self._files: dict[str, RotatingFileHandler] = {}

    def keep(self, name: str, line: str) -> None:
        self._file(name).emit(logging.makeLogRecord({"msg": line}))

    def take(self, name: str, line: str) -> None:
        self.keep(name, line)
        if (text := readable(line)) is not None:
            self._show(f"{name:<8} {text}")

    def last_line(self, name: str) -> str:
        """What a program said last, for a failure at start; empty where it said nothing."""
        path = self._folder / f"{name}.log"
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _file(self, name: str) -> RotatingFileHandler:
        if name not in self._files:
            self._files[name] = RotatingFileHandler(
                self._folder / f"{name}.log", maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
            )
        return self._files[name]


def readable(line: str) -> str | None:
    """A log line as a person reads it; None for what is not worth the terminal (below WARNING, or empty)."""
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        level = NAMES_A_LEVEL.match(line)
        quiet = not line.strip() or (level is not None and level["level"].lower() not in SERIOUS)
        return None if quiet else line
    level_name = str(record.get("level", "info")).lower()
    return _sentence(level_name, record) if level_name in SERIOUS else None


def _sentence(level: str, record: dict[str, object]) -> str:
    said = [_brief(record[name]) for name in SHOWN_FIRST if record.get(name)]
    details = [f"{name}={_brief(value)}" for name, value in record.items() if name not in NOT_REPEATED and value]
    return " ".join((level.upper(), *dict.fromkeys(said), *details))


def _brief(value: object) -> str:
    """The last line: of a traceback, that is the one that says what happened."""
    return (str(value).strip().splitlines() or [""])[-1]
