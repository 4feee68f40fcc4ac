"""How long is a webhook kept waiting for its answer, while the queue is there, refuses, or never answers?

    .venv/bin/python -m bench.webhooks [--webhooks 100]

API and client share this process and real stores, so the figures are upper bounds. Beside each is what waking a worker
takes, which would be added if the answer waited for it; Redis is not asked on this way at all.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from db.models import new_id
from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from services.webhooks.receive import Journalled
from tests.conftest import session_settings
from tests.flows.faults import NOBODY
from tests.flows.product import running_product
from tests.flows.test_webhooks import deliver, envelope, sign
from tests.parts import running_postgres, running_redis, running_sqs

WAKINGS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--webhooks", type=int, default=100)
    arguments = parser.parse_args()
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        running_sqs() as sqs,
        session_settings(postgres, redis, sqs) as settings,
    ):
        asyncio.run(_all(settings, arguments.webhooks))


async def _all(settings: Settings, webhooks: int) -> None:
    async with _silent() as silent:
        for name, address in (("queue there", None), ("queue refuses", NOBODY), ("queue never answers", silent)):
            changed = {"aws_endpoint_url_sqs": address, "sqs_rate_limiter_queue_url": f"{address}/1/queue"}
            changed |= {"redis_endpoint": "127.0.0.1:9"}
            await measure(name, settings.model_copy(update=changed) if address else settings, webhooks)


async def measure(name: str, settings: Settings, webhooks: int) -> None:
    async with running_product(settings, worker=False) as product:
        await product.connect(product.client())
        answers = []
        for number in range(webhooks):
            body = envelope(message_id=f"{name} {number}")
            began = time.perf_counter()
            assert (await deliver(product, body, Signature=sign(body))).status_code == 200
            answers.append(time.perf_counter() - began)
    _print(f"{name}: answered", answers)
    async with open_resources(settings, "bench") as resources:
        wakings = []
        for _ in range(WAKINGS):
            began = time.perf_counter()
            await resources.webhook_receiver.wake(Journalled(new_id(), new_id()))
            wakings.append(time.perf_counter() - began)
    _print(f"{name}: waking, after the answer", wakings)


@asynccontextmanager
async def _silent() -> AsyncIterator[str]:
    """Takes connections and never answers."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        writer.close()

    listener = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    listener.close()


def _print(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[max(0, round(len(ordered) * 0.95) - 1)]
    shown = {"p50": statistics.median(ordered), "p95": p95, "max": ordered[-1]}
    print(f"{what:48} n={len(ordered):<4}", *(f"{name} {each * 1000:7.1f} ms" for name, each in shown.items()))


if __name__ == "__main__":
    main()
