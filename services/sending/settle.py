"""What a step means for a stored message: its new status, its place in the conversation, the events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func

from db.models import Message, new_id
from db.queries import campaigns, clock, conversations, messages, platform_messages
from db.unit_of_work import UnitOfWork
from services.conversations import appearing
from services.fans import leftovers
from services.live import events
from services.monitoring.metrics import Metric, of_end
from services.sending.copies import make_room
from services.sending.repeats import next_look
from services.sending.retry import Again, Done, GiveUp, LeaveUnknown, Step

NOW = func.clock_timestamp()

ARRIVED = ("SENT", "DELIVERED")
UNDER_WAY = ("QUEUED", "SENDING", "UNKNOWN")

ALL_PROVEN: dict[str, Any] = {"unknown_since": None, "repeat_until": None, "read_backs": 0}


async def settle(work: UnitOfWork, message: Message, step: Step, *, repeat: bool = False) -> None:
    """Carry out a step for a message that the caller has locked. `repeat`: it follows a call that nobody asked for, and
    so changes nothing any more once a person has sent the message again.
    """
    if isinstance(step, Done):
        await delivered(work, message, step.platform_message_id)
        return
    before = ("UNKNOWN",) if repeat else UNDER_WAY
    values = await _values(work, message, step)
    if isinstance(step, Again) and await _campaign_cancelled(work, message):
        values |= _taken_back(step)
    moved = await messages.move(work.session, message.user_id, message.id, before, **values)
    if moved is not None:
        count_end(work, moved)
        work.emit(message.user_id, events.message_updated(moved))
        await leftovers.settle(work, moved)


def count_end(work: UnitOfWork, message: Message) -> None:
    """For the metrics, where a message has just come to its status."""
    for metric in of_end(message.status):
        work.count(metric)


async def delivered(
    work: UnitOfWork, message: Message, platform_message_id: str | None, sent_at: datetime | None = None
) -> None:
    """The platform has a message that the caller has locked, and the account before it, whatever became of it here.

    `sent_at`: as the platform says, if it does. A platform id that is known already stays.
    """
    values: dict[str, Any] = {}
    heard_of = await _heard_of(work, message, message.platform_message_id or platform_message_id)
    if message.platform_message_id is None:
        values = await _room(work, message, platform_message_id, taken=heard_of)
    if message.status not in ARRIVED:
        known = values.get("platform_message_id")
        moved = await messages.arrive(work.session, message.user_id, message.id, known, sent_at)
        work.count(Metric.PROCESSED)
    elif values:
        moved = await messages.move(work.session, message.user_id, message.id, (message.status,), **values)
    else:
        return
    assert moved is not None
    work.emit(message.user_id, events.message_updated(moved))
    if moved.campaign_id is not None or moved.scheduled_at is not None:
        work.emit(moved.user_id, events.conversation_updated(await conversations.put_last(work.session, moved)))
    await leftovers.settle(work, moved)
    if heard_of:
        await appearing.appeared(work, moved)


async def _heard_of(work: UnitOfWork, message: Message, platform_message_id: str | None) -> bool:
    """One question for the usual case, in which nothing was told of the message before."""
    if message.creator_account_id is None or platform_message_id is None:
        return False
    ids = (message.creator_account_id, platform_message_id)
    return await platform_messages.heard_of(work.session, message.user_id, *ids)


async def _room(work: UnitOfWork, message: Message, platform_message_id: str | None, *, taken: bool) -> dict[str, Any]:
    """The columns by which a message gets its platform id; none where there is nothing to get."""
    if taken:
        return await make_room(work, message, platform_message_id)
    nowhere = platform_message_id is None or message.creator_account_id is None
    return {} if nowhere else {"platform_message_id": platform_message_id}


async def _values(work: UnitOfWork, message: Message, step: Again | GiveUp | LeaveUnknown) -> dict[str, Any]:
    match step:
        case Again(wait, reason, counted, new_key):
            again = {"status": "QUEUED", "not_before": NOW + wait, "failure_reason": reason, "finished_at": None}
            return again | (_new_key() if new_key else {}) | ({"failures": Message.failures + 1} if counted else {})
        case GiveUp(reason):
            failed = {"status": "FAILED", "finished_at": NOW, "not_before": None, "failure_reason": reason}
            return failed | ALL_PROVEN
        case LeaveUnknown():
            return await _unknown(work, message, step)


async def _campaign_cancelled(work: UnitOfWork, message: Message) -> bool:
    """Nothing is missed: whoever cancels waits for the message that the caller has locked, and takes it back then."""
    if message.campaign_id is None:
        return False
    campaign = await campaigns.get(work.session, message.user_id, message.campaign_id)
    return campaign is not None and campaign.status == "CANCELLED"


def _taken_back(step: Again) -> dict[str, Any]:
    """Nobody would claim it again. Where an earlier call may have delivered it, it is unknown as before."""
    return {"status": "CANCELLED" if step.new_key else messages.ended("CANCELLED"), "not_before": None}


def _new_key() -> dict[str, Any]:
    """After proven non-delivery: else the platform would repeat its first answer instead of sending."""
    return {"platform_key": str(new_id())} | ALL_PROVEN


async def _unknown(work: UnitOfWork, message: Message, step: LeaveUnknown) -> dict[str, Any]:
    """When it became unknown is kept: a repeat does not hold the conversation any longer."""
    look = next_look(
        await clock.now(work.session),
        message.repeat_until,
        message.read_backs,
        of_campaign=message.campaign_id is not None,
        repeat=step.repeat,
        wait=step.wait,
    )
    return {
        "status": "UNKNOWN",
        "failure_reason": step.reason or message.failure_reason,
        "finished_at": func.coalesce(Message.finished_at, NOW),
        "unknown_since": func.coalesce(Message.unknown_since, NOW),
        "not_before": look.at,
        "repeat_until": look.repeat_until,
    }
