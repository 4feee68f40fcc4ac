"""`messages.sent`: nothing new, the proof of a message of ours, or one that was sent in the platform's own app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Fan, Message, Payment, new_id
from db.queries import attempts
from services.conversations.removal import take_out
from services.platforms.interface import Answer, InboundEnvelope, NotSent, Refused, Sent, Unknown
from services.platforms.webhook import MESSAGE_SENT
from services.sending.proof import ANNOUNCED
from services.webhooks.sent_messages import message_sent
from tests.services.sending.desk import Desk, a_desk, under_way
from tests.stored import LONG_AGO, campaign, conversation, fan, message, reading, store, transactions, writing

LATE = Unknown("no answer in time")


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with a_desk(database_url, text="Hi <3 & bye") as found:
        yield found


async def announce(desk: Desk, platform_id: str | int = "p1", at: datetime | None = None, **payload: Any) -> None:
    """The platform tells of a message to the desk's fan, sent a second after the present moment."""
    sent_at = at or await desk.now() + timedelta(seconds=1)
    usual = {"text": "<p>Hi &lt;3 &amp; bye</p>", "price": 0, "toUser": {"id": 7}, "fromUser": {"id": "acct"}}
    body = usual | {"id": platform_id, "createdAt": sent_at.isoformat()} | payload
    async with transactions(desk.database)() as work:
        await message_sent(work, desk.claim.account, InboundEnvelope("acct", MESSAGE_SENT, body))


async def others(desk: Desk) -> list[Message]:
    """What is there beside the message of the desk."""
    return [row for row in await desk.messages() if row.id != desk.claim.message.id]


async def another_unknown(desk: Desk, **values: Any) -> Message:
    """One more message of the same text to the same fan whose outcome is unknown."""
    row = message(await desk.conversation(), text=desk.claim.message.text, status="UNKNOWN", **values)
    await store(desk.database, row)
    attempt = await under_way(desk.database, row)
    await writing(desk.database, lambda s: attempts.finish(s, row.user_id, attempt.id, "UNKNOWN", "no answer in time"))
    return row


async def test_an_unknown_message_is_proven_by_it(desk: Desk) -> None:
    await desk.record(LATE)
    sent_at = await desk.now()

    await announce(desk, 123, sent_at)

    present, attempt = await desk.message(), await desk.attempt(desk.claim.attempt.id)
    assert (present.status, present.platform_message_id, present.sent_at) == ("SENT", "123", sent_at)
    assert (present.failure_reason, present.not_before) == (None, None)
    assert (attempt.state, attempt.outcome, attempt.detail) == ("done", "SENT", ANNOUNCED)
    assert await others(desk) == []
    assert await desk.events() == ["UNKNOWN", "SENT"]
    due_at = (await desk.lane()).due_at
    assert due_at is not None
    assert due_at <= await desk.now()


async def test_the_call_that_brought_it_is_told_among_repeats(desk: Desk) -> None:
    repeat = await desk.repeated()
    sent_at = (await desk.attempt(desk.claim.attempt.id)).dispatched_at
    await desk.record(LATE, repeat)

    await announce(desk, at=sent_at)

    assert await desk.outcome(desk.claim.attempt.id) == "SENT"
    assert await desk.outcome(repeat.attempt.id) == "UNKNOWN"


@pytest.mark.parametrize("answer", [Sent("p1"), Sent(None), LATE, NotSent("busy"), Refused("no")])
async def test_it_comes_before_our_own_answer(desk: Desk, answer: Answer) -> None:
    await announce(desk)
    told = await desk.message()
    assert (told.status, told.platform_message_id) == ("SENT", "p1")
    assert (await desk.attempt(desk.claim.attempt.id)).state == "dispatching"

    await desk.record(answer)

    present, attempt = await desk.message(), await desk.attempt(desk.claim.attempt.id)
    assert (present.status, present.platform_message_id, present.version) == ("SENT", "p1", told.version)
    assert (attempt.state, attempt.outcome, attempt.detail) == ("done", "SENT", ANNOUNCED)
    assert await others(desk) == []
    assert await desk.events() == ["SENT"]


async def test_a_repeat_under_way_keeps_its_slot_and_changes_nothing_more(desk: Desk) -> None:
    repeat = await desk.repeated()

    await announce(desk, at=(await desk.attempt(desk.claim.attempt.id)).dispatched_at)

    assert (await desk.message()).status == "SENT"
    assert (await desk.attempt(repeat.attempt.id)).state == "dispatching"
    await desk.record(LATE, repeat)
    assert (await desk.message()).status == "SENT"
    assert await others(desk) == []


