"""Reading what a gateway lists: accounts, a user, the messages of a chat. Pure; odd entries are passed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from services.platforms.interface import AccountProfile, FoundFan, SentCopy
from services.platforms.markup import plain
from services.platforms.price import cents_of
from services.platforms.replies import identifier


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account behind a key, and whether its own session with the platform still stands."""

    profile: AccountProfile
    connected: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Messages of a chat, newest first. `oldest` is the time of the last one read; `next_query` asks for older ones."""

    own: tuple[SentCopy, ...]
    oldest: datetime | None
    next_query: dict[str, str] | None


def listed_account(answer: object, account_id: str) -> ListedAccount | None:
    """The account of this id in the listing; None where the key does not open it."""
    for entry in _entries(answer):
        if identifier(entry.get("id")) == account_id:
            user = _object(entry.get("onlyfans_user_data"))
            names = (
                entry.get("display_name"),
                user.get("name"),
                entry.get("onlyfans_username"),
                user.get("username"),
            )
            name = next((text for text in map(_text, names) if text), account_id)
            profile = AccountProfile(account_id, name, _text(user.get("avatar")))
            return ListedAccount(profile, entry.get("is_authenticated") is not False)
    return None


def found_fan(answer: object, handle: str) -> FoundFan | None:
    """The user of this handle. None where the answer tells of another one: an id must never stand in for a handle."""
    user = _object(_object(answer).get("data", answer))
    fan_id, username = identifier(user.get("id")), _text(user.get("username"))
    if fan_id is None or (username and username.casefold() != handle.casefold()):
        return None
    return FoundFan(fan_id, _text(user.get("name")))


def message_page(answer: object, fan_id: str) -> Page:
    """One page of a chat with this fan; only what the account itself wrote is kept."""
    entries = _entries(answer)
    times = [moment for entry in entries if (moment := moment_of(entry.get("createdAt")))]
    copies = (_copy(entry) for entry in entries if _is_own(entry, fan_id))
    following = _object(_object(answer).get("_pagination")).get("next_page")
    query = dict(parse_qsl(urlsplit(following).query)) if isinstance(following, str) else None
    return Page(tuple(copy for copy in copies if copy), min(times, default=None), query if entries else None)


def moment_of(value: object) -> datetime | None:
    """A time in ISO 8601 as UTC (a time without an offset is UTC already); None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _copy(entry: dict[str, Any]) -> SentCopy | None:
    message_id, sent_at = identifier(entry.get("id")), moment_of(entry.get("createdAt"))
    text = entry.get("text")
    if message_id is None or sent_at is None or not isinstance(text, str):
        return None
    try:
        return SentCopy(message_id, plain(text), cents_of(entry.get("price")), sent_at)
    except ValueError:
        return None


def _is_own(entry: dict[str, Any], fan_id: str) -> bool:
    if isinstance(said := entry.get("isSentByMe"), bool):
        return said
    author = identifier(_object(entry.get("fromUser")).get("id"))
    return author is not None and author != fan_id


def _entries(answer: object) -> list[dict[str, Any]]:
    listed = answer.get("data", answer.get("list")) if isinstance(answer, dict) else answer
    if isinstance(listed, dict):
        listed = listed.get("list")
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
