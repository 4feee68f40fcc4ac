"""One message or wake-up as an entry for the queue. Pure."""

from __future__ import annotations

import hashlib
import math
import re

from services.runtime.sqs import Entry
from services.sending.payload import QueueMessage, WakeUp, attributes_of, body_of

MAX_DELAY_SECONDS = 900
"""The longest SQS holds a message back."""


def entry_for(message: QueueMessage | WakeUp, queue_url: str, delay_seconds: float = 0) -> Entry:
    """On a FIFO queue a repeat of this very send is dropped by SQS, a later send of the same message is not."""
    fifo = queue_url.endswith(".fifo")
    return Entry(
        id=str(message.message_id),
        body=body_of(message),
        attributes=attributes_of(message),
        group_id=group_id(message.account),
        deduplication_id=f"{message.message_id}.{message.timestamp.timestamp():.3f}" if fifo else None,
        delay_seconds=0 if fifo else min(math.ceil(delay_seconds), MAX_DELAY_SECONDS),
    )


def group_id(account: str) -> str:
    """SQS takes 1 to 128 letters, digits and punctuation; any other account goes by its hash."""
    return account if re.fullmatch(r"[!-~]{1,128}", account) else hashlib.sha256(account.encode()).hexdigest()
