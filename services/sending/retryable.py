"""May a message be sent again by hand, and if not, why not? Pure."""

from __future__ import annotations

from dataclasses import dataclass

from db.models import Campaign, CreatorAccount, Fan, Message
from services.problems import Code, Path, Problem

# A campaign that is paused lets its messages wait; one that is complete is opened again for them.
OPEN_CAMPAIGN = ("ACTIVE", "PAUSED", "COMPLETED")
IN_OTHER_STATES = "Only failed messages are sent again."
UNKNOWN = "It may have arrived. Say resendUnknown to send it again, which may deliver it twice."


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else decides it. `supported`: the account's platform has an adapter."""

    fan: Fan
    account: CreatorAccount | None
    campaign: Campaign | None
    supported: bool


def refusal(message: Message, around: Surroundings, path: Path, *, resend_unknown: bool) -> Problem | None:
    """The first reason against it; None: it may be sent again."""
    if message.status == "UNKNOWN" and not resend_unknown:
        return Problem(Code.CONFLICT, UNKNOWN, path)
    if message.status not in {"FAILED", "UNKNOWN"}:
        return Problem(Code.CONFLICT, IN_OTHER_STATES, path)
    if around.fan.deleted_at is not None:
        return Problem(Code.CONFLICT, "The fan was deleted.", path)
    if around.campaign is not None and around.campaign.status not in OPEN_CAMPAIGN:
        return Problem(Code.CONFLICT, "Its campaign was cancelled.", path)
    if around.account is None or around.account.status == "DISCONNECTED":
        return Problem(Code.NOT_CONNECTED, f"No account on {around.fan.platform} is connected for this fan.", path)
    if not around.supported:
        return Problem(Code.NOT_SUPPORTED, f"Sending on {around.account.platform} is not supported.", path)
    return None
