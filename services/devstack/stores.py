"""The three stores of an embedded start. Whatever the environment gives an address for is used instead."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from services.devstack.failure import StartFailure
from services.devstack.given import given
from services.devstack.ports import free_port
from services.devstack.postgres import Postgres
from services.devstack.postgres_account import current_account
from services.devstack.postgres_files import data_folder, programs
from services.devstack.redis import EmbeddedRedis
from services.devstack.sqs import EmbeddedSqs, create_queues
from services.devstack.supervisor import Notice, Sink, Supervisor

# moto asks for a key, and looks at none. A profile or session of the caller's would come before it: empty is unset.
DUMMY_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "embedded",
    "AWS_SECRET_ACCESS_KEY": "embedded",
    "AWS_SESSION_TOKEN": "",
    "AWS_PROFILE": "",
    "AWS_DEFAULT_PROFILE": "",
}


class Stores:
    """Each method starts one store on the exit stack and returns the settings that lead to it."""

    def __init__(
        self, data_dir: Path, environ: Mapping[str, str], redis_password: str, sink: Sink, notice: Notice
    ) -> None:
        self._data_dir = data_dir
        self._environ = environ
        self._redis_password = redis_password
        self._sink = sink
        self._notice = notice

    async def open(self, stack: AsyncExitStack) -> dict[str, str]:
        """Start what is missing. Raises StartFailure."""
        return {**self._database(stack), **await self._redis(stack), **await self._queues(stack)}

    def _database(self, stack: AsyncExitStack) -> dict[str, str]:
        if given(self._environ, "DATABASE_URL"):
            return {}
        account = current_account()
        folder = data_folder(self._data_dir, account)
        if folder.parent != self._data_dir:
            self._notice(f"PostgreSQL's own user cannot enter {self._data_dir}: its tables are in {folder}")
        server = Postgres(folder, programs(account), account)
        stack.callback(server.stop)
        return {"DATABASE_URL": server.start()}

    async def _redis(self, stack: AsyncExitStack) -> dict[str, str]:
        if given(self._environ, "REDIS_ENDPOINT"):
            return {}
        server = EmbeddedRedis(self._data_dir / "redis", free_port(), self._redis_password)
        running = Supervisor([server.program()], self._data_dir / "run", self._sink, self._notice)
        await stack.enter_async_context(running)
        await server.wait_until_ready()
        return {"REDIS_ENDPOINT": server.endpoint, "REDIS_AUTH_TOKEN": self._redis_password}

    async def _queues(self, stack: AsyncExitStack) -> dict[str, str]:
        wanted = missing_from_aws(self._environ)
        if not wanted:
            return {}
        server = EmbeddedSqs()
        endpoint = server.start()
        stack.callback(server.stop)
        found: dict[str, str] = {
            name: endpoint for name in ("AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_CLOUDWATCH") if name in wanted
        }
        if "AWS_ENDPOINT_URL_SQS" not in wanted:
            return found
        region = given(self._environ, "AWS_REGION") or "us-east-1"
        async with httpx.AsyncClient(trust_env=False) as http:
            queues = await create_queues(http, endpoint, region)
        urls = {"SQS_RATE_LIMITER_QUEUE_URL": queues.queue_url, "SQS_RATE_LIMITER_DLQ_URL": queues.dead_letter_url}
        return {**found, **urls, **DUMMY_CREDENTIALS}


def missing_from_aws(environ: Mapping[str, str]) -> set[str]:
    """The endpoints that have to be embedded. Raises StartFailure where a queue is given by halves.

    A queue address without an endpoint is AWS itself, and so are its metrics then.
    """
    sqs, metrics, queue = (
        given(environ, name)
        for name in ("AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_CLOUDWATCH", "SQS_RATE_LIMITER_QUEUE_URL")
    )
    if sqs and not queue:
        raise StartFailure(
            "AWS_ENDPOINT_URL_SQS is given without a queue: give SQS_RATE_LIMITER_QUEUE_URL too, or neither."
        )
    missing: set[str] = set() if queue else {"AWS_ENDPOINT_URL_SQS"}
    if not metrics and (sqs or not queue):
        missing.add("AWS_ENDPOINT_URL_CLOUDWATCH")
    return missing
