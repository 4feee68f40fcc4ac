"""What we need of an SQS-compatible queue, in our own words; `services.runtime.aws` provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


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


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message of a dead-letter queue. `copy`: what makes the same message again, whatever its attributes are."""

    received: Received
    copy: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Move:
    """The server's own task that moves messages back: how far it is, and its word for its state."""

    state: str
    moved: int
    trouble: str | None

    @property
    def ended(self) -> bool:
        return self.state not in {"RUNNING", "CANCELLING"}


class DeadLetterClient(Protocol):
    """A dead-letter queue and the queue its messages came from. At most 10 letters a call; raises SqsFailure."""

    async def look(self, max_messages: int, wait_seconds: int, hidden_seconds: int) -> list[DeadLetter]:
        """Letters, which nobody else sees for so long."""
        ...

    async def put_back(self, letters: Sequence[DeadLetter]) -> list[EntryFailure]:
        """Send a copy of each to the other queue; the answer names those that failed by their place."""
        ...

    async def remove(self, letters: Sequence[DeadLetter]) -> list[EntryFailure]: ...

    async def show_again(self, letters: Sequence[DeadLetter]) -> None: ...

    async def start_move(self) -> str | None:
        """Have the server move everything. Gives the source's ARN, by which to ask; None: it knows no such task."""
        ...

    async def move_of(self, source_arn: str) -> Move:
        """The newest task of the source."""
        ...


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
