"""What a queue message does on arrival: its lane becomes due, whoever marked the message queued first."""

from __future__ import annotations

import asyncio
import base64
from uuid import UUID

import asyncpg
import pytest

from db.models import Message
from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from services.sending.arrive import arrive
from tests.flows.product import running_product
from tests.waiting import eventually

RESET = "UPDATE messages SET status = 'PENDING' WHERE id = $1"
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.mark.parametrize("api_is_first", [True, False])
async def test_the_lane_is_due_although_the_api_marks_the_message_meanwhile(
    settings: Settings, api_is_first: bool
) -> None:
    async with running_product(settings, worker=False) as product, open_resources(product.settings, "t") as resources:
        mia = product.client()
        await product.connect(mia)
        sent = await product.send(mia, fanId=await product.fan(mia))
        message_id = UUID(base64.b64decode(sent["message"]["id"]).decode().split(":")[1])
        database = product.settings.database_url.get_secret_value()
        api, observer = await asyncpg.connect(database), await asyncpg.connect(database)
        owner = await api.fetchval("SELECT user_id FROM messages WHERE id = $1", message_id)
        await api.execute(RESET, message_id)
        await api.execute("UPDATE lanes SET due_at = NULL")
        arriving: asyncio.Task[Message | None] | None = None
        async with api.transaction():
            if api_is_first:
                # The API holds the row, not committed yet: the worker still sees it pending, and has to wait.
                await api.execute("UPDATE messages SET status = 'QUEUED' WHERE id = $1", message_id)
                arriving = asyncio.create_task(arrive(resources.transactions, owner, message_id))
                await eventually(lambda: _is_blocked(observer))
        assert await (arriving or arrive(resources.transactions, owner, message_id))
        assert await observer.fetchval("SELECT status FROM messages WHERE id = $1", message_id) == "QUEUED"
        assert await observer.fetchval("SELECT due_at IS NOT NULL FROM lanes") is True
        await api.close()
        await observer.close()


async def _is_blocked(observer: asyncpg.Connection) -> bool:
    return int(await observer.fetchval(BLOCKED)) == 1
