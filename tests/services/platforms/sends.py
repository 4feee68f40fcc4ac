"""Sending in one step, and what tests send."""

from __future__ import annotations

from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import (
    Answer,
    Credentials,
    Media,
    OutgoingMessage,
)

PHOTO = Media("IMAGE", "https://example.com/a.jpg", None, preview=True)


def always() -> bool:
    return True


STRANGER = Credentials("acct_1", "wrong-key")


async def sent(
    adapter: GatewayAdapter, credentials: Credentials, message: OutgoingMessage, key: str = "key", fan: str = "77"
) -> Answer:
    request = await adapter.prepare(credentials, fan, message)
    return await adapter.send(credentials, request, key, always)
