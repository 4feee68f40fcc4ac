"""The sandbox as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.platforms.sandbox_server.accounts import Account
from services.platforms.sandbox_server.control import Control
from services.platforms.sandbox_server.happenings import Happenings
from services.platforms.sandbox_server.platform import SandboxPlatform
from services.platforms.sandbox_server.reading import Reading
from services.platforms.sandbox_server.refusals import Refusal, refused
from services.platforms.sandbox_server.sending import Sending
from services.platforms.sandbox_server.webhooks import RETRY_SECONDS, Webhooks
from services.runtime.clock import Clock, SystemClock

WEBHOOK_TIMEOUT_SECONDS = 10.0
KEPT_ARRIVALS = 50_000


def build_app(
    accounts: Sequence[Account] = (),
    clock: Clock | None = None,
    webhook_retry_seconds: tuple[float, ...] = RETRY_SECONDS,
    kept_arrivals: int = KEPT_ARRIVALS,
) -> Starlette:
    """A sandbox that knows these accounts. Serve it with `serve` or `running`: only they can cut connections."""
    moment = clock or SystemClock()
    http = httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_SECONDS, trust_env=False)
    platform = SandboxPlatform(moment, Webhooks(http, moment, webhook_retry_seconds), kept_arrivals)
    for account in accounts:
        platform.accounts.register(account)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with http:
            yield
            await platform.background.close()

    return Starlette(routes=_routes(platform), exception_handlers={Refusal: refused}, lifespan=lifespan)


def _routes(platform: SandboxPlatform) -> list[Route]:
    control, reading, sending = Control(platform), Reading(platform), Sending(platform)
    happenings = Happenings(platform)
    messages = "/{account}/chats/{chat}/messages"
    return [
        Route("/healthz", _alive),
        Route("/control/accounts", control.register, methods=["POST"]),
        Route("/control/faults", control.break_things, methods=["POST"]),
        Route("/control/faults", control.forecast),
        Route("/control/faults", control.mend, methods=["DELETE"]),
        Route("/control/deliveries", control.deliveries),
        Route("/control/deliveries", control.forget, methods=["DELETE"]),
        Route("/control/inbound", control.inbound, methods=["POST"]),
        *(Route(f"/control/{address.__name__}", address, methods=["POST"]) for address in happenings.addresses),
        Route("/accounts", reading.accounts),
        Route("/{account}/users/{username}", reading.user),
        Route(messages, reading.messages),
        Route(messages, sending.post, methods=["POST"]),
        Route("/{account}/media/upload", reading.upload, methods=["POST"]),
    ]


async def _alive(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
    return JSONResponse({"status": "ok"})
