"""A server of bare sockets: it keeps every byte that arrives and does with the connection what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


class RawServer:
    def __init__(self, behave: Behaviour) -> None:
        self.url = ""
        self.arrived: list[bytes] = []
        self.asked = asyncio.Event()
        self._behave = behave

    @property
    def connections(self) -> int:
        return len(self.arrived)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.arrived)
        self.arrived.append(b"")
        try:
            while not _is_whole(self.arrived[number]):
                if not (chunk := await reader.read(65_536)):
                    return
                self.arrived[number] += chunk
            self.asked.set()
            await self._behave(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def raw_server(behave: Behaviour) -> AsyncIterator[RawServer]:
    served = RawServer(behave)
    listener = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        listener.close()


def answering(status: str, *headers: str, body: bytes = b"{}") -> Behaviour:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join(head).encode() + body)
        await writer.drain()

    return behave


async def cutting(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def writing(*pieces: bytes, then: Behaviour = cutting) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        await then(writer)

    return behave


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end) and len(body) >= (int(lengths[0]) if lengths else 0)
