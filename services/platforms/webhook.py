"""A webhook before it is trusted: its signature and its envelope."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, NoReturn

from services.platforms.interface import InboundEnvelope, MalformedWebhook
from services.platforms.markup import storable
from services.platforms.replies import identifier

SIGNATURE_HEADER = "Signature"
EVENT_KEY_HEADER = "X-OFAPI-Idempotency-Key"
MESSAGE_RECEIVED = "messages.received"
MESSAGE_SENT = "messages.sent"
MESSAGE_DELETED = "messages.deleted"
MESSAGE_UNLOCKED = "messages.ppv.unlocked"
TIP_RECEIVED = "tips.received"
SUBSCRIPTION_NEW = "subscriptions.new"
SUBSCRIPTION_RENEWED = "subscriptions.renewed"

DEEPEST = 100
"""So many levels a body may be nested; the platform's own have a handful."""


def signature(secret: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(secret: str, body: bytes, given: str | None) -> bool:
    """Constant time in the signature. An empty secret signs nothing."""
    if not secret or not given:
        return False
    return hmac.compare_digest(signature(secret, body).encode(), given.strip().lower().encode(errors="replace"))


def envelope(body: bytes) -> InboundEnvelope:
    """Account, kind and payload; text that PostgreSQL cannot store is cleaned. Raises MalformedWebhook."""
    try:
        document = _storable(json.loads(body.decode(), parse_constant=_refused))
    except (ValueError, RecursionError) as error:
        raise MalformedWebhook("the body is no JSON in UTF-8") from error
    if not isinstance(document, dict):
        raise MalformedWebhook("the body is no object")
    account_id, kind = identifier(document.get("account_id")), document.get("event")
    payload = document.get("payload")
    if account_id is None or not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise MalformedWebhook("account_id, event or payload is missing or odd")
    return InboundEnvelope(account_id, kind, payload)


def _storable(value: Any, level: int = 0) -> Any:
    if level > DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(item, level + 1) for item in value]
    if isinstance(value, dict):
        return {storable(name): _storable(item, level + 1) for name, item in value.items()}
    return value


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
