"""An answer on its way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Send

from resolvers.transport.answers import encoded
from resolvers.transport.body import RequestBody
from resolvers.transport.media_types import MediaType


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, GraphQL response and headers."""

    status: int
    answer: dict[str, Any]
    media_type: MediaType
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, send: Send, unread: RequestBody | None) -> None:
        """Where part of the request is `unread`, the rest is read past for a moment and the connection then closed.

        Closing at once would reset it, and a client still sending would not see the answer.
        """
        content = encoded(self.answer).encode("utf-8")
        await send({"type": "http.response.start", "status": self.status, "headers": self._raw(content, unread)})
        if unread is not None:
            await send({"type": "http.response.body", "body": content, "more_body": True})
            await unread.discard()
            content = b""
        await send({"type": "http.response.body", "body": content, "more_body": False})

    def _raw(self, content: bytes, unread: RequestBody | None) -> list[tuple[bytes, bytes]]:
        headers = {
            "content-type": self.media_type.header,
            "content-length": str(len(content)),
            "cache-control": "no-store",
            "vary": "Accept",
            "x-content-type-options": "nosniff",
            **self.headers,
            **({"connection": "close"} if unread is not None else {}),
        }
        return [(name.lower().encode("ascii"), text.encode("ascii")) for name, text in headers.items()]
