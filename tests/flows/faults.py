"""Settings and processes for tests in which something is away or dies."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.runtime.settings import Settings
from tests.promises.processes import Process, module

HELD_SECONDS = 9
"""How long the platform withholds an answer for which a test mends it sooner; a call may take 10."""
NOBODY = "http://127.0.0.1:9"
"""An address where connections are refused."""


def without_sqs(settings: Settings) -> Settings:
    """The queue service cannot be reached."""
    return settings.model_copy(
        update={
            "aws_endpoint_url_sqs": NOBODY,
            "sqs_rate_limiter_queue_url": f"{NOBODY}/1/queue",
            "sqs_rate_limiter_dlq_url": f"{NOBODY}/1/dead",
        }
    )


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a process of its own is given them."""
    found = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    for name, value in settings.model_dump().items():
        if value is None or value == ():
            continue
        plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        found[name.upper()] = str(plain).lower() if isinstance(plain, bool) else str(plain)
    return found


@asynccontextmanager
async def worker_process(settings: Settings) -> AsyncIterator[Process]:
    """`python -m services.workers`, a process of its own; killed at the end if it still lives."""
    process = Process("worker", module("services.workers"), environment(settings), Path(os.devnull))
    await process.start()
    try:
        yield process
    finally:
        await process.kill()
