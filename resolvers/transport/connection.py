"""How uvicorn holds one websocket connection: it lets go of peers that do not read, and is quiet about bad bytes.

Used as `--ws resolvers.transport.connection:Connection`. An application cannot do this by itself: ASGI has no way to
end a connection whose peer does not take what was written.
"""

from __future__ import annotations

from struct import pack

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

LINGER_SECONDS = 5.0
"""After the application is done with it, a connection has this long to hand over its last bytes."""
INVALID_DATA = 1007
WHOLE_TEXT = 0x81
OFFER = "huntaze.offer"
"""The ASGI extension by which an application sends a text without waiting: `scope["extensions"][OFFER]["offer"]`."""


class Connection(WebSocketsSansIOProtocol):
    """uvicorn's own, with an end to its patience."""

    async def run_asgi(self) -> None:
        self.scope["extensions"][OFFER] = {"offer": self.offer}
        try:
            await super().run_asgi()
        finally:
            self._end_soon()

    def offer(self, *texts: bytes) -> bool:
        """Whether the peer took them all, else none; not where it is busy reading, or the connection is closing.

        A quarter of the cost of ASGI's `send`, which matters where one event goes to a thousand sockets. Most of what
        is left is the kernel's, for each write: so several are written as one.
        """
        if not self.writable.is_set() or self.close_sent or self.disconnected or self.conn.state is not State.OPEN:
            return False
        self.transport.write(b"".join([_head(len(text)) + text for text in texts]))
        return True

    def shutdown(self) -> None:
        super().shutdown()
        self._end_soon()

    def handle_ping(self) -> None:
        """A peer that pings without reading would have pongs pile up here."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Bytes that are no UTF-8 end the connection with 1007; uvicorn would log a traceback too."""
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            self.frames = []
            self.conn.fail(INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def _end_soon(self) -> None:
        if not self.disconnected:
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def _head(length: int) -> bytes:
    """Of a whole text in one frame, which a server does not mask (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((WHOLE_TEXT, length))
    return pack("!BBH", WHOLE_TEXT, 126, length) if length < 65_536 else pack("!BBQ", WHOLE_TEXT, 127, length)


def _is_utf8(frames: list[bytes]) -> bool:
    try:
        b"".join(frames).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
