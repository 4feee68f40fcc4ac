"""How the sandbox writes things in JSON: the shapes of the gateway."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from services.platforms.price import exact_dollars
from services.platforms.sandbox_server.accounts import Account
from services.platforms.sandbox_server.chats import ChatMessage
from services.platforms.sandbox_server.fans import SandboxFan


def number_or_text(platform_id: str) -> int | str:
    """Ids that are numbers go out as numbers, as the gateway writes them."""
    return (
        int(platform_id) if platform_id.isascii() and platform_id.isdigit() and len(platform_id) < 16 else platform_id
    )


def account_json(account: Account) -> dict[str, Any]:
    return {
        "id": account.account_id,
        "display_name": account.display_name,
        "is_authenticated": account.session,
        "onlyfans_username": account.account_id,
        "onlyfans_user_data": {"name": account.display_name, "avatar": None},
    }


def fan_json(fan: SandboxFan) -> dict[str, Any]:
    known = {"username": fan.username, "name": fan.name}
    return {"id": number_or_text(fan.fan_id), "avatar": None} | {name: text for name, text in known.items() if text}


def message_json(message: ChatMessage, fan: SandboxFan) -> dict[str, Any]:
    """A message as listings, answers and webhooks show it; `fromUser` is the fan or the account."""
    lines = html.escape(message.text, quote=False).replace("\n", "<br />\n")
    return {
        "responseType": "message",
        "id": message.id,
        "text": f"<p>{lines}</p>",
        "price": exact_dollars(message.price_cents or 0),
        "isFree": not message.price_cents,
        "mediaCount": len(message.media),
        "media": list(media_json(message.media)),
        "previews": list(message.previews),
        "fromUser": fan_json(fan) if message.from_fan else {"id": message.account_id},
        "toUser": {"id": message.account_id} if message.from_fan else fan_json(fan),
        "isSentByMe": not message.from_fan,
        "createdAt": message.created_at.isoformat(),
        "changedAt": message.created_at.isoformat(),
    }


def media_json(media: Iterable[int | str]) -> Iterable[dict[str, Any]]:
    for name in media:
        address = name if isinstance(name, str) and name.startswith(("http://", "https://")) else None
        files = {"full": {"url": address}} if address else {}
        yield {"id": name, "type": "photo", "canView": True, "files": files}
