"""The whole product in a thread of its own, for tests that drive a browser and so cannot share an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from services.runtime.settings import Settings
from tests.flows.product import Product, running_product

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class RunningApi:
    """Where it is, and a token of a user who has one account on the sandbox platform."""

    url: str
    token: str
    product: Product
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[Any, Any, Result], deadline: float = 60) -> Result:
        """Runs a coroutine beside the product, and waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(deadline)


@contextmanager
def in_background(settings: Settings, **account: Any) -> Iterator[RunningApi]:
    """Start the product with a connected account, which `account` says more about, and end it with the block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    product = running_product(settings)
    try:
        running = asyncio.run_coroutine_threadsafe(product.__aenter__(), loop).result(60)
        client = running.client("demo")
        asyncio.run_coroutine_threadsafe(running.connect(client, "acct_demo", **account), loop).result(30)
        yield RunningApi(running.url, client.token, running, loop)
        asyncio.run_coroutine_threadsafe(product.__aexit__(None, None, None), loop).result(30)
    finally:
        asyncio.run_coroutine_threadsafe(_end_the_rest(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_the_rest() -> None:
    """What a cut left behind ends here, on its own loop, and not in a later test when it is found to be garbage."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=10)
    await asyncio.get_running_loop().shutdown_asyncgens()
