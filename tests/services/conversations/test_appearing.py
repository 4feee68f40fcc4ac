"""What was told of a message before it had its platform id here."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from db.models import Attempt, Conversation, Fan, Message, Payment
from db.queries import attempts, creator_accounts, messages
from services.campaigns.progress import Progress
from services.conversations.appearing import appeared
from services.payments.receive import take_payment
from services.platforms.inbound_payments import unlock
from services.platforms.interface import InboundEnvelope, Sent
from services.runtime.clock import SystemClock
from services.sending.claim import Claim
from services.sending.record import Recorder
from tests.services.webhooks.desk import Desk, a_desk, moment, unlocked
from tests.stored import campaign, fan, somebody_waits, store, transactions, writing
from tests.waiting import eventually


@pytest.fixture
async def desk(database: Any) -> Desk:
    return await a_desk(database)


async def gets_its_id(desk: Desk, message: Message, platform_message_id: str = "901") -> None:
    """As the recorder does it once the platform has answered."""
    async with transactions(desk.database)() as work:
        await creator_accounts.hold(work.session, desk.owner, desk.account.id)
        moved = await messages.move(
            work.session, desk.owner, message.id, ("SENDING",), status="SENT", platform_message_id=platform_message_id
        )
        assert moved is not None
        await appeared(work, moved)


async def test_a_payment_that_came_first_finds_its_message(desk: Desk) -> None:
    sale = campaign(desk.account)
    await store(desk.database, sale)
    ours = await desk.sent(None, await desk.robin(), status="SENDING", campaign_id=sale.id)
    await desk.done("messages.ppv.unlocked", unlocked(5, 901, minutes=3))
    assert (await desk.only(Payment)).message_id is None

    await gets_its_id(desk, ours)

    payment, bought = await desk.only(Payment), await desk.only(Message)
    assert (payment.message_id, payment.campaign_id) == (ours.id, sale.id)
    assert (bought.purchased_at, bought.price_cents) == (moment(3), 2500)
    assert (await desk.events())[-1] == "message_updated"


async def test_a_deletion_that_came_first_removes_it(desk: Desk) -> None:
    ours = await desk.sent(None, await desk.robin(), status="SENDING")
    await desk.done("messages.deleted", {"id": 901})

    await gets_its_id(desk, ours)

    assert (await desk.only(Message)).removed_at is not None
    assert (await desk.only(Conversation)).last_message_id is None
    assert (await desk.events())[-2:] == ["message_removed", "conversation_updated"]


async def test_another_message_is_left_alone(desk: Desk) -> None:
    ours = await desk.sent(None, await desk.robin(), status="SENDING")
    await desk.done("messages.deleted", {"id": 900})
    await desk.done("messages.ppv.unlocked", unlocked(5, 902))

    await gets_its_id(desk, ours)

    row = await desk.only(Message)
    assert (row.removed_at, row.purchased_at, (await desk.only(Payment)).message_id) == (None, None, None)


async def test_a_payment_of_another_fan_is_not_linked(desk: Desk) -> None:
    kim = fan(desk.owner, desk.account.id, platform_fan_id="8")
    await store(desk.database, kim)
    ours = await desk.sent(None, kim, status="SENDING")
    await desk.done("messages.ppv.unlocked", unlocked(5, 901))

    await gets_its_id(desk, ours)

    assert ((await desk.only(Payment)).message_id, (await desk.only(Message)).purchased_at) == (None, None)


async def under_way(desk: Desk) -> Claim:
    """A message whose request has left."""
    robin = await desk.robin()
    ours = await desk.sent(None, robin, status="SENDING", price_cents=2500)
    names = {"platform": desk.account.platform, "account_id": desk.account.account_id, "worker": "w"}
    attempt = Attempt(user_id=desk.owner, message_id=ours.id, **names)
    lease = timedelta(seconds=30)
    await writing(desk.database, lambda session: attempts.reserve(session, attempt, lease))
    await writing(desk.database, lambda session: attempts.start_dispatch(session, desk.owner, attempt.id, lease))
    return Claim(ours, robin, desk.account, attempt)


async def recorded(desk: Desk, claim: Claim) -> None:
    await Recorder(transactions(desk.database), Progress(20), timedelta(seconds=3), SystemClock()).record(
        claim, Sent("901")
    )


async def test_webhooks_that_are_quicker_than_the_answer_to_the_send(desk: Desk) -> None:
    claim = await under_way(desk)
    await desk.done("messages.ppv.unlocked", unlocked(5, 901))
    await desk.done("messages.deleted", {"id": 901})

    await recorded(desk, claim)

    row = await desk.only(Message)
    assert (row.status, row.purchased_at is None, row.removed_at is None) == ("SENT", False, False)
    assert (await desk.only(Payment)).message_id == row.id


async def test_an_unlock_that_is_being_worked_on_while_the_answer_is_recorded(desk: Desk, database_url: str) -> None:
    """Neither can see what the other has not committed; whoever is second waits, and sees it."""
    claim = await under_way(desk)
    envelope = InboundEnvelope("acct", "messages.ppv.unlocked", unlocked(5, 901))
    async with transactions(desk.database)() as work:
        await take_payment(work, desk.account, unlock(envelope))
        recording = asyncio.create_task(recorded(desk, claim))
        await eventually(lambda: somebody_waits(database_url), what="the recorder's waiting")
    await recording

    row = await desk.only(Message)
    assert (row.status, row.purchased_at is None) == ("SENT", False)
    assert (await desk.only(Payment)).message_id == row.id
    assert (await desk.only(Fan)).value_cents == 2500
