"""Webhooks about one fan: which deliveries of the journal those are, and how they are blanked.

The row and its key stay, so that a delivery that is repeated by the platform is still recognised and ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from db.engine import WriteSession
from db.models import Fan
from db.queries import fan_departures
from services.fans import handles
from services.platforms.replies import identifier

PEOPLE = frozenset({"user", "fromUser", "toUser", "withUser", "fan", "subscriber"})
IDS = frozenset({"user_id", "userId", "fan_id", "fanId", "chat_id", "chatId", "fromUserId", "toUserId"})


async def forget(session: WriteSession, fan: Fan, *, skip_locked: bool = False) -> None:
    """Blank every delivery about her. `skip_locked`: pass over those that are being worked on at this moment."""
    if fan.creator_account_id is None:
        return
    marks = list(_marks(fan))
    if not marks:
        return
    found = await fan_departures.deliveries_with(
        session, fan.user_id, fan.creator_account_id, marks, skip_locked=skip_locked
    )
    about_her = [key for key, body in found if concerns(body, fan.platform_fan_id, fan.handle)]
    await fan_departures.blank_deliveries(session, fan.user_id, about_her)


def _marks(fan: Fan) -> Iterator[bytes]:
    """Bytes that a body about her holds in any case; many bodies that hold them are about somebody else."""
    if fan.platform_fan_id is not None:
        yield json.dumps(fan.platform_fan_id)[1:-1].encode()
    if fan.handle is not None:
        shown = fan.handle.removeprefix("@")
        for written in dict.fromkeys((shown, shown.lower())):
            yield written.encode()
            yield json.dumps(written)[1:-1].encode()


def concerns(body: bytes, platform_fan_id: str | None, handle: str | None) -> bool:
    """Whether a body names her as a person: by id, or by handle."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    payload = document.get("payload") if isinstance(document, dict) else None
    key = None if handle is None else handles.key(handle)
    return any(_is_her(person, platform_fan_id, key) for person in _people(payload)) or (
        platform_fan_id is not None and _links_to(body, platform_fan_id)
    )


def _links_to(body: bytes, platform_fan_id: str) -> bool:
    """Notifications name a fan by the link to her chat, at times by nothing else."""
    chat = re.compile(rf"/chats\\?/chat\\?/{re.escape(platform_fan_id)}(?![\w.-])".encode())
    return chat.search(body) is not None


def _people(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in a payload that is said of a person; the creator's own id stands outside of it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in PEOPLE and isinstance(inner, dict):
                yield inner
            elif name in IDS:
                yield {"id": inner}
            yield from _people(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _people(inner)


def _is_her(person: dict[str, Any], platform_fan_id: str | None, handle_key: str | None) -> bool:
    if platform_fan_id is not None and identifier(person.get("id")) == platform_fan_id:
        return True
    username = person.get("username")
    return handle_key is not None and isinstance(username, str) and handles.key(username) == handle_key
