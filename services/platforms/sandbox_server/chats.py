"""The messages of the sandbox: a bounded history for each chat."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime

MAX_CHATS = 10_000
MAX_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """`text` is plain; `media` names vault ids, uploads or addresses."""

    id: int
    account_id: str
    chat_id: str
    from_fan: bool
    text: str
    price_cents: int | None
    media: tuple[int | str, ...]
    previews: tuple[int | str, ...]
    created_at: datetime


class Chats:
    """The chats least recently used are forgotten first."""

    def __init__(self) -> None:
        self._chats: OrderedDict[tuple[str, str], deque[ChatMessage]] = OrderedDict()
        self._last_id = 0

    def next_id(self, now: datetime) -> int:
        """Rising, and never one that an earlier process of the sandbox gave: the CRM keeps ids for ever."""
        self._last_id = max(self._last_id + 1, int(now.timestamp() * 1_000_000))
        return self._last_id

    def add(self, message: ChatMessage) -> None:
        place = (message.account_id, message.chat_id)
        self._chats.setdefault(place, deque(maxlen=MAX_MESSAGES)).append(message)
        self._chats.move_to_end(place)
        if len(self._chats) > MAX_CHATS:
            self._chats.popitem(last=False)

    def find(self, account_id: str, message_id: int) -> ChatMessage | None:
        """A message of the account by its id, whichever chat it is in."""
        histories = (history for (owner, _), history in self._chats.items() if owner == account_id)
        return next((message for history in histories for message in history if message.id == message_id), None)

    def remove(self, message: ChatMessage) -> None:
        self._chats[message.account_id, message.chat_id].remove(message)

    def newest(self, account_id: str, chat_id: str, limit: int, before_id: int | None) -> list[ChatMessage]:
        """At most `limit` messages, newest first, older than `before_id` where it is given."""
        history = reversed(self._chats.get((account_id, chat_id), ()))
        older = (message for message in history if before_id is None or message.id < before_id)
        return [message for message, _ in zip(older, range(limit), strict=False)]
