"""The product with Lambda functions instead of a worker."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from pydantic import SecretStr

from services.runtime.settings import Settings
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product, running_product
from tests.services.workers.aws_lambda import LambdaContainer, LambdaFunction, Poller, polled


@dataclass
class Cloud:
    """The product without a worker of its own, a queue that is polled, and a user with one account."""

    product: Product
    poller: Poller
    database: asyncpg.Connection
    mia: GraphQLClient
    function: LambdaFunction
    stack: AsyncExitStack
    fans: dict[str, str] = field(default_factory=dict)

    async def container(self, **settings: Any) -> LambdaContainer:
        """Several may run at once; `settings` differ from the product's."""
        given = {name: SecretStr(value) if name == "database_url" else value for name, value in settings.items()}
        changed = self.product.settings.model_copy(update=given)
        return await self.stack.enter_async_context(self.function.container(changed))

    async def send(self, text: str, handle: str = "robin") -> str:
        """A message to a fan; gives its id, as the database knows it."""
        if handle not in self.fans:
            self.fans[handle] = await self.product.fan(self.mia, handle)
        answer = await self.product.send(self.mia, fanId=self.fans[handle], text=text)
        assert answer["errors"] == []
        return str(await self.value("SELECT id FROM messages WHERE text = $1", text))

    async def value(self, query: str, *arguments: Any) -> Any:
        return await self.database.fetchval(query, *arguments)

    async def arrived(self) -> list[str]:
        return [arrival["text"] for arrival in await self.product.sandbox.arrivals()]

    async def statuses(self) -> dict[str, int]:
        rows = await self.database.fetch("SELECT status, count(*) FROM messages GROUP BY 1")
        return {row[0]: row[1] for row in rows}

    async def unfinished(self) -> int:
        return int(await self.value("SELECT count(*) FROM attempts WHERE state <> 'done'"))


@asynccontextmanager
async def running_cloud(settings: Settings, function: LambdaFunction) -> AsyncIterator[Cloud]:
    async with AsyncExitStack() as stack:
        product = await stack.enter_async_context(running_product(settings, worker=False))
        poller = await stack.enter_async_context(polled(settings))
        database = await asyncpg.connect(settings.database_url.get_secret_value())
        stack.push_async_callback(database.close)
        mia = product.client()
        await product.connect(mia)
        yield Cloud(product, poller, database, mia, function, stack)


def queued(message_id: str, user_id: str, **changes: Any) -> tuple[str, dict[str, str | int]]:
    """Body and attributes of a message of the contract."""
    body = {
        "messageId": message_id,
        "userId": user_id,
        "recipientId": str(uuid.uuid4()),
        "content": "Hello",
        "metadata": {"priority": 5},
        "timestamp": "2026-11-25T09:00:00.000Z",
    }
    attributes: dict[str, str | int] = {"userId": user_id, "messageType": "message", "priority": 5}
    return json.dumps(body | changes), attributes
