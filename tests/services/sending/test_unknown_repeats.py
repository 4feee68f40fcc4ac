"""A message whose outcome is unknown is repeated until the platform tells, and is delivered once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from db.queries import messages
from services.sending.claim import Claim
from tests.services.sending.road import TIMEOUT_SECONDS, Road, a_road
from tests.stored import LONG_AGO, campaign, conversation, fan, message, store

CUT = {"kind": "cut_after"}


@pytest.fixture
async def road(database_url: str) -> AsyncIterator[Road]:
    async with a_road(database_url) as found:
        yield found


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [
        (CUT, 1),
        ({"kind": "accept_then_500"}, 1),
        ({"kind": "delay_after", "seconds": TIMEOUT_SECONDS + 1}, 1),
        ({"kind": "cut_before"}, 0),
        ({"kind": "status", "status": 500}, 0),
        ({"kind": "status", "status": 408}, 0),
        ({"kind": "status", "status": 409, "body": {"code": "IN_PROGRESS"}}, 0),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_it_is_delivered_once_whatever_happened_to_the_first_call(
    road: Road, fault: dict[str, Any], arrived: int
) -> None:
    await road.control.fault(**fault)
    sent = await road.send()
    unknown = await road.present(sent)
    assert unknown.status == "UNKNOWN"
    assert await road.control.delivered() == arrived
    assert await road.step() is False
    await road.due()

    assert await road.step()

    proven = await road.present(sent)
    assert (proven.status, proven.platform_key) == ("SENT", unknown.platform_key)
    first, second = await road.control.arrivals()
    assert (first["idempotencyKey"], first["body"]) == (second["idempotencyKey"], second["body"])
    assert await road.control.delivered() == 1
    assert proven.platform_message_id == str(second["messageId"])
    assert await road.outcomes(sent) == ["UNKNOWN", "SENT"]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (CUT, "UNKNOWN"),
        ({"kind": "rate_limited", "retryAfterSeconds": 7}, "NOT_SENT"),
        ({"kind": "unavailable", "retryAfterSeconds": 7}, "NOT_SENT"),
        ({"kind": "not_sent"}, "NOT_SENT"),
        ({"kind": "session_expired"}, "NOT_SENT"),
        ({"kind": "status", "status": 404}, "REFUSED"),
        ({"kind": "status", "status": 422, "body": {"code": "IDEMPOTENCY_KEY_MISMATCH"}}, "UNKNOWN"),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_no_other_answer_to_a_repeat_makes_a_second_message(
    road: Road, fault: dict[str, Any], outcome: str
) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    await road.control.fault(**fault)

    assert await road.step()

    left = await road.present(sent)
    assert (left.status, left.failures) == ("UNKNOWN", 0)
    assert await road.outcomes(sent) == ["UNKNOWN", outcome]
    await road.change_account(status="CONNECTED")
    for _ in range(3):
        await road.due()
        await road.step()
    assert {arrival["idempotencyKey"] for arrival in await road.control.arrivals()} == {left.platform_key}
    assert await road.control.delivered() == 1


async def test_a_platform_without_keys_is_never_asked_again(database_url: str) -> None:
    async with a_road(database_url, idempotent_send=False) as road:
        await road.control.fault(**CUT)
        sent = await road.send()
        await road.due()

        assert await road.step() is False

        assert (await road.present(sent)).status == "UNKNOWN"
        assert len(await road.control.arrivals()) == 1


@pytest.mark.parametrize(("of_campaign", "seconds"), [(False, 120), (True, 600)])
async def test_nothing_is_repeated_after_its_time(road: Road, of_campaign: bool, seconds: float) -> None:
    whole = campaign(road.account)
    await store(road.database, whole)
    await road.control.fault(**CUT)
    sent = await road.send(campaign_id=whole.id if of_campaign else None)
    left = (await road.present(sent)).repeat_until
    assert left is not None
    assert timedelta(seconds=seconds - 30) < left - await road.now() <= timedelta(seconds=seconds)

    await road.due()
    await road.pass_time(repeat_until=seconds)

    assert await road.step() is False
    assert len(await road.control.arrivals()) == 1


async def test_a_repeat_whose_time_ends_in_a_worker_s_hands_does_not_leave(road: Road) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    claim = await road.claimer.next()
    assert isinstance(claim, Claim)
    assert claim.repeat
    await road.pass_time(repeat_until=120)

    await road.deliverer.deliver(claim)

    assert len(await road.control.arrivals()) == 1
    assert await road.outcomes(sent) == ["UNKNOWN"]


async def test_a_repeat_is_not_made_for_a_message_that_was_proven_meanwhile(road: Road) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    claim = await road.claimer.next()
    assert isinstance(claim, Claim)
    await road.change(status="SENT")

    await road.deliverer.deliver(claim)

    assert len(await road.control.arrivals()) == 1
    assert await road.outcomes(sent) == ["UNKNOWN"]


async def test_a_worker_killed_with_a_repeat_in_hand_leaves_it_to_the_next(road: Road) -> None:
    """Reserved only: nothing has left, so the repeat is simply free again."""
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    assert isinstance(await road.claimer.next(), Claim)
    await road.leases_end()

    await road.sweeper.sweep()

    assert await road.outcomes(sent) == ["UNKNOWN"]
    assert await road.step()
    assert (await road.present(sent)).status == "SENT"
    assert await road.control.delivered() == 1


async def test_an_unknown_reply_holds_its_conversation_for_two_minutes_however_often_it_is_repeated(road: Road) -> None:
    await road.control.fault(**CUT, count=3)
    first = await road.send("first")
    second = await road.queue("second")
    for _ in range(2):
        await road.due()
        assert await road.step()
    assert await road.outcomes(first) == ["UNKNOWN"] * 3
    await road.pass_time(unknown_since=110)
    assert await road.step() is False

    await road.pass_time(unknown_since=11)

    assert await road.step()
    assert (await road.present(second)).status == "SENT"
    assert (await road.present(first)).status == "UNKNOWN"


async def test_a_repeat_goes_before_other_replies(road: Road) -> None:
    await road.control.fault(**CUT)
    first = await road.send("first")
    kim = fan(road.account.user_id, road.account.id, platform_fan_id="8")
    talk = conversation(kim)
    urgent = message(talk, text="urgent", priority=10)
    await store(road.database, kim, talk, urgent)
    await road.due()

    assert await road.step()

    assert ((await road.present(first)).status, (await road.present(urgent)).status) == ("SENT", "QUEUED")


async def test_nothing_is_repeated_for_a_fan_who_was_deleted(road: Road) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    await road.change_fan(deleted_at=LONG_AGO)

    assert await road.step() is False

    left = await road.present(sent)
    assert (left.status, left.not_before) == ("UNKNOWN", None)
    assert len(await road.control.arrivals()) == 1


@pytest.mark.parametrize("status", ["DISCONNECTED", "SESSION_EXPIRED", "INVALID_CREDENTIALS"])
async def test_nothing_is_repeated_while_the_account_is_stopped(road: Road, status: str) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    await road.change_account(status=status)
    assert await road.step() is False
    assert len(await road.control.arrivals()) == 1

    await road.change_account(status="CONNECTED")

    assert await road.step()
    assert (await road.present(sent)).status == "SENT"


async def test_a_message_somebody_is_working_on_is_left_for_a_moment(road: Road) -> None:
    """Whoever holds the lane waits for no message, so that the two locks never wait for each other."""
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    async with road.database.writes() as session:
        await messages.lock(session, sent.user_id, sent.id)
        assert await road.step() is False
    assert await road.step()


async def test_the_sweeper_wakes_a_lane_that_has_only_repeats(road: Road) -> None:
    await road.control.fault(**CUT)
    await road.send()
    await road.forget_the_lane()

    assert await road.sweeper.sweep() == 1