@pytest.mark.parametrize("status", ["PENDING", "QUEUED"])
async def test_what_a_person_sends_again_is_not_sent_any_more(desk: Desk, status: str) -> None:
    await desk.record(LATE)
    await desk.change(status=status)

    await announce(desk)

    assert (await desk.message()).status == "SENT"
    assert await others(desk) == []


async def test_a_message_that_was_sent_gets_the_id_its_answer_did_not_name(desk: Desk) -> None:
    await desk.record(Sent(None))

    await announce(desk)

    assert (await desk.message()).platform_message_id == "p1"
    assert await others(desk) == []
    assert (await desk.attempt(desk.claim.attempt.id)).detail is None


async def test_what_is_known_is_nothing_new(desk: Desk) -> None:
    await desk.record(Sent("p1"))
    before, told = await desk.message(), await desk.kinds()

    await announce(desk)

    assert (await desk.message()).version == before.version
    assert await desk.kinds() == told
    assert await others(desk) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "<p>Hi</p>"},
        {"price": "5.00"},
        {"toUser": {"id": 8}},
        {"at": 601},
        {"at": -61},
    ],
    ids=["text", "price", "fan", "too late", "before"],
)
async def test_what_could_not_be_ours_was_sent_in_the_app(desk: Desk, changed: dict[str, Any]) -> None:
    await desk.record(LATE)
    if "at" in changed:
        left = (await desk.attempt(desk.claim.attempt.id)).dispatched_at
        assert left is not None
        changed = {"at": left + timedelta(seconds=changed["at"])}

    await announce(desk, **changed)

    assert (await desk.message()).status == "UNKNOWN"
    [native] = await others(desk)
    assert (native.origin, native.status, native.direction, native.platform_message_id) == (
        "PLATFORM_APP", "SENT", "OUT", "p1",
    )  # fmt: skip


async def test_a_message_of_the_app_is_the_conversation_s_last(desk: Desk) -> None:
    await desk.record(Sent("p0"))
    media = [{"id": 9, "type": "photo", "files": {"full": {"url": "https://e.com/9.jpg"}}}]
    sent_at = await desk.now() + timedelta(seconds=30)

    await announce(desk, at=sent_at, text="<p>From<br />\nthe app</p>", price=12.5, media=media)

    [native] = await others(desk)
    assert (native.text, native.price_cents, native.sent_at, native.placed_at) == (
        "From\nthe app",
        1250,
        sent_at,
        sent_at,
    )
    assert [(each["type"], each["url"]) for each in native.attachments] == [("IMAGE", "https://e.com/9.jpg")]
    assert (native.queued_at, native.finished_at, native.sent_by, native.read) == (None, None, None, True)
    talk = await desk.conversation()
    assert (talk.last_message_id, talk.unread_count, talk.awaiting_reply) == (native.id, 0, False)
    assert (await desk.kinds())[-2:] == ["message_added", "conversation_updated"]


async def test_a_message_of_the_app_comes_once_however_often_it_is_told(desk: Desk) -> None:
    sent_at = await desk.now()
    for _ in range(3):
        await announce(desk, at=sent_at, text="<p>From the app</p>")

    assert len(await others(desk)) == 1
    assert (await desk.kinds()).count("message_added") == 1


async def test_a_fan_nobody_knew_was_written_to_and_not_seen(desk: Desk) -> None:
    await announce(desk, toUser={"id": 99, "username": "kim", "name": "Kim"})

    [native] = await others(desk)
    query = select(Fan).where(Fan.user_id == desk.claim.owner, Fan.id == native.fan_id)
    kim = await reading(desk.database, lambda session: session.scalar(query))
    assert kim is not None
    assert (kim.platform_fan_id, kim.handle, kim.name, kim.last_seen_at) == ("99", "@kim", "Kim", None)


async def test_two_that_could_be_it_stay_unknown_beside_what_the_fan_has(desk: Desk) -> None:
    await desk.record(LATE)
    second = await another_unknown(desk)

    await announce(desk)

    assert (await desk.message()).status == "UNKNOWN"
    rows = {row.id: row for row in await others(desk)}
    assert rows.pop(second.id).status == "UNKNOWN"
    [native] = rows.values()
    assert (native.origin, native.platform_message_id) == ("PLATFORM_APP", "p1")


