"""The moment a request leaves: asked for permission just before, and remembered ever after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class GaveUp(Exception):
    """The caller no longer wants the request sent; nothing of it was written."""


class Departure:
    """A trace callback for httpx. `begun` tells whether the first byte of the request may have been written."""

    def __init__(self, may_still_send: Callable[[], bool]) -> None:
        self._may_still_send = may_still_send
        self.begun = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Raises GaveUp inside httpcore, before it writes, where the caller says no."""
        if not event.endswith(".send_request_headers.started") or _opens_tunnel(info):
            return
        if not self._may_still_send():
            raise GaveUp("too late to write the request")
        self.begun = True


def _opens_tunnel(info: dict[str, Any]) -> bool:
    return getattr(info.get("request"), "method", b"") == b"CONNECT"
