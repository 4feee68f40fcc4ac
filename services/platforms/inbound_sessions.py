"""Trusted webhooks about an account's session at the platform, in our own words. Pure.

The gateway tells `accounts.connected` and `.reconnected` when the session stands, `.session_expired` when it has ended
and could not be renewed, and `.disconnected` when the account was taken out of the gateway. Failed attempts to sign in
and requests for a code are told too (`.authentication_failed`, `.otp_code_required`, `.face_otp_required`); they say
nothing of a session that stands, and are not worked on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.platforms.inbound_fields import first_moment
from services.platforms.interface import InboundEnvelope, MalformedWebhook

ENDED = {
    "accounts.session_expired": "The session at the platform has expired; sign in there.",
    "accounts.disconnected": "The account was disconnected at the gateway.",
}
STANDS = ("accounts.connected", "accounts.reconnected")
WHEN = ("createdAt", "created_at", "occurredAt", "occurred_at", "expired_at", "disconnected_at")


@dataclass(frozen=True, slots=True)
class InboundSession:
    """Whether the session stands from a moment on; `detail` says why it does not.

    `moment` is the event's own time, or that of the attempt to sign in it tells of; never later than its receipt, and
    its receipt where it tells no time.
    """

    stands: bool
    moment: datetime
    received_at: datetime
    detail: str | None


def session(envelope: InboundEnvelope) -> InboundSession:
    """Raises MalformedWebhook for another kind."""
    if envelope.kind not in STANDS and envelope.kind not in ENDED:
        raise MalformedWebhook("it tells nothing of a session")
    assert envelope.received_at is not None
    received_at = envelope.received_at
    told = first_moment(envelope.payload, *WHEN) or _attempt(envelope) or received_at
    return InboundSession(envelope.kind in STANDS, min(told, received_at), received_at, ENDED.get(envelope.kind))


def _attempt(envelope: InboundEnvelope) -> datetime | None:
    attempt = envelope.payload.get("latestAuthAttempt")
    return first_moment(attempt, "completed_at", "started_at") if isinstance(attempt, dict) else None
