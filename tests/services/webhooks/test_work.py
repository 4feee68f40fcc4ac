from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.models import CreatorAccount, Fan, Message, WebhookDelivery
from db.queries import webhook_deliveries
from db.unit_of_work import UnitOfWork
from services.platforms.interface import InboundEnvelope
from services.platforms.webhook import MESSAGE_RECEIVED
from services.webhooks.kinds import HANDLERS, Handler
from services.webhooks.pauses import FIRST, MOST_TRIES
from services.webhooks.work import WebhookWorker
from tests.services.webhooks.desk import Desk, a_desk, adapters, notice, said
from tests.stored import account, store, transactions

PATIENCE = 10.0


def with_handlers(desk: Desk, **handlers: Handler) -> Desk:
    known: Mapping[str, Handler] = {**HANDLERS, **{name.replace("_", "."): each for name, each in handlers.items()}}
    return replace(desk, worker=WebhookWorker(transactions(desk.database), adapters(), known))


class Fault:
    """A handler that changes something and then fails, as often as it is told to."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.calls = 0

    async def __call__(self, work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
        self.calls += 1
        await HANDLERS[MESSAGE_RECEIVED](work, account, envelope)
        if self.calls <= self.times:
            raise TimeoutError("the words of an error")


async def swept(desk: Desk) -> list[Any]:
    """What the sweeper would work on now."""
    async with transactions(desk.database)() as work:
        found = await webhook_deliveries.nobody_worked_on(work.session, PATIENCE, 100)
    return [delivery_id for _, delivery_id in found]


async def test_a_fault_undoes_everything_and_puts_the_delivery_off(desk: Desk) -> None:
    fault = Fault(1)
    broken = with_handlers(desk, messages_received=fault)

    found = await broken.take("messages.received", said(1))

    assert (found.status, found.attempts, found.detail, found.finished_at) == ("received", 1, "TimeoutError", None)
    assert found.next_try_at is not None
    pause = found.next_try_at - datetime.now(UTC)
    assert timedelta() < pause <= FIRST
    assert (await desk.rows(Message), await desk.rows(Fan), await desk.events()) == ([], [], [])


async def test_it_is_not_tried_again_before_its_pause_is_over(desk: Desk) -> None:
    fault = Fault(1)
    broken = with_handlers(desk, messages_received=fault)
    delivery_id = (await broken.take("messages.received", said(1))).id
    await desk.change(delivery_id, received_at=datetime.now(UTC) - timedelta(hours=1))

    await broken.worker.work_on(desk.owner, delivery_id)
    assert fault.calls == 1
    assert await swept(desk) == []

    await desk.change(delivery_id, next_try_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await swept(desk) == [delivery_id]
    await broken.worker.work_on(desk.owner, delivery_id)
    found = await desk.delivery(delivery_id)
    assert (found.status, found.attempts, found.next_try_at, found.detail) == ("done", 2, None, None)
    assert len(await desk.rows(Message)) == 1
    assert await swept(desk) == []


async def test_after_many_tries_it_is_given_up_and_says_why(desk: Desk) -> None:
    broken = with_handlers(desk, messages_received=Fault(100))
    delivery_id = await desk.journal("messages.received", said(1), attempts=MOST_TRIES - 1)

    await broken.worker.work_on(desk.owner, delivery_id)

    found = await desk.delivery(delivery_id)
    assert (found.status, found.attempts, found.next_try_at) == ("failed", MOST_TRIES, None)
    assert found.detail == f"given up after {MOST_TRIES} tries: TimeoutError"
    assert found.body
    assert (await swept(desk), await desk.rows(Message)) == ([], [])


async def test_one_that_was_given_up_can_be_worked_on_again(desk: Desk) -> None:
    delivery_id = await desk.journal("messages.received", said(1), status="failed", attempts=MOST_TRIES)

    outcome = await desk.again(delivery_id)

    assert outcome is not None
    assert outcome.status == "done"
    assert ((await desk.delivery(delivery_id)).status, len(await desk.rows(Message))) == ("done", 1)


async def test_a_done_one_worked_on_again_changes_nothing_twice(desk: Desk) -> None:
    tipped = (await desk.take("tips.received", notice(5, amountGross="$5.00"))).id
    wrote = (await desk.take("messages.received", said(1))).id
    before = (await desk.only(Fan)).version, await desk.events()

    for delivery_id in (tipped, wrote):
        outcome = await desk.again(delivery_id)
        assert outcome is not None
        assert outcome.status == "done"

    robin = await desk.only(Fan)
    assert (robin.value_cents, robin.version, await desk.events()) == (500, *before)
    assert len(await desk.rows(Message)) == 1


async def test_a_fault_while_working_again_leaves_the_delivery_as_it_was(desk: Desk) -> None:
    broken = with_handlers(desk, messages_received=Fault(1))
    delivery_id = await desk.journal("messages.received", said(1), status="failed", detail="odd", attempts=3)

    with pytest.raises(TimeoutError):
        await broken.again(delivery_id)

    found = await desk.delivery(delivery_id)
    assert (found.status, found.detail, found.attempts) == ("failed", "odd", 3)
    assert await desk.rows(Message) == []


async def test_many_who_work_on_one_delivery_do_it_once(desk: Desk) -> None:
    delivery_id = await desk.journal("messages.received", said(1))

    await asyncio.gather(*(desk.worker.work_on(desk.owner, delivery_id) for _ in range(5)))

    assert ((await desk.delivery(delivery_id)).attempts, len(await desk.rows(Message))) == (1, 1)


@pytest.mark.parametrize(
    "kind", ["users.typing", "moon.rose", "transactions.new", "accounts.otp_code_required", "x" * 100]
)
async def test_a_kind_nothing_is_done_for_is_ignored(desk: Desk, kind: str) -> None:
    found = await desk.take(kind, {"user": {"id": 77}})

    assert (found.status, found.next_try_at) == ("ignored", None)
    assert (await desk.rows(Fan), await desk.events()) == ([], [])


async def test_one_that_cannot_be_read_fails_at_once_and_says_which_field(desk: Desk) -> None:
    found = await desk.take("messages.received", said(1) | {"createdAt": "yesterday"})

    assert (found.status, found.attempts, found.next_try_at) == ("failed", 1, None)
    assert found.detail == "id, fromUser.id or createdAt is missing or odd"
    assert await desk.rows(Fan) == []


async def test_a_blanked_one_is_ignored(desk: Desk) -> None:
    """The fan was erased after it was journalled; `services.fans.journal` has taken the body out."""
    delivery_id = await desk.journal("messages.received", said(1))
    await desk.change(delivery_id, body=b"")

    await desk.worker.work_on(desk.owner, delivery_id)

    found = await desk.delivery(delivery_id)
    assert (found.status, found.detail) == ("ignored", "the fan was erased")


async def test_the_sweeper_leaves_those_that_just_came_in(desk: Desk) -> None:
    """Their wake-up is on its way."""
    delivery_id = await desk.journal("messages.received", said(1))
    assert await swept(desk) == []

    await desk.change(delivery_id, received_at=datetime.now(UTC) - timedelta(seconds=PATIENCE + 1))

    assert await swept(desk) == [delivery_id]


async def test_a_delivery_of_somebody_else_is_as_an_unknown_one(desk: Desk) -> None:
    delivery_id = await desk.journal("messages.received", said(1))
    other = await a_desk(desk.database)

    await other.worker.work_on(other.owner, delivery_id)

    assert await other.again(delivery_id) is None
    assert (await desk.delivery(delivery_id)).status == "received"
    assert await other.rows(Fan) == []


async def test_a_delivery_whose_account_changed_hands_stays_with_its_owner(desk: Desk) -> None:
    """Journalled while it was hers; worked on when somebody else has the account."""
    ids = [
        await desk.journal("messages.received", said(1)),
        await desk.journal("tips.received", notice(2, amount="$5.00")),
        await desk.journal("accounts.session_expired", {}),
    ]
    async with transactions(desk.database)() as work:
        row = await work.session.get(CreatorAccount, (desk.owner, desk.account.id))
        assert row is not None
        row.status = "DISCONNECTED"
    other = await a_desk(desk.database)
    taken = account(other.owner, desk.account.account_id)
    await store(desk.database, taken)

    for delivery_id in ids:
        await desk.worker.work_on(desk.owner, delivery_id)

    assert [row.status for row in await desk.rows(WebhookDelivery)] == ["done"] * 3
    assert len(await desk.rows(Message)) == 1
    assert (await desk.only(CreatorAccount)).status == "DISCONNECTED"
    assert (await other.rows(Fan), await other.rows(Message), await other.events()) == ([], [], [])
    assert [row.status for row in await other.rows(CreatorAccount)] == ["CONNECTED", "CONNECTED"]
