from __future__ import annotations

import json

from sqlalchemy import Select, select

from db.engine import Database
from db.models import Base, Fan, IdempotencyKey, LiveEvent, Payment, WebhookDelivery
from db.queries import fans, messages
from db.unit_of_work import UnitOfWork
from services.fans import leftovers
from services.fans.fans import Fans
from tests.services.fans.stored_talk import SECRET, Talk, a_talk
from tests.services.webhooks.desk import a_desk, notice
from tests.stored import reading, transactions


async def everything(database: Database, talk: Talk) -> dict[str, str]:
    """All that is stored for the owner, by table, as text."""
    stored = {}
    async with database.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        for table in Base.metadata.sorted_tables:
            if "user_id" in table.c:
                rows = await raw.fetch(f"SELECT to_jsonb(t)::text FROM {table.name} t WHERE user_id = $1", talk.owner)
                bodies = [bytes.fromhex(json.loads(row[0]).get("body", r"\x")[2:]).decode() for row in rows]
                stored[table.name] = " ".join([*(row[0] for row in rows), *bodies])
    return stored


async def rows(database: Database, query: Select[tuple[object]]) -> list[object]:
    return list((await reading(database, lambda session: session.scalars(query))).all())


async def test_nothing_personal_is_left_anywhere(database: Database) -> None:
    talk = await a_talk(database)
    before = await everything(database, talk)
    assert {table for table, content in before.items() if SECRET in content} == {
        "fans", "messages", "attempts", "idempotency_keys", "webhook_deliveries",
    }  # fmt: skip
    deleted = await Fans(transactions(database)).erase(talk.owner, talk.fan.id)
    assert (deleted.fan_id, deleted.conversation_id) == (talk.fan.id, talk.conversation.id)
    after = await everything(database, talk)
    assert [table for table, content in after.items() if "cherry" in content or "brandy" in content] == []
    assert '"77' not in after["fans"]


async def test_counts_and_revenue_stay(database: Database) -> None:
    talk = await a_talk(database)
    await Fans(transactions(database)).erase(talk.owner, talk.fan.id)
    tombstone = await reading(database, lambda session: fans.get(session, talk.owner, talk.fan.id))
    assert tombstone is not None
    assert (tombstone.name, tombstone.value_cents, tombstone.tags) == ("Deleted fan", 900, [])
    assert (tombstone.handle, tombstone.platform_fan_id, tombstone.last_seen_at) == (None, None, None)
    assert tombstone.deleted_at is not None
    assert tombstone.erased_at is not None
    stored = await reading(
        database,
        lambda session: messages.get_many(session, talk.owner, [row.id for row in talk.messages.values()]),
    )
    assert [(row.text, row.attachments, row.price_cents) for row in stored] == [("", [], 500)] * 9
    assert {row.version for row in stored} == {2, 3}
    expected = {status: status for status in talk.messages} | {"PENDING": "CANCELLED", "QUEUED": "CANCELLED"}
    assert await talk.statuses(database) == expected


async def test_webhooks_keep_their_keys_and_are_not_worked_on(database: Database) -> None:
    talk = await a_talk(database)
    await Fans(transactions(database)).erase(talk.owner, talk.fan.id)
    query = select(WebhookDelivery).where(WebhookDelivery.user_id == talk.owner).order_by(WebhookDelivery.delivery_key)
    deliveries = (await reading(database, lambda session: session.scalars(query))).all()
    assert [(each.delivery_key, each.status, each.body) for each in deliveries] == [
        ("77 done", "done", b""),
        ("77 received", "ignored", b""),
    ]


async def test_another_fan_loses_nothing(database: Database) -> None:
    talk = await a_talk(database)
    other = await a_talk(database, talk.owner, "770")
    same_account = await a_talk(database, talk.owner, "778")
    before = await everything(database, talk)
    await Fans(transactions(database)).erase(talk.owner, talk.fan.id)
    for kept in (other, same_account):
        keys = select(IdempotencyKey).where(IdempotencyKey.user_id == talk.owner, IdempotencyKey.result_id.in_(
            [row.id for row in kept.messages.values()]
        ))  # fmt: skip
        assert len((await reading(database, lambda session, q=keys: session.scalars(q))).all()) == 9  # type: ignore[misc]
        assert await kept.statuses(database) == {status: status for status in kept.messages}
    after = await everything(database, talk)
    for table in ("fans", "messages", "attempts", "idempotency_keys", "webhook_deliveries"):
        assert after[table].count(SECRET) * 3 == before[table].count(SECRET) * 2, table


