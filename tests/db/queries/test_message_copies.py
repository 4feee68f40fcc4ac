from __future__ import annotations

from sqlalchemy import select

from db.engine import Database
from db.models import Base, Conversation, Message, Payment, new_id
from db.queries import conversations, message_copies
from tests.stored import LONG_AGO, a_user, account, conversation, fan, message, store, writing


def test_every_reference_to_a_message_is_thought_of() -> None:
    """A new table that names messages has to say what becomes of its rows where a copy goes."""
    names = {
        f"{table.name}.{constraint.column_keys[-1]}"
        for table in Base.metadata.sorted_tables
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is Message.__table__
    }

    assert names == message_copies.REFERENCES


async def test_a_copy_goes_and_nothing_points_to_it(database: Database) -> None:
    owner = await a_user(database)
    at = account(owner)
    robin = fan(owner, at.id)
    talk = conversation(robin)
    copy = message(talk, status="SENT", origin="PLATFORM_APP", platform_message_id="p1")
    other = message(talk, status="SENT", platform_message_id="p2")
    await store(database, at, robin, talk, copy, other)
    usual = {"user_id": owner, "creator_account_id": at.id, "fan_id": robin.id, "kind": "UNLOCK", "paid_at": LONG_AGO}
    paid = [
        Payment(id=new_id(), message_id=row.id, amount_cents=5, payment_key=key, platform_message_id=key, **usual)
        for row, key in ((copy, "p1"), (other, "p2"))
    ]
    await store(database, *paid)
    await writing(database, lambda session: conversations.change(session, owner, talk.id, last_message_id=copy.id))

    await writing(database, lambda session: message_copies.remove(session, owner, copy.id))

    async with database.reads() as session:
        left = (await session.scalars(select(Message.id).where(Message.user_id == owner))).all()
        last = await session.scalar(select(Conversation.last_message_id).where(Conversation.user_id == owner))
        linked = select(Payment.payment_key, Payment.message_id).where(Payment.user_id == owner)
        found = {row[0]: row[1] for row in await session.execute(linked)}
    assert (left, last) == ([other.id], None)
    assert found == {"p1": None, "p2": other.id}
