"""Notifications and account events in JSON: the shapes of the gateway, with the creator as `user_id`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.platforms.price import exact_dollars
from services.platforms.sandbox_server.accounts import Account
from services.platforms.sandbox_server.fans import SandboxFan
from services.platforms.sandbox_server.wire import fan_json


def unlock(notice_id: int, account: Account, fan: SandboxFan, message_id: str, cents: int, now: datetime) -> Any:
    link = f"<a href='https://onlyfans.com/my/chats/chat/{fan.fan_id}?firstId={message_id}'>message</a>"
    amount = f"${exact_dollars(cents)}"
    words = {"text": f"purchased your {link} for {amount}", "subType": "message_purchased"}
    pairs = {"{AMOUNT}": amount, "{MESSAGE_LINK}": link}
    return _notice(notice_id, account, fan, now) | words | {"replacePairs": pairs}


def tip(notice_id: int, account: Account, fan: SandboxFan, cents: int, now: datetime) -> Any:
    """The platform keeps a fifth."""
    amounts = {"amountGross": exact_dollars(cents), "amountNet": exact_dollars(cents - cents // 5)}
    return _notice(notice_id, account, fan, now) | amounts | {"text": "tipped you", "subType": "new_tips"}


def subscription(notice_id: int, account: Account, fan: SandboxFan, cents: int, now: datetime, *, renewed: bool) -> Any:
    words = {"text": "subscribed", "subType": "returning_subscriber" if renewed else "new_subscriber"}
    return _notice(notice_id, account, fan, now) | words | {"price": f"${exact_dollars(cents)}"}


def session(account: Account, now: datetime) -> Any:
    """What the gateway tells of the last attempt to sign in."""
    attempt = {"started_at": now.isoformat(), "completed_at": now.isoformat(), "success": account.session}
    state = "authenticated" if account.session else "expired"
    return {"state": state, "progress": "finished", "latestAuthAttempt": attempt}


def _notice(notice_id: int, account: Account, fan: SandboxFan, now: datetime) -> dict[str, Any]:
    return {"id": notice_id, "createdAt": now.isoformat(), "user_id": account.account_id, "user": fan_json(fan)}
