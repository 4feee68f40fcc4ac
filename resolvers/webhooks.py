"""The HTTP side of webhooks: bounds, status codes, nothing else."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from resolvers.masking import UNAVAILABLE
from services.platforms.interface import MalformedWebhook
from services.webhooks.receive import MAX_BODY_BYTES, Delivery, NoSuchPlatform, SignatureRefused, WebhookReceiver

log = structlog.get_logger(service="webhooks")


class WebhookEndpoint:
    """POST /webhooks/{platform}: 200 once it is journalled, whether it is new or a repeat."""

    def __init__(self, receiver: WebhookReceiver) -> None:
        self._receiver = receiver

    async def __call__(self, request: Request) -> Response:
        body = await _bounded_body(request)
        if body is None:
            return _answer(413, "too large")
        delivery = Delivery(
            platform=request.path_params["platform"].upper(),
            body=body,
            signature=request.headers.get("signature"),
            key=request.headers.get("x-ofapi-idempotency-key"),
        )
        try:
            new = await self._receiver.receive(delivery)
        except NoSuchPlatform:
            return _answer(404, "unknown platform")
        except MalformedWebhook:
            return _answer(400, "malformed")
        except SignatureRefused:
            return _answer(401, "signature refused")
        except UNAVAILABLE as error:
            # The platform delivers again what was not answered with 2xx.
            log.warning("webhook_not_stored", action="receive", error=type(error).__name__)
            return _answer(503, "try again")
        return _answer(200, "received" if new else "known")


async def _bounded_body(request: Request) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _answer(status: int, result: str) -> Response:
    return JSONResponse({"result": result}, status)
