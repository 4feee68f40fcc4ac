"""What our processes write to standard output, read from a process that has configured its logs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from services.monitoring.logs import traced

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio, logging, structlog
from services.monitoring import logs

early = structlog.get_logger(service="early")
logs.configure("INFO")
log = structlog.get_logger(service="sending")

def fail():
    raise ValueError("the text of a message")

early.info("started", action="start")
log.debug("not shown")
log.info("attempt_finished", action="record", messageId="m1", note="two\\nlines é")
try:
    fail()
except ValueError as error:
    log.error("loop_failed", action="send", **logs.traced(error))
    log.exception("failed", action="send")
    log.error("failed again", exc_info=error)
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application\\n")
logging.getLogger("httpx").info("GET https://e.com/?key=secret")
logging.getLogger("uvicorn.access").info("GET /graphql")
logging.getLogger("some.library").warning("said %s", "something")

async def forget():
    future = asyncio.get_running_loop().create_future()
    future.set_exception(ValueError("the text of a message"))

asyncio.run(forget())
"""


def output() -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert "the text of a message" not in done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_is_one_object_with_its_fields_and_no_words_of_exceptions() -> None:
    lines = output()

    assert [(line["service"], line["event"], line["level"]) for line in lines] == [
        ("early", "started", "info"),
        ("sending", "attempt_finished", "info"),
        ("sending", "loop_failed", "error"),
        ("sending", "failed", "error"),
        ("sending", "failed again", "error"),
        ("uvicorn.error", "Exception in ASGI application", "error"),
        ("some.library", "said something", "warning"),
        ("asyncio", "Future exception was never retrieved", "error"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert {key: lines[1][key] for key in ("action", "messageId", "note")} == {
        "action": "record",
        "messageId": "m1",
        "note": "two\nlines é",
    }
    for line in lines[2:6]:
        assert line["error"] == "ValueError"
        assert [each.split()[-1] for each in line["trace"]][:2] == ["<module>", "fail"]


def failure() -> ValueError:
    try:
        raise ValueError("the text of a message")
    except ValueError as error:
        return error


def test_an_exception_is_traced_without_its_words() -> None:
    found = traced(failure())

    assert found["error"] == "ValueError"
    assert found["trace"][-1].endswith(" failure")
    assert "text of a message" not in json.dumps(found)
    assert traced(KeyError("never raised")) == {"error": "KeyError", "trace": []}
