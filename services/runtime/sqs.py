"""What we need of an SQS-compatible queue, in our own words; `services.runtime.aws` provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One message on its way to a queue. `id` names it within its batch. Attributes are texts, or whole numbers."""

    id: str
    body: str = field(repr=False)
    attributes: Mapping[str, str | int]
    group_id: str
    deduplication_id: str | None = None
    delay_seconds: int = 0


@dataclass(frozen=True, slots=True)
class EntryFailure:
    """An entry of a batch that was not done, while others may have been."""

    id: str
    code: str
    transient: bool


@dataclass(frozen=True, slots=True)
class Received:
    """A message as SQS hands it out; `receive_count` is 1 the first time."""

    message_id: str
    receipt_handle: str
    body: str = field(repr=False)
    attributes: Mapping[str, str]
    receive_count: int


class SqsClient(Protocol):
    """Every method makes one request, never repeats it, and raises SqsFailure where it fails as a whole."""

    async def send_batch(self, queue_url: str, entries: Sequence[Entry]) -> list[EntryFailure]:
        """Send at most 10 entries; the answer names those that were not accepted."""
        ...

    async def receive(self, queue_url: str, max_messages: int, wait_seconds: int) -> list[Received]:
        """At most 10 messages; waits up to 20 seconds for the first one."""
        ...

    async def delete_batch(self, queue_url: str, receipt_handles: Sequence[str]) -> list[EntryFailure]:
        """Delete at most 10 messages; the answer names those that remain by their place, "0" being the first."""
        ...

    async def attributes(self, queue_url: str, names: Sequence[str]) -> dict[str, str]:
        """The named attributes of the queue; an unknown one is missing from the answer."""
        ...
