"""How entries are put into requests that SQS accepts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.runtime.sqs import Entry

MAX_ENTRIES = 10
"""SQS Developer Guide, "Amazon SQS message quotas": entries of one batch."""

MAX_MESSAGE_BYTES = MAX_BATCH_BYTES = 262_144
"""AWS allows 1,048,576 since August 2025; queues made before and other SQS servers still stop at this."""


@dataclass(frozen=True, slots=True)
class Batches:
    """Requests in the order of the entries, and the entries that no request can carry."""

    batches: tuple[tuple[Entry, ...], ...]
    oversized: tuple[Entry, ...]


def entry_bytes(entry: Entry) -> int:
    """What SQS counts: the body, and of each attribute the name, the data type and the value, in UTF-8."""
    texts = [entry.body]
    for name, value in entry.attributes.items():
        texts += [name, "Number" if isinstance(value, int) else "String", str(value)]
    return sum(len(text.encode()) for text in texts)


def split(entries: Sequence[Entry]) -> Batches:
    """Fill one batch after the other, keeping the order."""
    batches: list[list[Entry]] = []
    oversized: list[Entry] = []
    room = 0
    for entry in entries:
        size = entry_bytes(entry)
        if size > MAX_MESSAGE_BYTES:
            oversized.append(entry)
            continue
        if not batches or size > room or len(batches[-1]) == MAX_ENTRIES:
            batches.append([])
            room = MAX_BATCH_BYTES
        batches[-1].append(entry)
        room -= size
    return Batches(tuple(map(tuple, batches)), tuple(oversized))
