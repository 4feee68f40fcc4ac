"""Webhooks come in any order and more than once; what is stored in the end is what an in-order run stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db.engine import Database
from db.models import Conversation, CreatorAccount, Fan, Message, Payment, WebhookDelivery
from tests.services.webhooks.desk import Desk, a_desk, at, notice, said, unlocked
from tests.stored import fan, store

PEOPLE: tuple[dict[str, Any], ...] = (
    {"id": 77, "username": "robin", "name": "Robin", "avatar": "https://e.com/robin.jpg"},
    {"id": "k8", "username": "kim", "name": "Kim"},
)
OURS = ("901", "902")
"""Priced messages of ours that are there before any event."""


@dataclass(frozen=True)
class Event:
    kind: str
    payload: Any


def person(who: dict[str, Any], bare: bool) -> dict[str, Any]:
    """Some events know no more of a fan than her id. Robin is known by handle alone at first, so hers tell it."""
    return {"id": who["id"]} if bare and who is not PEOPLE[0] else who


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of one account, in the order of their times; several share a second."""
    events: list[Event] = []
    bare = st.booleans()
    for number in range(draw(st.integers(1, 5))):
        who = draw(st.sampled_from(PEOPLE))
        minutes = draw(st.integers(0, 3))
        events.append(
            Event("messages.received", said(100 + number, f"text {number}", minutes, person(who, draw(bare))))
        )
        if draw(st.booleans()):
            events.append(Event("messages.deleted", {"id": 100 + number}))
    for place, ours in enumerate(draw(st.sets(st.sampled_from(OURS)))):
        payload = unlocked(200 + place, int(ours), "$12.50", person(PEOPLE[0], draw(bare)), 10 + place)
        events.append(Event("messages.ppv.unlocked", payload))
    for ours in draw(st.sets(st.sampled_from((*OURS, "999")))):
        events.append(Event("messages.deleted", {"id": int(ours)}))
    for number in range(draw(st.integers(0, 3))):
        who, minutes = draw(st.sampled_from(PEOPLE)), draw(st.integers(0, 9))
        told = notice(300 + number, person(who, draw(bare)), minutes, amountGross=draw(st.sampled_from([5, "7.99"])))
        events.append(Event("tips.received", told))
    for number in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(["subscriptions.new", "subscriptions.renewed"]))
        told = notice(400 + number, draw(st.sampled_from(PEOPLE)), draw(st.integers(0, 9)), price="$9.99")
        events.append(Event(kind, told))
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["accounts.session_expired", "accounts.reconnected"]))
        events.append(Event(kind, {"latestAuthAttempt": {"started_at": at(number)}}))
    return events


@given(st.data())
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_any_order_and_repetition_ends_alike(database: Database, data: st.DataObject) -> None:
    history = data.draw(histories())
    repeated = history + data.draw(st.lists(st.sampled_from(history), max_size=4))
    shuffled = data.draw(st.permutations(repeated))

    in_order, any_order = await outcome(database, history), await outcome(database, shuffled)

    assert any_order == in_order


async def outcome(database: Database, history: list[Event]) -> dict[str, Any]:
    desk = await a_desk(database)
    robin = fan(desk.owner, desk.account.id, name="From a CSV", handle="@robin", handle_key="robin")
    await store(database, robin)
    for number, ours in enumerate(OURS):
        await desk.sent(ours, robin, minutes=-10 + number, price_cents=1250)
    deliveries = [desk.arrived(event.kind, event.payload) for event in history]
    await store(database, *deliveries)
    for delivery in deliveries:
        await desk.worker.work_on(desk.owner, delivery.id)
    assert {row.status for row in await desk.rows(WebhookDelivery)} == {"done"}
    return await stored(desk)


async def stored(desk: Desk) -> dict[str, Any]:
    """All that counts, without ids of our own, versions and the moments at which things were worked on."""
    fans = {row.id: row for row in await desk.rows(Fan)}
    messages = sorted(await desk.rows(Message), key=lambda row: (row.placed_at, row.id))
    names = {row.id: row.platform_message_id for row in messages}
    return {
        "fans": sorted((
            (row.platform_fan_id or "", row.name, row.handle, row.avatar, row.value_cents, row.last_seen_at)
            for row in fans.values()
        ), key=repr),
        "conversations": sorted((
            (
                fans[row.fan_id].name, names.get(row.last_message_id), row.last_message_at, row.last_incoming_at,
                row.awaiting_reply, row.unread_count,
            )
            for row in await desk.rows(Conversation)
        ), key=repr),
        "messages": [
            (
                row.platform_message_id, row.text, row.status, row.read, row.removed_at is not None,
                row.purchased_at, row.price_cents, row.placed_at,
            )
            for row in messages
        ],
        "payments": sorted((
            (
                row.kind, row.payment_key, row.amount_cents, fans[row.fan_id].name, names.get(row.message_id),
                row.platform_message_id, row.paid_at,
            )
            for row in await desk.rows(Payment)
        ), key=repr),
        "account": [(row.status, row.status_detail) for row in await desk.rows(CreatorAccount)],
    }  # fmt: skip
