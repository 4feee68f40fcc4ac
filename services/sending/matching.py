"""Which of our messages is it that the platform has? Pure.

Proof is one message of ours that could be this one copy, and no other copy that could be this message. Anything less
leaves both as they are: a wrong match would call a message sent that never was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.platforms.interface import SentCopy
from services.platforms.markup import marked_up, plain, same_text

WITHIN = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(minutes=1)
"""The platform stamps a message by its own clock, which may be behind ours."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that delivered the message or may have."""

    attempt_id: UUID
    dispatched_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message of ours without a platform id, with its calls in order. `text` is plain."""

    message_id: UUID
    text: str
    price_cents: int | None
    calls: tuple[Call, ...]


def could_be(candidate: Candidate, copy: SentCopy) -> bool:
    """Same text and price, and sent within ten minutes after one of its calls left. An erased text is like no other."""
    in_time = any(-CLOCKS_DIFFER <= copy.sent_at - call.dispatched_at <= WITHIN for call in candidate.calls)
    same_price = (candidate.price_cents or 0) == (copy.price_cents or 0)
    # The platform's text came back from HTML; ours takes the same way, so that both lost the same.
    return bool(candidate.text) and in_time and same_price and same_text(plain(marked_up(candidate.text)), copy.text)


def proven(candidates: Sequence[Candidate], copies: Sequence[SentCopy]) -> list[tuple[Candidate, SentCopy]]:
    """The pairs of a message and a copy that could be nothing but each other."""
    return [
        (candidate, found[0])
        for candidate in candidates
        if len(found := [copy for copy in copies if could_be(candidate, copy)]) == 1
        and sum(could_be(other, found[0]) for other in candidates) == 1
    ]


def delivering_call(candidate: Candidate, copy: SentCopy) -> Call:
    """The last call before the copy was made; the first one where the clocks leave none."""
    before = [call for call in candidate.calls if call.dispatched_at <= copy.sent_at]
    return before[-1] if before else candidate.calls[0]
