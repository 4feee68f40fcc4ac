"""What the sandbox says no to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_BODY_BYTES = 65_536


class Refusal(Exception):
    """Answered with this status, code and sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def response(self) -> Response:
        return JSONResponse({"message": str(self), "code": self.code}, self.status)


async def refused(request: Request, refusal: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """The exception handler for Refusal."""
    assert isinstance(refusal, Refusal)
    return refusal.response()


async def bounded_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The request's body. Raises Refusal (413) where it is longer than `limit` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refusal(413, "TOO_LARGE", "The body is too large.")
    return bytes(body)
