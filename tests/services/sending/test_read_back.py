"""Looking into the chat: one copy that can be nothing else settles a message; anything less leaves it to a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.sending.proof import READ_BACK
from services.sending.repeats import READ_BACK_PAUSES
from tests.services.sending.road import TIMEOUT_SECONDS, Road, a_road
from tests.stored import LONG_AGO, conversation, fan, message, store
from tests.waiting import eventually

CUT = {"kind": "cut_after"}
NEARLY = timedelta(seconds=8)


@pytest.fixture
async def road(database_url: str) -> AsyncIterator[Road]:
    async with a_road(database_url) as found:
        yield found


@pytest.fixture
async def keyless(database_url: str) -> AsyncIterator[Road]:
    """A platform that takes no idempotency keys."""
    async with a_road(database_url, idempotent_send=False) as found:
        yield found


async def test_a_platform_without_keys_is_read_back(keyless: Road) -> None:
    await keyless.control.fault(**CUT)
    sent = await keyless.send("Hi <3 & bye\nyou")
    assert await keyless.reconciler.look() == 0
    await keyless.due()

    assert await keyless.reconciler.look() == 1

    present = await keyless.present(sent)
    [arrival] = await keyless.control.arrivals()
    assert (present.status, present.platform_message_id) == ("SENT", str(arrival["messageId"]))
    assert await keyless.attempts(sent) == [("SENT", READ_BACK)]
    assert (await keyless.events())[-1] == ("message_updated", "SENT")
    assert await keyless.reconciler.look() == 0


async def test_it_waits_until_the_time_of_repeats_is_over(road: Road) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    assert await road.reconciler.look() == 0

    await road.over()

    assert await road.reconciler.look() == 1
    assert (await road.present(sent)).status == "SENT"
    assert len(await road.control.arrivals()) == 1


async def test_a_refused_repeat_is_followed_by_a_look(road: Road) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.due()
    await road.control.fault("status", status=404)
    assert await road.step()
    await road.due()
    assert await road.step() is False

    await road.reconciler.look()

    assert (await road.present(sent)).status == "SENT"
    assert await road.attempts(sent) == [
        ("SENT", READ_BACK),
        ("REFUSED", "HTTP 404: Fault on demand"),
    ]
    assert await road.control.delivered() == 1


async def test_nothing_found_is_looked_for_again_and_then_left_to_a_person(road: Road) -> None:
    await road.control.fault("cut_before")
    sent = await road.send()
    for looked, pause in enumerate((*READ_BACK_PAUSES[1:], None), 1):
        await road.over()
        assert await road.reconciler.look() == 1
        left = await road.present(sent)
        assert (left.status, left.read_backs) == ("UNKNOWN", looked)
        if pause is None:
            assert left.not_before is None
        else:
            assert left.not_before is not None
            assert abs(left.not_before - await road.now() - pause) < NEARLY
    assert await road.reconciler.look() == 0
    assert await road.step() is False
    assert await road.outcomes(sent) == ["UNKNOWN"]


async def test_it_is_found_at_a_later_look(road: Road) -> None:
    await road.control.fault("delay", seconds=TIMEOUT_SECONDS + 1)
    sent = await road.send()
    await road.over()
    await road.control.fault("status", on="list", status=500)
    await road.reconciler.look()
    assert ((await road.present(sent)).status, (await road.present(sent)).read_backs) == ("UNKNOWN", 1)
    await eventually(lambda: _delivered(road, 1))
    await road.over()

    await road.reconciler.look()

    assert (await road.present(sent)).status == "SENT"


async def test_two_copies_prove_nothing(road: Road) -> None:
    """The creator has written the same in the platform's app, and nobody told us."""
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.at_the_platform()
    await road.over()

    await road.reconciler.look()

    assert (await road.present(sent)).status == "UNKNOWN"
    assert await road.outcomes(sent) == ["UNKNOWN"]


async def test_two_of_ours_and_one_copy_prove_nothing(road: Road) -> None:
    await road.control.fault("cut_before")
    first = await road.send()
    await road.pass_time(unknown_since=121)
    await road.control.fault(**CUT)
    second = await road.send()
    await road.over()

    assert await road.reconciler.look() == 1

    assert await road.control.delivered() == 1
    for row in (first, second):
        left = await road.present(row)
        assert (left.status, left.read_backs) == ("UNKNOWN", 1)


@pytest.mark.parametrize("origin", ["USER", "PLATFORM_APP"])
async def test_a_copy_that_is_another_message_s_is_none(road: Road, origin: str) -> None:
    await road.control.fault("cut_before")
    sent = await road.send()
    platform_id = await road.at_the_platform()
    await store(road.database, message(road.talk, status="SENT", origin=origin, platform_message_id=platform_id))
    await road.over()

    await road.reconciler.look()

    assert (await road.present(sent)).status == "UNKNOWN"


