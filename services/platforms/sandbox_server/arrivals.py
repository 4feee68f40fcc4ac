"""Every request to send that reached the sandbox: what limits and duplicates are counted by."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Arrival:
    """`delivered`: this arrival put the message into the chat. `repeat`: an earlier one with the same key had."""

    received_at: datetime
    account_id: str
    chat_id: str
    idempotency_key: str | None
    body: Any
    text: str = ""
    price_cents: int | None = None
    media: tuple[int | str, ...] = ()
    delivered: bool = False
    repeat: bool = False
    fault: str | None = None
    status: int | None = None
    message_id: int | None = None

    def shown(self) -> dict[str, Any]:
        """As JSON, with the time both as seconds and as ISO 8601."""
        fields = {_camel(name): value for name, value in asdict(self).items()}
        return fields | {"receivedAt": self.received_at.timestamp(), "receivedAtIso": self.received_at.isoformat()}


class Arrivals:
    """The newest arrivals, oldest first; older ones than `kept` are forgotten."""

    def __init__(self, kept: int) -> None:
        self._arrivals: deque[Arrival] = deque(maxlen=kept)

    def add(self, arrival: Arrival) -> Arrival:
        self._arrivals.append(arrival)
        return arrival

    def listed(self, account_id: str | None = None) -> list[Arrival]:
        return [arrival for arrival in self._arrivals if account_id in (None, arrival.account_id)]

    def clear(self) -> None:
        self._arrivals.clear()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
