"""A campaign is cancelled, or complete, while a message of it is under way: nothing of it waits that nobody sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from db.models import Attempt, Campaign
from db.queries import campaigns, messages
from services.campaigns.steering import Steering
from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.sending.retry import Again
from services.sending.settle import settle
from services.sending.sweep import Sweeper
from tests.services.sending.desk import Desk, a_desk
from tests.stored import campaign, reading, somebody_waits, store, transactions, writing
from tests.waiting import eventually

BUSY, SLOWER = NotSent("busy"), NotSent("slower", 5, counts=False)
STOPPED = AccountStopped("DEGRADED", "402")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """The message under way is a campaign's."""
    async with a_desk(database_url) as found:
        whole = campaign(found.claim.account)
        await store(found.database, whole)
        await found.change(campaign_id=whole.id)
        yield found


async def cancel(desk: Desk) -> Campaign:
    nothing: object = None
    steering = Steering(transactions(desk.database), nothing, nothing, nothing, enabled=True)  # type: ignore[arg-type]
    return await steering.cancel(desk.claim.owner, await campaign_id(desk))


async def campaign_id(desk: Desk) -> UUID:
    found = (await desk.message()).campaign_id
    assert found is not None
    return found


async def put(desk: Desk, status: str) -> None:
    owner, key = desk.claim.owner, await campaign_id(desk)
    await writing(desk.database, lambda session: campaigns.change(session, owner, key, status=status))


async def waits(desk: Desk) -> bool:
    owner, key = desk.claim.owner, await campaign_id(desk)
    return await reading(desk.database, lambda session: campaigns.has_open_messages(session, owner, key))


async def given_up(desk: Desk) -> None:
    """Its worker was interrupted, as far as the sweeper knows."""
    ended = (
        update(Attempt).where(Attempt.user_id == desk.claim.owner).values(lease_until=desk.claim.attempt.reserved_at)
    )
    await writing(desk.database, lambda session: session.execute(ended))
    await Sweeper(transactions(desk.database)).sweep()
    assert (await desk.message()).status == "UNKNOWN"


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (BUSY, "CANCELLED", "busy"),
        (SLOWER, "CANCELLED", "slower"),
        (STOPPED, "CANCELLED", "402"),
        (Sent("p1"), "SENT", None),
        (Refused("no"), "FAILED", "no"),
        (Unknown("too late"), "UNKNOWN", "too late"),
    ],
)
async def test_what_would_be_tried_again_is_cancelled_and_the_rest_ends_as_ever(
    desk: Desk, answer: Answer, status: str, reason: str | None
) -> None:
    await cancel(desk)
    assert (await desk.message()).status == "SENDING"

    await desk.record(answer)

    present = await desk.message()
    assert (present.status, present.failure_reason) == (status, reason)
    assert (present.not_before is None) is (status != "UNKNOWN")
    assert not await waits(desk)
    told = await desk.events()
    assert status in told
    assert "QUEUED" not in told


@pytest.mark.parametrize("status", ["ACTIVE", "PAUSED"])
async def test_of_a_campaign_that_goes_on_or_may_it_waits(desk: Desk, status: str) -> None:
    await put(desk, status)

    await desk.record(BUSY)

    assert (await desk.message()).status == "QUEUED"


async def test_a_worker_that_was_given_up_and_answers_late(desk: Desk) -> None:
    """Interrupted it may have arrived; that nothing had been sent is told when the campaign is long cancelled."""
    await cancel(desk)
    await given_up(desk)

    await desk.record(BUSY)

    present = await desk.message()
    assert (present.status, present.unknown_since) == ("CANCELLED", None)


async def test_of_a_campaign_that_was_complete_it_is_tried_again_and_the_campaign_goes_on_until_then(
    desk: Desk,
) -> None:
    """It was complete because nothing was known of this one any more; that nothing had been sent is told late."""
    await given_up(desk)
    await put(desk, "COMPLETED")

    await desk.record(BUSY)

    assert (await desk.message()).status == "QUEUED"
    owner, key = desk.claim.owner, await campaign_id(desk)
    present = await reading(desk.database, lambda session: campaigns.get(session, owner, key))
    assert present is not None
    assert (present.status, present.completed_at) == ("ACTIVE", None)
    assert (await desk.kinds())[-1] == "campaign_updated"


async def test_what_was_sent_again_by_hand_is_unknown_as_before(desk: Desk) -> None:
    """Its first call may have delivered it, whatever its second is told."""
    await desk.record(Unknown("no answer"))
    await put(desk, "ACTIVE")
    await desk.change(status="SENDING", not_before=None)
    again = await desk.another()
    await cancel(desk)

    await desk.record(BUSY, again)

    present = await desk.message()
    assert (present.status, present.not_before, present.platform_key) == ("UNKNOWN", None, "first")
    assert present.unknown_since is not None


@pytest.mark.parametrize("before", ["SENDING", "UNKNOWN"])
async def test_who_cancels_waits_for_an_answer_that_is_being_recorded(
    desk: Desk, database_url: str, before: str
) -> None:
    """The one who records has seen the campaign active and has not committed yet."""
    owner, key = desk.claim.owner, desk.claim.message.id
    await desk.change(status=before)
    async with transactions(desk.database)() as work:
        message = await messages.lock(work.session, owner, key)
        assert message is not None
        await settle(work, message, Again(timedelta(seconds=1), "busy", counted=True))
        cancelling = asyncio.create_task(cancel(desk))
        await eventually(lambda: somebody_waits(database_url), what="the one who cancels")

    assert (await cancelling).status == "CANCELLED"
    assert (await desk.message()).status == "CANCELLED"
    assert not await waits(desk)
