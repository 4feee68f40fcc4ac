"""The sandbox platform: the same dialect, spoken to our own server (`services.platforms.sandbox_server`)."""

from __future__ import annotations

from services.platforms.dialect import Dialect
from services.platforms.interface import Capabilities
from services.platforms.price import exact_dollars

CAPABILITIES = Capabilities(
    min_price_cents=100,
    max_price_cents=20_000,
    price_step_cents=1,
    priced_message_needs_media=False,
    max_text_length=5_000,
    media_by_url=True,
    idempotent_send=True,
    read_back=True,
    lookup_by_handle=True,
)

DIALECT = Dialect("SANDBOX", CAPABILITIES, amount=exact_dollars, uploads=False, secure_media_only=False)
