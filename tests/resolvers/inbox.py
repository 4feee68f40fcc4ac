"""Conversations for the tests of lists: stored as the product would store them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func

from db.models import Conversation, Fan, Message
from services.fans.indexing import searchable
from services.search.words import indexed
from tests.stored import LONG_AGO, conversation, fan, message

LATER = LONG_AGO + timedelta(days=1)


def minute(number: float) -> datetime:
    return LONG_AGO + timedelta(minutes=number)


def known(owner: UUID, name: str, **values: Any) -> Fan:
    row = fan(owner, name=name, **values)
    row.search = searchable(row)
    return row


def written(of: Conversation, text: str, at: float, **values: Any) -> Message:
    """A sent message, or with direction IN a received one."""
    incoming = values.get("direction") == "IN"
    usual = {"status": "RECEIVED", "origin": "FAN"} if incoming else {"status": "SENT"}
    row = message(of, text=text, placed_at=minute(at), **usual | values)
    row.search = func.array_to_tsvector(indexed(of.user_id, [text]))
    return row


def opened(of: Fan, last: float | None = None, incoming: float | None = None, **values: Any) -> Conversation:
    """A conversation whose last message, and last incoming one, came at these minutes."""
    row = conversation(of)
    row.last_message_at = None if last is None else minute(last)
    row.last_incoming_at = None if incoming is None else minute(incoming)
    row.awaiting_reply = last is not None and last == incoming
    for name, value in values.items():
        setattr(row, name, value)
    return row
