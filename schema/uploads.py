"""Uploaded files as resolvers are handed them."""

from __future__ import annotations

from typing import Any, NewType, Protocol

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition


class Spooled(Protocol):
    """Where the transport has put the bytes: in memory while they are few, else in a file without a name."""

    async def read(self, size: int = -1) -> bytes: ...
    async def seek(self, offset: int) -> None: ...
    async def close(self) -> None: ...


class UploadedFile:
    """A file of a multipart request. No JSON value becomes one, so a text where a file belongs is refused."""

    def __init__(self, name: str, size: int, spooled: Spooled) -> None:
        self.name = name
        self.size = size
        self._spooled = spooled

    async def read(self) -> bytes:
        await self._spooled.seek(0)
        return await self._spooled.read()

    async def close(self) -> None:
        await self._spooled.close()


Upload = NewType("Upload", UploadedFile)


def _read_file(value: Any) -> UploadedFile:
    if not isinstance(value, UploadedFile):
        raise GraphQLError("A file is sent by multipart request, with null in its place among the variables.")
    return value


UPLOAD: dict[object, ScalarDefinition] = {
    Upload: strawberry.scalar(
        name="Upload",
        description="A file, sent by GraphQL multipart request; see the developer guide.",
        serialize=lambda _: None,
        parse_value=_read_file,
    )
}
