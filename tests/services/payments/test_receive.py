from __future__ import annotations

import asyncio
from typing import Any

import pytest

from db.models import Fan, LiveEvent, Message, Payment
from tests.services.webhooks.desk import CREATOR, ROBIN, Desk, a_desk, moment, notice, unlocked
from tests.stored import LONG_AGO, account, campaign, fan, store

UNLOCK, TIP = "messages.ppv.unlocked", "tips.received"
NEW, RENEWED = "subscriptions.new", "subscriptions.renewed"


async def paid(desk: Desk) -> list[tuple[Any, ...]]:
    return [(row.kind, row.amount_cents, row.payment_key, row.paid_at) for row in await desk.rows(Payment)]


async def test_an_unlock_marks_the_message_and_raises_the_fans_value(desk: Desk) -> None:
    robin = await desk.robin(value_cents=100)
    ours = await desk.sent("901", robin, price_cents=2500)

    await desk.done(UNLOCK, unlocked(5, 901, minutes=3))

    bought, present = await desk.only(Message), await desk.only(Fan)
    payment = await desk.only(Payment)
    assert (bought.purchased_at, bought.price_cents, bought.version) == (moment(3), 2500, ours.version + 1)
    assert await paid(desk) == [("UNLOCK", 2500, "5", moment(3))]
    assert (payment.fan_id, payment.message_id, payment.platform_message_id) == (robin.id, ours.id, "901")
    assert (present.value_cents, present.last_seen_at) == (2600, moment(3))
    told = (await desk.rows(LiveEvent))[-3:]
    assert [each.kind for each in told] == ["fan_updated", "message_updated", "payment_received"]
    assert (told[1].status, told[1].message_id) == ("SENT", ours.id)
    assert (told[2].fan_id, told[2].message_id, told[2].conversation_id) == (robin.id, ours.id, ours.conversation_id)
    assert told[2].data == {"payment": str(payment.id)}


async def test_an_unlock_told_again_changes_nothing(desk: Desk) -> None:
    robin = await desk.robin()
    await desk.sent("901", robin, price_cents=2500)
    await desk.done(UNLOCK, unlocked(5, 901))
    before = (await desk.only(Fan)).version, (await desk.only(Message)).version, await desk.events()

    await desk.done(UNLOCK, unlocked(5, 901))
    await desk.done(UNLOCK, unlocked(6, 901, minutes=9))  # another notification of the same message

    assert len(await desk.rows(Payment)) == 1
    assert ((await desk.only(Fan)).version, (await desk.only(Message)).version, await desk.events()) == before


async def test_one_unlock_told_several_times_at_once_counts_once(desk: Desk) -> None:
    robin = await desk.robin()
    await desk.sent("901", robin, price_cents=2500)

    await asyncio.gather(*(desk.take(UNLOCK, unlocked(5, 901)) for _ in range(5)))

    assert ((await desk.only(Fan)).value_cents, len(await desk.rows(Payment))) == (2500, 1)
    assert (await desk.events()).count("payment_received") == 1


async def test_the_creator_is_never_taken_for_the_fan(desk: Desk) -> None:
    await desk.done(UNLOCK, unlocked(5, 901))
    await desk.done(TIP, notice(6, amountGross=8))

    assert (await desk.only(Fan)).platform_fan_id == "77"

    nobody = {"id": 7, "user_id": CREATOR, "amount": "$5.00"}
    failed = await desk.take(TIP, nobody)
    assert (failed.status, failed.detail) == ("failed", "it does not say which fan")
    assert len(await desk.rows(Fan)) == 1


async def test_a_fan_named_by_the_link_to_her_chat_alone(desk: Desk) -> None:
    robin = await desk.robin()
    ours = await desk.sent("901", robin, price_cents=2500)
    payload = unlocked(5, 901)
    del payload["user"]

    await desk.done(UNLOCK, payload)

    assert (await desk.only(Payment)).message_id == ours.id
    assert (await desk.only(Fan)).value_cents == 2500


async def test_an_unlock_keeps_the_campaign_of_its_message(desk: Desk) -> None:
    robin, sale = await desk.robin(), campaign(desk.account)
    await store(desk.database, sale)
    await desk.sent("901", robin, price_cents=2500, campaign_id=sale.id)

    await desk.done(UNLOCK, unlocked(5, 901))

    assert (await desk.only(Payment)).campaign_id == sale.id


async def test_what_she_paid_is_the_price_of_a_message_that_had_none(desk: Desk) -> None:
    robin = await desk.robin()
    await desk.sent("901", robin)
    await desk.sent("902", robin, price_cents=1000)

    await desk.done(UNLOCK, unlocked(5, 901, "$19.99"))
    await desk.done(UNLOCK, unlocked(6, 902, "$8.00"))

    assert {row.platform_message_id: row.price_cents for row in await desk.rows(Message)} == {"901": 1999, "902": 1000}
    assert (await desk.only(Fan)).value_cents == 2799


async def test_an_unlock_of_another_fans_message_is_kept_without_it(desk: Desk) -> None:
    kim = fan(desk.owner, desk.account.id, platform_fan_id="8")
    await store(desk.database, kim)
    await desk.sent("901", kim, price_cents=2500)

    await desk.done(UNLOCK, unlocked(5, 901))

    payment, bought = await desk.only(Payment), await desk.only(Message)
    assert (payment.message_id, bought.purchased_at) == (None, None)
    assert {row.platform_fan_id: row.value_cents for row in await desk.rows(Fan)} == {"8": 0, "77": 2500}