async def test_a_deleted_fan_can_still_be_erased(database: Database) -> None:
    talk = await a_talk(database)
    changes = Fans(transactions(database))
    await changes.delete(talk.owner, talk.fan.id)
    await changes.erase(talk.owner, talk.fan.id)
    assert SECRET not in " ".join((await everything(database, talk)).values())
    query = select(LiveEvent.kind).where(LiveEvent.user_id == talk.owner).order_by(LiveEvent.sequence)
    kinds = (await reading(database, lambda session: session.scalars(query))).all()
    assert kinds == ["message_updated", "message_updated", "fan_deleted", "fan_deleted"]


async def test_nothing_is_ever_known_of_her_again(database: Database) -> None:
    """A worker may be looking up her id at this very moment."""
    talk = await a_talk(database)
    await Fans(transactions(database)).erase(talk.owner, talk.fan.id)
    async with transactions(database)() as work:
        assert await fans.change(work.session, talk.owner, talk.fan.id, platform_fan_id="77") is None
    found = await reading(database, lambda session: fans.by_platform_id(session, talk.owner, talk.account.id, "77"))
    assert found is None


async def end_of(work: UnitOfWork, talk: Talk, status: str) -> None:
    """As the worker records it, with the platform's words."""
    moved = await messages.move(
        work.session, talk.owner, talk.messages["SENDING"].id, ("SENDING",), status=status, failure_reason=SECRET
    )
    assert moved is not None
    await leftovers.settle(work, moved)


async def test_a_message_under_way_is_let_finish_and_leaves_nothing(database: Database) -> None:
    for status, expected in {"SENT": "SENT", "FAILED": "FAILED", "QUEUED": "CANCELLED"}.items():
        talk = await a_talk(database)
        await Fans(transactions(database)).erase(talk.owner, talk.fan.id)
        async with transactions(database)() as work:
            await end_of(work, talk, status)
        assert (await talk.statuses(database))["SENDING"] == expected
        assert SECRET not in " ".join((await everything(database, talk)).values())


async def test_a_message_of_a_deleted_fan_is_not_tried_again(database: Database) -> None:
    talk = await a_talk(database)
    await Fans(transactions(database)).delete(talk.owner, talk.fan.id)
    async with transactions(database)() as work:
        await end_of(work, talk, "QUEUED")
    assert (await talk.statuses(database))["SENDING"] == "CANCELLED"
    kept = await reading(database, lambda session: messages.get(session, talk.owner, talk.messages["SENDING"].id))
    assert kept is not None
    assert kept.text == SECRET


async def test_a_message_of_a_living_fan_is_left_alone(database: Database) -> None:
    talk = await a_talk(database)
    async with transactions(database)() as work:
        await end_of(work, talk, "QUEUED")
        assert work.events == {}
    assert (await talk.statuses(database))["SENDING"] == "QUEUED"


async def test_what_she_paid_stays_without_her_and_a_repeat_of_it_makes_no_fan(database: Database) -> None:
    desk = await a_desk(database)
    tip = notice(5, {"id": 77, "username": "cherry", "name": "Cherry"}, amount="$5.00")
    link = {"{MESSAGE_LINK}": "https://onlyfans.com/my/chats/chat/77?firstId=901", "{AMOUNT}": "$20.00"}
    unlock = {"id": 6, "replacePairs": link}
    await desk.done("tips.received", tip)
    await desk.done("messages.ppv.unlocked", unlock)
    cherry = await desk.only(Fan)

    await Fans(transactions(database)).erase(desk.owner, cherry.id)

    assert sorted(row.amount_cents for row in await desk.rows(Payment)) == [500, 2000]
    assert {row.fan_id for row in await desk.rows(Payment)} == {cherry.id}
    assert [row.body for row in await desk.rows(WebhookDelivery)] == [b"", b""]
    for event, payload in (("tips.received", tip), ("messages.ppv.unlocked", unlock)):
        await desk.done(event, payload)
    assert ((await desk.only(Fan)).name, (await desk.only(Fan)).value_cents) == ("Deleted fan", 2500)
    assert len(await desk.rows(Payment)) == 2