async def test_a_copy_goes_once_our_answer_names_it(desk: Desk) -> None:
    """The platform told of a message that could have been two of ours; then the repeat of one brings its id."""
    second = await another_unknown(desk)
    repeat = await desk.repeated()
    await announce(desk)
    copy = next(row for row in await others(desk) if row.id != second.id)
    assert (await desk.conversation()).last_message_id == copy.id

    await desk.record(Sent("p1"), repeat)

    present = await desk.message()
    assert (present.status, present.platform_message_id) == ("SENT", "p1")
    assert [row.id for row in await others(desk)] == [second.id]
    assert "message_removed" in await desk.kinds()
    assert (await desk.conversation()).last_message_id == second.id


async def test_what_was_paid_for_the_copy_was_paid_for_the_message(desk: Desk) -> None:
    second = await another_unknown(desk)
    repeat = await desk.repeated()
    await announce(desk)
    copy = next(row for row in await others(desk) if row.id != second.id)
    paid = Payment(
        user_id=copy.user_id,
        id=new_id(),
        creator_account_id=copy.creator_account_id,
        fan_id=copy.fan_id,
        message_id=copy.id,
        kind="UNLOCK",
        amount_cents=500,
        payment_key="u1",
        platform_message_id="p1",
        paid_at=LONG_AGO,
    )
    await store(desk.database, paid)

    await desk.record(Sent("p1"), repeat)

    assert (await desk.message()).purchased_at == LONG_AGO
    query = select(Payment.message_id).where(Payment.user_id == copy.user_id)
    assert await reading(desk.database, lambda session: session.scalar(query)) == desk.claim.message.id


async def test_a_copy_that_was_deleted_at_the_platform_takes_the_message_along(desk: Desk) -> None:
    await another_unknown(desk)
    repeat = await desk.repeated()
    await announce(desk)
    async with transactions(desk.database)() as work:
        await take_out(work, desk.claim.account, "p1", LONG_AGO)

    await desk.record(Sent("p1"), repeat)

    present = await desk.message()
    assert (present.status, present.platform_message_id, present.removed_at) == ("SENT", "p1", LONG_AGO)


async def test_an_id_that_another_message_of_ours_has_stays_with_it(desk: Desk) -> None:
    other = await another_unknown(desk, platform_message_id="p1")

    await desk.record(Sent("p1"))

    present = await desk.message()
    assert (present.status, present.platform_message_id) == ("SENT", None)
    assert [(row.id, row.platform_message_id) for row in await others(desk)] == [(other.id, "p1")]


async def test_the_announcement_and_our_answer_at_the_same_moment_make_one_message(desk: Desk) -> None:
    sent_at = await desk.now()
    for number in range(8):
        row = message(await desk.conversation(), text=f"number {number}", status="SENDING")
        await store(desk.database, row)
        attempt = await under_way(desk.database, row)
        claim = replace(desk.claim, message=row, attempt=attempt)
        told = announce(desk, f"n{number}", sent_at, text=f"<p>number {number}</p>")
        both = (desk.record(Sent(f"n{number}"), claim), told)
        await asyncio.gather(*(both if number % 2 else reversed(both)))

    rows = await others(desk)
    assert sorted(row.platform_message_id or "" for row in rows) == [f"n{number}" for number in range(8)]
    assert {(row.origin, row.status) for row in rows} == {("USER", "SENT")}


async def test_a_campaign_s_message_is_in_the_conversation_once_it_is_proven(desk: Desk) -> None:
    whole = campaign(desk.claim.account)
    await store(desk.database, whole)
    await desk.change(campaign_id=whole.id, placed_at=LONG_AGO)
    await desk.record(LATE)

    await announce(desk)

    present = await desk.message()
    assert present.status == "SENT"
    assert present.placed_at > LONG_AGO
    assert (await desk.conversation()).last_message_id == present.id


async def test_an_erased_text_is_nobody_s(desk: Desk) -> None:
    await desk.record(LATE)
    await desk.change(text="", request=None)

    await announce(desk, text="")

    assert (await desk.message()).status == "UNKNOWN"
    assert len(await others(desk)) == 1


async def test_another_conversation_of_the_same_text_is_not_touched(desk: Desk) -> None:
    kim = fan(desk.claim.owner, desk.claim.account.id, platform_fan_id="8", name="Kim")
    talk = conversation(kim)
    to_kim = message(talk, status="SENDING", text="Hi <3 & bye")
    await store(desk.database, kim, talk, to_kim)
    await under_way(desk.database, to_kim)
    await desk.record(LATE)

    await announce(desk)

    assert (await desk.message()).status == "SENT"
    assert [row.status for row in await others(desk)] == ["SENDING"]
