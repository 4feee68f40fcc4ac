"""Faults on demand: what the next requests to an endpoint meet instead of, before or after the proper answer.

Before anything is delivered: `status`, `not_sent`, `rate_limited`, `unavailable`, `session_expired`, `cut_before`.
The answer is late: `delay` (then delivered, or refused where it names a status), `delay_after` (delivered, then late).
Mending ends a delay at once.
After it was delivered: `cut_after`, `accept_then_500`, `unreadable`, `no_id`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from services.runtime.clock import Clock

Endpoint = Literal["send", "lookup", "list", "upload", "accounts"]
FaultKind = Literal[
    "status", "not_sent", "rate_limited", "unavailable", "session_expired", "cut_before",
    "delay", "delay_after", "cut_after", "accept_then_500", "unreadable", "no_id",
]  # fmt: skip
MAX_FAULTS = 1_000


@dataclass(slots=True)
class Fault:
    """`count` is how many requests it still meets. `seconds` is the length of a delay."""

    kind: FaultKind
    on: Endpoint
    count: int
    account_id: str | None = None
    status: int | None = None
    retry_after_seconds: int | None = None
    seconds: float = 1.0
    body: dict[str, Any] | None = None


class Faults:
    """Faults wait in line, first come first met."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[Fault] = []
        self._mended = asyncio.Event()

    def add(self, fault: Fault) -> bool:
        """False where too many wait already."""
        if len(self._waiting) >= MAX_FAULTS:
            return False
        self._waiting.append(fault)
        return True

    @property
    def waiting(self) -> int:
        """How many requests will still meet a fault."""
        return sum(fault.count for fault in self._waiting)

    def clear(self) -> None:
        """No request meets a fault from now on, and those that are delayed go on."""
        self._waiting.clear()
        self._mended.set()
        self._mended = asyncio.Event()

    async def around(self, request: Request, on: Endpoint, proper: Callable[[], Awaitable[Response]]) -> Response:
        """Answer properly unless a fault is due. `request.state.fault` then names it."""
        account_id = request.path_params.get("account")
        fault = next((f for f in self._waiting if f.on == on and f.account_id in (None, account_id)), None)
        request.state.fault = fault.kind if fault else None
        if fault is None:
            return await proper()
        fault.count -= 1
        if fault.count < 1:
            self._waiting.remove(fault)
        if fault.kind == "cut_before":
            return await _cut(request)
        if (instead := _instead(fault)) is not None:
            return instead
        if fault.kind == "delay":
            await self._hold(fault.seconds)
            if fault.status is not None:
                return _refused(fault, fault.status)
        return await self._after(fault, request, await proper())

    async def _after(self, fault: Fault, request: Request, response: Response) -> Response:
        if fault.kind == "cut_after":
            return await _cut(request)
        if fault.kind == "delay_after":
            await self._hold(fault.seconds)
        changed: dict[str, Response] = {
            "accept_then_500": JSONResponse(fault.body or {"message": "Server error"}, fault.status or 500),
            "unreadable": PlainTextResponse("<html>fine</html>", fault.status or 200),
            "no_id": JSONResponse(fault.body or {"data": {}}, fault.status or 200),
        }
        return changed.get(fault.kind, response)

    async def _hold(self, seconds: float) -> None:
        ends = [asyncio.ensure_future(end) for end in (self._clock.sleep(seconds), self._mended.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()


def _instead(fault: Fault) -> Response | None:
    proper: dict[str, tuple[int, dict[str, Any]]] = {
        "status": (500, {"message": "Fault on demand"}),
        "not_sent": (502, {"message": "The platform was not reached", "request_outcome": "not_sent"}),
        "rate_limited": (429, {"message": "Too many requests"}),
        "unavailable": (503, {"message": "Service unavailable"}),
        "session_expired": (403, {"message": "The session has expired, please reconnect", "code": "SESSION_EXPIRED"}),
    }
    if fault.kind not in proper:
        return None
    status, body = proper[fault.kind]
    usual_wait = 1 if fault.kind in ("rate_limited", "unavailable") else None
    return _refused(fault, fault.status or status, body, usual_wait)


def _refused(fault: Fault, status: int, body: dict[str, Any] | None = None, usual_wait: int | None = None) -> Response:
    wait = usual_wait if fault.retry_after_seconds is None else fault.retry_after_seconds
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return JSONResponse(fault.body or body or {"message": "Fault on demand"}, status, headers)


async def _cut(request: Request) -> Response:
    request.state.cut()
    await asyncio.sleep(0)
    return Response(status_code=500)
