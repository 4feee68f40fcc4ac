"""`check`: asks every part of the product whether it is there, and sends a message through the queue."""

from __future__ import annotations

import argparse
import asyncio

from redis.exceptions import RedisError

from services.cli.environment import settings_or_failure
from services.monitoring import logs
from services.monitoring.health import Status
from services.monitoring.queue_check import QueueCheck
from services.runtime.resources import open_resources
from services.runtime.settings import Settings, warnings

PATIENCE_SECONDS = 15.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("check", help="the smoke test after a deployment: every part, and the queue's way")
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    logs.configure("ERROR")
    return asyncio.run(check(settings_or_failure()))


async def check(settings: Settings) -> int:
    """Print a line for each part; 0 when all is well, else 1."""
    async with open_resources(settings, "huntaze-check") as resources:
        components = await resources.health.components()
        for each in components:
            print(f"{each.name:10} {each.status.value:12} {each.detail or f'{each.latency_ms} ms'}")
        for warning in warnings(settings):
            print(f"{'setting':10} {'WARNING':12} {warning}")
        way = await _way(QueueCheck(resources.queue, resources.redis, resources.clock))
        print(f"{'round trip':10} {way or 'UNAVAILABLE  no worker took the test message'}")
        return 0 if way and all(each.status is Status.HEALTHY for each in components) else 1


async def _way(queue_check: QueueCheck) -> str | None:
    try:
        seconds = await queue_check.round_trip(PATIENCE_SECONDS)
    except RedisError:
        return None
    return None if seconds is None else f"{'HEALTHY':12} {seconds * 1000:.0f} ms"