async def test_a_tip(desk: Desk) -> None:
    robin = await desk.robin(value_cents=1)

    for _ in range(2):
        await desk.done(TIP, notice(5, minutes=2, amountGross=8, amountNet=6.4))

    assert await paid(desk) == [("TIP", 800, "5", moment(2))]
    assert ((await desk.only(Fan)).id, (await desk.only(Fan)).value_cents) == (robin.id, 801)
    assert await desk.events() == ["fan_updated", "payment_received"]


@pytest.mark.parametrize(("kind", "seen_at"), [(NEW, moment(2)), (RENEWED, None)])
async def test_a_subscription_makes_the_fan_and_adds_nothing_to_her_value(desk: Desk, kind: str, seen_at: Any) -> None:
    for _ in range(2):
        await desk.done(kind, notice(5, minutes=2, price="$9.99"))

    robin = await desk.only(Fan)
    assert await paid(desk) == [("SUBSCRIPTION", 999, "5", moment(2))]
    assert (robin.platform_fan_id, robin.handle, robin.name, robin.value_cents) == ("77", "@robin", "Robin", 0)
    assert robin.last_seen_at == seen_at
    assert await desk.events() == ["fan_updated", "payment_received"]


async def test_a_free_subscription_is_no_payment_to_be_told(desk: Desk) -> None:
    await desk.done(NEW, notice(5, price=0))
    await desk.done(RENEWED, notice(6))

    assert [(row.kind, row.amount_cents) for row in await desk.rows(Payment)] == [("SUBSCRIPTION", 0)] * 2
    assert "payment_received" not in await desk.events()


@pytest.mark.parametrize(
    ("kind", "more"), [(TIP, {"amount": "$5.00"}), (NEW, {"price": "$5.00"}), (RENEWED, {"price": "$5.00"}), (NEW, {})]
)
async def test_a_deleted_fan_who_pays_is_back_once(desk: Desk, kind: str, more: dict[str, Any]) -> None:
    robin = await desk.robin(deleted_at=LONG_AGO, notes="kept")

    await desk.done(kind, notice(5, **more))
    assert ((await desk.only(Fan)).id, (await desk.only(Fan)).deleted_at, (await desk.only(Fan)).notes) == (
        robin.id, None, "kept",
    )  # fmt: skip

    # Deleted again by hand: a repeat of what is known does not bring her back.
    async with desk.database.writes() as session, session.begin():
        row = await session.get(Fan, (desk.owner, robin.id))
        assert row is not None
        row.deleted_at = LONG_AGO
    await desk.done(kind, notice(5, **more))
    assert (await desk.only(Fan)).deleted_at == LONG_AGO


async def test_a_payment_without_an_id_is_known_by_fan_amount_and_moment(desk: Desk) -> None:
    tip = {"user": ROBIN, "amount": "$5.00", "createdAt": LONG_AGO.isoformat()}

    for payload in (tip, tip, tip | {"amount": "$6.00"}, tip | {"user": {"id": 8}}):
        await desk.done(TIP, payload)

    assert sorted(row.amount_cents for row in await desk.rows(Payment)) == [500, 500, 600]
    assert {len(row.payment_key) for row in await desk.rows(Payment)} == {64}


async def test_a_payment_without_a_time_has_that_of_its_receipt(desk: Desk) -> None:
    delivery = await desk.take(TIP, {"id": 5, "user": ROBIN, "amount": "$5.00"})

    assert await paid(desk) == [("TIP", 500, "5", delivery.received_at)]


@pytest.mark.parametrize("payload", [{"amount": "a lot"}, {"amount": -5}, {"amount": 0}, {}, {"amount": "5.001"}])
async def test_what_is_no_amount_changes_nothing(desk: Desk, payload: dict[str, Any]) -> None:
    for kind in (TIP, UNLOCK):
        assert (
            await desk.take(kind, {"id": 5, "user": ROBIN, "createdAt": LONG_AGO.isoformat()} | payload)
        ).status == ("failed")
    assert (await desk.rows(Fan), await desk.rows(Payment), await desk.events()) == ([], [], [])


async def test_the_same_ids_on_another_account_are_another_payment(desk: Desk) -> None:
    other = account(desk.owner, "another of hers")
    await store(desk.database, other)

    for place in (desk, desk.of(other)):
        await place.done(TIP, notice(5, amount="$5.00"))

    assert len(await desk.rows(Payment)) == len(await desk.rows(Fan)) == 2


async def test_a_payment_touches_no_other_owner(desk: Desk) -> None:
    other = await a_desk(desk.database)
    theirs = await other.robin()
    await other.sent("901", theirs, price_cents=2500)
    before = (await other.only(Fan)).version, (await other.only(Message)).version

    await desk.done(UNLOCK, unlocked(5, 901))

    assert ((await other.only(Fan)).version, (await other.only(Message)).version) == before
    assert (await other.rows(Payment), await other.events()) == ([], [])


async def test_a_value_stays_within_what_can_be_counted(desk: Desk) -> None:
    most = 2**53 - 1
    await desk.robin(value_cents=most - 100)

    await desk.done(TIP, notice(5, amount="$5.00"))

    assert (await desk.only(Fan)).value_cents == most
