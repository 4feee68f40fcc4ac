"""Stores of a test's own, to be stopped and started again."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path

import httpx
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from services.devstack.ports import LOOPBACK, free_port
from services.devstack.postgres import Postgres
from services.devstack.redis import EmbeddedRedis
from services.devstack.sqs import create_queues
from services.runtime.aws import open_sqs
from services.runtime.settings import Settings
from services.runtime.sqs import Entry, Received
from tests.parts import TEMPLATE, start_redis


class MortalSqs:
    """moto's server on one port; its queues live in this process and outlast the server, as those of AWS do."""

    def __init__(self) -> None:
        self._port = free_port()
        self._server: ThreadedMotoServer | None = None

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    def start(self) -> None:
        self._server = ThreadedMotoServer(LOOPBACK, self._port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = None

    async def settings(self, settings: Settings) -> Settings:
        """The same with a queue of this server."""
        async with httpx.AsyncClient(trust_env=False) as http:
            made = await create_queues(http, self.endpoint, settings.aws_region, f"mortal-{secrets.token_hex(4)}")
        return settings.model_copy(
            update={
                "aws_endpoint_url_sqs": self.endpoint,
                "sqs_rate_limiter_queue_url": made.queue_url,
                "sqs_rate_limiter_dlq_url": made.dead_letter_url,
            }
        )


class MortalRedis:
    """Killed, and started again on the same port with nothing in it."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedRedis(folder, free_port())
        self._process: subprocess.Popen[bytes] | None = None

    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"redis_endpoint": self._server.endpoint})

    async def start(self) -> None:
        self._process = start_redis(self._server)
        await self._server.wait_until_ready()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


class MortalPostgres:
    """A server of one's own, stopped as by a pulled plug."""

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"database_url": SecretStr(self._server.url(TEMPLATE))})

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.stop, "immediate")

    async def start(self) -> None:
        await asyncio.to_thread(self._server.start)


async def queue_is_empty(settings: Settings) -> bool:
    """Nothing waits in the queue and nothing is in a worker's hands."""
    async with open_sqs(settings) as sqs:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = await sqs.attributes(settings.sqs_rate_limiter_queue_url, names)
        return all(count == "0" for count in found.values())


async def dead_letters(settings: Settings) -> int:
    assert settings.sqs_rate_limiter_dlq_url is not None
    async with open_sqs(settings) as sqs:
        names = ["ApproximateNumberOfMessages"]
        return int((await sqs.attributes(settings.sqs_rate_limiter_dlq_url, names))[names[0]])


async def multiply(settings: Settings, times: int) -> int:
    """Put each message that waits in the queue there `times` times. Gives how many there were."""
    url = settings.sqs_rate_limiter_queue_url
    async with open_sqs(settings) as sqs:
        taken: list[Received] = []
        while batch := await sqs.receive(url, 10, 0):
            taken += batch
        for message in taken:
            assert await sqs.send_batch(url, _copies(message, times)) == []
        for message in taken:
            assert await sqs.delete_batch(url, [message.receipt_handle]) == []
    return len(taken)


def _copies(message: Received, times: int) -> Sequence[Entry]:
    attributes: dict[str, str | int] = {
        name: int(value) if name == "priority" else value for name, value in message.attributes.items()
    }
    return [Entry(str(number), message.body, attributes, "copies") for number in range(times)]
