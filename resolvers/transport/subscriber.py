"""One subscription to a shared stream, on one socket: it catches up by itself, and is told the rest with the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from resolvers.transport.answers import encoded
from resolvers.transport.broadcast import Broadcast
from resolvers.transport.insistence import insist
from resolvers.transport.rendering import Rendered, Told, batches
from resolvers.transport.shared_stream import Handed
from services.live.feed import Place, Sight
from services.live.reading import Item, Reading

if TYPE_CHECKING:
    from resolvers.transport.websocket import TransportHandler


class Subscriber:
    """Holds no events: while its peer is slow it is a place in the log, from which it goes on reading."""

    def __init__(self, handler: TransportHandler, operation_id: str, handed: Handed, broadcast: Broadcast) -> None:
        self.handed = handed
        self.place = Place(-1, 0)
        self.read_by = 0.0
        self._handler = handler
        self._broadcast = broadcast
        self._head = f'{{"id":{encoded(operation_id)},"type":"next","payload":'.encode()
        self._fell_behind = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Raises TooSlow, WebSocketDisconnected, and what cannot be helped by waiting."""
        async with self.handed.stream.reading() as reading:
            try:
                await self._follow(reading)
            finally:
                self._broadcast.leave(self)

    async def _follow(self, reading: Reading) -> None:
        while True:
            while items := await insist(reading.items, "read"):
                for batch in batches(items):
                    await self._catch_up_with(batch, reading.sight)
            self.place = reading.place
            if self._broadcast.join(self):
                await self._fell_behind.wait()
                self._fell_behind.clear()
                reading.go_on_from(self.place, say_ready=True)
            else:
                await reading.more()

    async def _catch_up_with(self, items: Sequence[Item], sight: Sight) -> None:
        async with self._broadcast.turn:
            found = await self._broadcast.renderer.render(items, self.handed, self.read_by, sight)
        for item, rendered in zip(items, found, strict=True):
            if not self.take([(item, rendered)]):
                assert rendered.payload is not None
                await self._handler.send_text(self._message(rendered.payload).decode())
                self._note(item, rendered)

    def take(self, told: Sequence[Told]) -> bool:
        messages = [self._message(rendered.payload) for _, rendered in told if rendered.payload is not None]
        if messages and not self._handler.frames.offer(*messages):
            return False
        for item, rendered in told:
            self._note(item, rendered)
        return True

    def fall_behind(self) -> None:
        self._fell_behind.set()

    def _message(self, payload: bytes) -> bytes:
        return self._head + payload + b"}"

    def _note(self, item: Item, rendered: Rendered) -> None:
        self.place, self.read_by = item.place, max(self.read_by, rendered.read_by)
