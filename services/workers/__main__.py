"""`python -m services.workers`: run one worker until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import signal
import sys

import structlog
import uvloop
from pydantic import ValidationError

from services.monitoring import logs
from services.runtime import garbage
from services.runtime.resources import open_resources
from services.runtime.settings import Settings, warnings
from services.workers.worker import Worker


async def main(settings: Settings) -> None:
    async with open_resources(settings, "huntaze-worker") as resources:
        worker = Worker(resources)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.stopping.set)
        garbage.settle()
        await worker.run()


def start() -> None:
    try:
        settings = Settings.from_environment()
    except ValidationError as error:
        sys.exit("worker: " + "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()))
    logs.configure(settings.log_level)
    for warning in warnings(settings):
        structlog.get_logger(service="worker").warning("setting", action="start", detail=warning)
    # The same loop that uvicorn gives the API (decision 24).
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(settings))


if __name__ == "__main__":
    start()
