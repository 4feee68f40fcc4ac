"""OnlyFans, through the REST gateway of OnlyFansAPI.com."""

from __future__ import annotations

from services.platforms.dialect import Dialect
from services.platforms.interface import Capabilities
from services.platforms.price import whole_dollars

CAPABILITIES = Capabilities(
    min_price_cents=300,
    max_price_cents=20_000,
    price_step_cents=100,
    priced_message_needs_media=True,
    max_text_length=5_000,
    media_by_url=True,
    idempotent_send=True,
    read_back=True,
    lookup_by_handle=True,
)

# The gateway downloads `file_url` itself, so that we never fetch an address a user gave.
DIALECT = Dialect("ONLYFANS", CAPABILITIES, amount=whole_dollars, uploads=True, secure_media_only=True)
