from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.devstack.logs import KEPT_FILES, MAX_BYTES, Logs, readable


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("", None),
        ("   ", None),
        ("INFO:     Started server process [12]", None),
        ("2026-11-21 10:00:00,123 INFO alembic: upgrading", None),
        ("ERROR:    [Errno 98] address already in use", "ERROR:    [Errno 98] address already in use"),
        ("ModuleNotFoundError: No module named 'x'", "ModuleNotFoundError: No module named 'x'"),
        ('{"level": "info", "action": "sent", "messageId": "1"}', None),
        ('{"action": "sent"}', None),
        ("[1, 2]", "[1, 2]"),
        (
            '{"timestamp": "t", "level": "warning", "service": "api", "event": "slow", "action": "read", "n": 3}',
            "WARNING read slow n=3",
        ),
        ('{"level": "error", "event": "failed", "action": "failed"}', "ERROR failed"),
        (
            json.dumps({"level": "error", "event": "failed", "exception": "Traceback:\n  File x\nOSError: no"}),
            "ERROR failed exception=OSError: no",
        ),
    ],
)
def test_a_person_sees_what_is_serious(line: str, shown: str | None) -> None:
    assert readable(line) == shown


def test_everything_goes_to_the_file_and_only_what_is_serious_to_the_terminal(tmp_path: Path) -> None:
    shown: list[str] = []
    logs = Logs(tmp_path / "logs", shown.append)
    logs.take("api", "INFO: 100% quiet")
    logs.take("api", "ERROR: loud")
    logs.keep("redis", "ERROR: loud, but only for the file")
    logs.close()
    assert shown == ["api      ERROR: loud"]
    assert (tmp_path / "logs" / "api.log").read_text() == "INFO: 100% quiet\nERROR: loud\n"
    assert (tmp_path / "logs" / "redis.log").read_text() == "ERROR: loud, but only for the file\n"
    assert (logs.last_line("api"), logs.last_line("worker")) == ("ERROR: loud", "")


def test_files_are_rotated_by_size(tmp_path: Path) -> None:
    logs = Logs(tmp_path, lambda _: None)
    line = "x" * (MAX_BYTES // 2)
    for _ in range(2 * KEPT_FILES + 6):
        logs.keep("api", line)
    logs.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["api.log", "api.log.1", "api.log.2", "api.log.3"]
    assert max(file.stat().st_size for file in files) <= MAX_BYTES
