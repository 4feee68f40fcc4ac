"""What several kinds of webhooks have in common: people, amounts, moments, the links of notifications. Pure.

Of a notification the top-level `user_id` is the creator; the fan stands in `user`, or in the link to her chat.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.platforms.interface import InboundPerson, MalformedWebhook
from services.platforms.listings import moment_of
from services.platforms.price import cents_of
from services.platforms.replies import identifier

_ID = r"([\w-]+(?:\.[\w-]+)*)"
CHAT_LINK = re.compile(rf"/chats/chat/{_ID}(?:/?\?(?:[^\s\"'<>]*&)?firstId={_ID})?", re.ASCII)
_PEOPLE = ("user", "fromUser", "fan", "subscriber")


def person(fields: dict[str, Any]) -> InboundPerson:
    """Raises MalformedWebhook where there is no id, or a field is odd."""
    if (fan_id := identifier(fields.get("id"))) is None:
        raise MalformedWebhook("the fan's id is missing or odd")
    return InboundPerson(fan_id, text(fields, "username"), text(fields, "name"), text(fields, "avatar"))


def fan_of(payload: dict[str, Any]) -> InboundPerson:
    """Who a notification is about. Raises MalformedWebhook where it does not say."""
    for name in _PEOPLE:
        fields = payload.get(name)
        if isinstance(fields, dict) and identifier(fields.get("id")):
            return person(fields)
    linked = chat_link(payload)
    if linked is None or (fan_id := identifier(linked[0])) is None:
        raise MalformedWebhook("it does not say which fan")
    return InboundPerson(fan_id)


def text(fields: dict[str, Any], name: str) -> str | None:
    """Without blanks around; None where there is none. Raises MalformedWebhook for what is no text."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedWebhook(f"{name} is odd")
    return (value or "").strip() or None


def cents(value: object) -> int | None:
    """An amount in dollars as cents; None for no price. Raises MalformedWebhook for what is no amount."""
    try:
        return cents_of(value)
    except ValueError as error:
        raise MalformedWebhook("price is odd") from error


def amount(payload: dict[str, Any], names: Iterable[str]) -> int | None:
    """The first of these fields that tells one, as cents; some stand among the words a notification is made from."""
    pairs = payload.get("replacePairs")
    for name in names:
        holder = pairs if name.startswith("{") else payload
        if isinstance(holder, dict) and (found := cents(holder.get(name))):
            return found
    return None


def first_moment(payload: dict[str, Any], *names: str) -> datetime | None:
    """The first of these fields that holds a time."""
    return next((found for name in names if (found := moment_of(payload.get(name)))), None)


def message_of(payload: dict[str, Any]) -> str | None:
    """The message a notification or a deletion is about, by the platform's id; where none is named, its own id."""
    inner, linked = payload.get("message"), chat_link(payload)
    named = (
        payload.get("messageId"),
        payload.get("message_id"),
        inner.get("id") if isinstance(inner, dict) else None,
        linked[1] if linked else None,
        payload.get("id"),
    )
    return next((found for value in named if (found := identifier(value))), None)


def chat_link(payload: dict[str, Any]) -> tuple[str, str | None] | None:
    """The fan's and the message's ids in the link to a message of a chat, where a notification has one."""
    pairs = payload.get("replacePairs")
    places = (pairs.get("{MESSAGE_LINK}") if isinstance(pairs, dict) else None, payload.get("text"))
    for place in places:
        if isinstance(place, str) and (found := CHAT_LINK.search(html.unescape(place))):
            return found[1], found[2]
    return None
