"""The id of a message that we are told of: the same in whatever order webhooks come. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER_BITS, ACCOUNT_BITS = 60, 14
TIME_BITS = 48


def message_id(creator_account_id: UUID, platform_message_id: str, sent_at: datetime) -> UUID:
    """A UUIDv7 of the moment at which it was written, and of the platform's own number.

    Platforms tell whole seconds. Two messages of one second then stand in the order of their numbers, not in that in
    which their webhooks happened to come.
    """
    milliseconds = min(max((sent_at - EPOCH) // timedelta(milliseconds=1), 0), (1 << TIME_BITS) - 1)
    rest = (_number(platform_message_id) << ACCOUNT_BITS) | creator_account_id.int % (1 << ACCOUNT_BITS)
    high, low = rest >> 62, rest & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (high << 64) | (2 << 62) | low)


def _number(platform_message_id: str) -> int:
    """Of an id that is no number, or too large a one, some bits that nearly no other has."""
    if platform_message_id.isascii() and platform_message_id.isdigit() and len(platform_message_id) <= 18:
        return int(platform_message_id)
    return int.from_bytes(hashlib.sha256(platform_message_id.encode()).digest()[:8], "big") >> (64 - NUMBER_BITS)
