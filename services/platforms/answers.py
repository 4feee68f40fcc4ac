"""What a response, or the lack of one, says about a message: decisions alone, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown
from services.platforms.replies import Reply, field, identifier, reason, session_expired
from services.platforms.retry_after import retry_after_seconds

STOPPING = frozenset({401, 402, 403})
_UNPROVEN = frozenset({408, 409})
# The key was used before with another request: what became of that one is exactly what nobody here knows.
_KEY_MISMATCH = "IDEMPOTENCY_KEY_MISMATCH"


def classify(reply: Reply, now: datetime, private: Sequence[str] = ()) -> Answer:
    """Turn the response to a send into one of the five answers.

    An explicit `request_outcome` beats the status, but for the statuses that ask to wait or stop the account, which
    agree with `not_sent`. `private` is text that no reason may repeat: the message's and the key.
    """
    said, why = field(reply, "request_outcome"), reason(reply, private)
    if said == "unknown" and not (reply.ok and _message_id(reply)):
        return Unknown(why)
    if reply.status == 429:
        return NotSent(why, _wait(reply, now), counts=False)
    if reply.status in STOPPING:
        return AccountStopped(stopped_status(reply), why)
    if said == "not_sent":
        return NotSent(why, _wait(reply, now))
    if reply.ok:
        return Sent(_message_id(reply))
    return _failed(reply, why, _wait(reply, now))


def unanswered(begun: bool, why: str) -> Answer:
    """No response at all. Nothing was sent unless the request had begun to be written."""
    return Unknown(why) if begun else NotSent(why)


def stopped_status(reply: Reply) -> str:
    """What becomes of an account after 401, 402 or 403."""
    if reply.status == 401:
        return "INVALID_CREDENTIALS"
    return "SESSION_EXPIRED" if session_expired(reply) else "DEGRADED"


def _failed(reply: Reply, why: str, wait: float | None) -> Answer:
    if reply.status == 503 and wait is not None:
        return NotSent(why, wait)
    refused = 400 <= reply.status < 500
    if refused and field(reply, "code") == _KEY_MISMATCH:
        return Unknown(why, may_repeat=False)
    return Refused(why) if refused and reply.status not in _UNPROVEN else Unknown(why)


def _wait(reply: Reply, now: datetime) -> float | None:
    return retry_after_seconds(reply.headers.get("retry-after"), now)


def _message_id(reply: Reply) -> str | None:
    level = reply.json()
    for _ in range(4):
        if isinstance(level, list) and level:
            level = level[0]
        if not isinstance(level, dict):
            return None
        if found := identifier(level.get("id")):
            return found
        level = level.get("data") or level.get("message")
    return None