@pytest.mark.parametrize("seconds", [-70, 605])
async def test_a_copy_of_another_time_is_none(road: Road, seconds: float) -> None:
    await road.control.fault("cut_before")
    sent = await road.send()
    await road.at_the_platform()
    await road.calls_were(seconds)
    await road.over()

    await road.reconciler.look()

    assert (await road.present(sent)).status == "UNKNOWN"


async def test_each_of_two_texts_is_found_in_one_look(road: Road) -> None:
    await road.control.fault(**CUT, count=2)
    first = await road.send("one")
    await road.pass_time(unknown_since=121)
    second = await road.send("two")
    await road.over()

    assert await road.reconciler.look() == 1

    ids = {arrival["text"]: str(arrival["messageId"]) for arrival in await road.control.arrivals()}
    for row, text in ((first, "one"), (second, "two")):
        present = await road.present(row)
        assert (present.status, present.platform_message_id) == ("SENT", ids[text])


async def test_a_conversation_goes_on_once_its_message_is_found(road: Road) -> None:
    await road.control.fault(**CUT)
    await road.send("first")
    second = await road.queue("second")
    await road.over()
    assert await road.step() is False

    await road.reconciler.look()

    assert await road.step()
    assert (await road.present(second)).status == "SENT"


@pytest.mark.parametrize("status", ["DISCONNECTED", "DEGRADED", "SESSION_EXPIRED"])
async def test_nobody_asks_for_a_stopped_account(road: Road, status: str) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.over()
    await road.change_account(status=status)
    assert await road.reconciler.look() == 0
    assert (await road.present(sent)).read_backs == 0

    await road.change_account(status="CONNECTED")

    assert await road.reconciler.look() == 1
    assert (await road.present(sent)).status == "SENT"


async def test_a_key_that_is_refused_stops_the_account_and_uses_up_no_look(road: Road) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.over()
    await road.control.fault("status", on="list", status=401)

    await road.reconciler.look()

    assert await road.status_of_account() == "INVALID_CREDENTIALS"
    left = await road.present(sent)
    assert (left.status, left.read_backs) == ("UNKNOWN", 0)
    assert (await road.events())[-1] == ("account_updated", None)
    await road.change_account(status="CONNECTED")
    await road.over()
    await road.reconciler.look()
    assert (await road.present(sent)).status == "SENT"


async def test_a_platform_that_cannot_be_read_is_not_asked(database_url: str) -> None:
    async with a_road(database_url, read_back=False, idempotent_send=False) as road:
        await road.control.fault(**CUT)
        sent = await road.send()
        await road.due()

        assert await road.reconciler.look() == 0

        left = await road.present(sent)
        assert (left.status, left.not_before) == ("UNKNOWN", None)


async def test_a_fan_whose_id_is_gone_is_not_looked_for(road: Road) -> None:
    """Erased meanwhile: neither her chat nor the text is known any more."""
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.over()
    await road.change_fan(platform_fan_id=None, deleted_at=LONG_AGO, erased_at=LONG_AGO)

    assert await road.reconciler.look() == 0

    left = await road.present(sent)
    assert (left.status, left.not_before) == ("UNKNOWN", None)


async def test_one_worker_looks_and_another_only_after_it_has_died(road: Road) -> None:
    await road.control.fault(**CUT)
    sent = await road.send()
    await road.over()
    taken = await road.reconciler._take()
    assert [chat.platform_fan_id for chat in taken] == ["77"]

    assert await road.reconciler.look() == 0

    await road.pass_time(not_before=121)
    assert await road.reconciler.look() == 1
    assert (await road.present(sent)).status == "SENT"


async def test_chats_of_several_fans_are_looked_into_one_by_one(road: Road) -> None:
    kim = fan(road.account.user_id, road.account.id, platform_fan_id="8", name="Kim")
    talk = conversation(kim)
    to_kim = message(talk, text="Hello")
    await store(road.database, kim, talk, to_kim)
    await road.control.fault(**CUT, count=2)
    assert await road.step()
    to_robin = await road.send()
    await road.over()

    assert await road.reconciler.look() == 2

    found: list[Any] = [await road.present(row) for row in (to_kim, to_robin)]
    assert [row.status for row in found] == ["SENT", "SENT"]
    assert found[0].platform_message_id != found[1].platform_message_id


async def _delivered(road: Road, count: int) -> bool:
    return await road.control.delivered() == count
