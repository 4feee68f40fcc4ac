from __future__ import annotations

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Fan, LiveEvent, new_id
from db.queries import fan_selections, fan_tags, fans
from db.queries.fan_selections import EVERYBODY
from services.fans.fans import Fans
from services.problems import Code, Rejected
from tests.services.fans.stored_talk import SECRET, a_talk
from tests.stored import a_user, fan, reading, store, transactions


async def test_what_waits_is_cancelled_and_a_tombstone_stays(database: Database) -> None:
    talk = await a_talk(database)
    deleted = await Fans(transactions(database)).delete(talk.owner, talk.fan.id)
    assert (deleted.fan_id, deleted.conversation_id) == (talk.fan.id, talk.conversation.id)

    now = await talk.statuses(database)
    assert {before: after for before, after in now.items() if before != after} == {
        "PENDING": "CANCELLED",
        "QUEUED": "CANCELLED",
    }
    tombstone = await reading(database, lambda session: fans.get(session, talk.owner, talk.fan.id))
    assert tombstone is not None
    assert tombstone.deleted_at is not None
    assert (tombstone.name, tombstone.erased_at, tombstone.version) == (f"{SECRET} 77", None, 2)
    assert await reading(database, lambda session: fan_selections.count(session, talk.owner, EVERYBODY)) == 0
    assert await reading(database, lambda session: fan_tags.tag_counts(session, talk.owner, "", 9)) == []


async def test_each_step_is_told_and_the_fan_last(database: Database) -> None:
    talk = await a_talk(database)
    await Fans(transactions(database)).delete(talk.owner, talk.fan.id)
    query = select(LiveEvent).where(LiveEvent.user_id == talk.owner).order_by(LiveEvent.sequence)
    events = (await reading(database, lambda session: session.scalars(query))).all()
    waiting = [talk.messages[status].id for status in ("PENDING", "QUEUED")]
    assert [(event.kind, event.status, event.message_id) for event in events] == [
        ("message_updated", "CANCELLED", waiting[0]),
        ("message_updated", "CANCELLED", waiting[1]),
        ("fan_deleted", None, None),
    ]
    assert {(event.fan_id, event.conversation_id) for event in events} == {(talk.fan.id, talk.conversation.id)}


async def test_other_fans_keep_what_waits_for_them(database: Database) -> None:
    talk = await a_talk(database)
    other = await a_talk(database, talk.owner, "78")
    await Fans(transactions(database)).delete(talk.owner, talk.fan.id)
    assert (await other.statuses(database))["QUEUED"] == "QUEUED"


@pytest.mark.parametrize("way", ["delete", "erase"])
async def test_who_is_not_there_is_not_found(database: Database, way: str) -> None:
    owner, stranger = await a_user(database), await a_user(database)
    hers, gone = fan(stranger), fan(owner)
    await store(database, hers, gone)
    leave = getattr(Fans(transactions(database)), way)
    await leave(owner, gone.id)
    for key in (hers.id, gone.id, new_id()):
        with pytest.raises(Rejected) as refused:
            await leave(owner, key)
        assert [(problem.code, problem.path) for problem in refused.value.problems] == [(Code.NOT_FOUND, ("id",))]
    untouched = await reading(database, lambda session: session.get(Fan, (stranger, hers.id)))
    assert untouched is not None
    assert (untouched.deleted_at, untouched.version) == (None, 1)


async def test_a_fan_without_a_conversation_can_go_too(database: Database) -> None:
    owner = await a_user(database)
    alone = fan(owner)
    await store(database, alone)
    assert (await Fans(transactions(database)).delete(owner, alone.id)).conversation_id is None
