"""What nobody can read in the queue: told in the log, a dead letter after five receives, and in nobody's way."""

from __future__ import annotations

import json
import uuid

import asyncpg
from structlog.testing import capture_logs

from services.runtime.aws_dead_letters import open_dead_letters
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from services.sending.redrive import Redrive
from tests.flows.cloud import queued
from tests.flows.product import INBOX, running_product
from tests.services.workers.aws_lambda import polled
from tests.waiting import eventually

RECEIVES = 5


async def test_bad_messages_become_dead_letters_and_hold_nobody_up(settings: Settings) -> None:
    dead_settings = settings.model_copy(update={"sqs_rate_limiter_queue_url": settings.sqs_rate_limiter_dlq_url})
    with capture_logs() as logs:
        async with running_product(settings) as product, polled(settings) as poller, polled(dead_settings) as dead:
            await poller.hide_for(1)
            mia, eve = product.client(), product.client("eve")
            await product.connect(mia)
            await product.connect(eve, "acct_eve")
            database = await asyncpg.connect(settings.database_url.get_secret_value())
            owners = dict(await database.fetch("SELECT account_id, user_id FROM creator_accounts"))
            await database.close()
            body, typed = queued(str(uuid.uuid4()), str(owners["acct_1"]))
            texts = {name: str(value) for name, value in typed.items()}
            unreadable = {
                "body: json_invalid": ("<message/>", texts),
                "unknown messageType": (body, texts | {"messageType": "message_v2"}),
                "messageId: missing; userId: missing; timestamp: missing; recipientId: missing; content: missing": (
                    json.dumps({"version": 2}),
                    texts,
                ),
                "too big": (json.dumps(json.loads(body) | {"content": "x" * 1_040_000}), texts),
                "the attribute userId names another user": (body, texts | {"userId": str(owners["acct_eve"])}),
            }
            for each in unreadable.values():
                await poller.put(*each)
            await poller.put(body, texts)  # of a message that nobody knows

            async with mia.subscribe(INBOX) as inbox:
                await product.send(mia, fanId=await product.fan(mia), text="In between")
                await inbox.until("MessageUpdated", 30, status="SENT")
                foreign = await _another_owners(product.settings, str(owners["acct_eve"]))
                await poller.put(*foreign)

            async def all_dead() -> bool:
                return (await dead.numbers())["Visible"] == len(unreadable)

            await eventually(all_dead, 60, "the dead letters")
            numbers = await poller.numbers()
            assert (numbers["Visible"], numbers["NotVisible"]) == (0, 0)
            assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["In between"]

            told = [line for line in logs if line["event"] == "queue_message_unreadable"]
            assert {line["reason"] for line in told} == set(unreadable)
            assert len(told) == RECEIVES * len(unreadable)
            unknown = [line["userId"] for line in logs if line["event"] == "queue_message_unknown"]
            assert unknown == [str(owners["acct_1"]), str(owners["acct_eve"])]
            assert not any("x" * 100 in str(line) for line in logs)

    async with open_dead_letters(settings, str(settings.sqs_rate_limiter_dlq_url)) as client:
        report = await Redrive(client, SystemClock()).one_by_one(limit=None, everything=False, dry_run=False)
    assert (report.moved, {reason for _, reason in report.stays}) == (0, set(unreadable))


async def _another_owners(settings: Settings, eve: str) -> tuple[str, dict[str, str]]:
    """The queue message of Mia's message, as if it were Eve's."""
    database = await asyncpg.connect(settings.database_url.get_secret_value())
    message_id = await database.fetchval("SELECT id FROM messages WHERE direction = 'OUT'")
    await database.close()
    body, typed = queued(str(message_id), eve)
    return body, {name: str(value) for name, value in typed.items()}
