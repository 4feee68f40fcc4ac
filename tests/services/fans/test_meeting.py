from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import cast, select
from sqlalchemy.dialects.postgresql import TSQUERY

from db.engine import Database
from db.models import Fan
from services.fans.indexing import terms
from services.fans.meeting import meet
from services.platforms.interface import InboundPerson
from tests.services.webhooks.desk import Desk, a_desk, moment
from tests.stored import LONG_AGO, conversation, fan, reading, store, transactions

BARE = InboundPerson("77")
NAMED = InboundPerson("77", "robin", "Robin", "https://e.com/robin.jpg")


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await a_desk(database)


async def met(desk: Desk, *people: InboundPerson, **values: Any) -> Fan:
    """The fan after events that tell of these, in this order."""
    for person in people:
        async with transactions(desk.database)() as work:
            found = await meet(work, desk.account, person, values.get("seen_at"), values.get("worth_cents", 0))
    return found


@pytest.mark.parametrize("people", [(BARE, NAMED), (NAMED, BARE), (InboundPerson("77", "robin"), BARE, NAMED)])
async def test_what_was_not_told_at_first_is_filled_in(desk: Desk, people: tuple[InboundPerson, ...]) -> None:
    robin = await met(desk, *people)

    assert (robin.name, robin.handle, robin.handle_key, robin.avatar) == (
        "Robin", "@robin", "robin", "https://e.com/robin.jpg",
    )  # fmt: skip
    assert len(await desk.rows(Fan)) == 1


async def test_a_name_that_is_filled_in_can_be_searched_for(desk: Desk) -> None:
    robin = await met(desk, BARE, NAMED)

    wanted = terms(desk.owner, "robin", ())
    query = select(Fan.id).where(Fan.user_id == desk.owner, Fan.search.bool_op("@@")(cast(wanted, TSQUERY)))
    assert await reading(desk.database, lambda session: session.scalar(query)) == robin.id


async def test_what_was_written_by_hand_stays(desk: Desk) -> None:
    by_hand = {"name": "My Robin", "handle": "@other", "handle_key": "other", "avatar": "https://e.com/mine.jpg"}
    await store(desk.database, fan(desk.owner, desk.account.id, platform_fan_id="77", **by_hand))

    robin = await met(desk, NAMED)

    assert (robin.name, robin.handle, robin.avatar) == ("My Robin", "@other", "https://e.com/mine.jpg")


async def test_a_handle_that_is_somebody_elses_is_not_filled_in(desk: Desk) -> None:
    kim = fan(desk.owner, desk.account.id, platform_fan_id="8", handle="@robin", handle_key="robin")
    await store(desk.database, kim)

    robin = await met(desk, BARE, NAMED)

    assert (robin.name, robin.handle) == ("Robin", None)


async def test_nothing_new_is_no_change(desk: Desk) -> None:
    robin = await met(desk, NAMED, seen_at=moment(5))
    before = await desk.events()

    again = await met(desk, NAMED, BARE, seen_at=moment(4))

    assert (again.version, await desk.events()) == (robin.version, before)


async def test_value_rises_and_the_last_sight_never_goes_back(desk: Desk) -> None:
    await met(desk, NAMED, seen_at=moment(5), worth_cents=100)
    robin = await met(desk, NAMED, seen_at=moment(1), worth_cents=50)

    assert (robin.value_cents, robin.last_seen_at) == (150, moment(5))


async def test_an_erased_fan_is_not_recognised(desk: Desk) -> None:
    gone = fan(desk.owner, desk.account.id, name="Deleted fan", deleted_at=LONG_AGO, erased_at=LONG_AGO)
    await store(desk.database, gone)

    robin = await met(desk, NAMED)

    assert robin.id != gone.id
    assert robin.deleted_at is None


async def test_a_deleted_fan_who_is_back_brings_her_conversation(desk: Desk) -> None:
    """Whoever was told that she was deleted has dropped it."""
    robin = await desk.robin(deleted_at=LONG_AGO)
    await store(desk.database, conversation(robin))
    await met(desk, NAMED)
    await met(desk, NAMED, worth_cents=5)

    assert await desk.events() == ["fan_updated", "conversation_updated", "fan_updated"]
