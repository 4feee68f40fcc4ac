"""The HTTP side of webhooks: bounds, status codes, a line in the log; nothing else. All statuses are in the guide."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from resolvers.masking import UNAVAILABLE
from resolvers.transport.body import ClientGone, RequestBody
from resolvers.transport.media_types import is_json
from resolvers.transport.refusal import Refused, bad_request
from services.platforms.interface import MalformedWebhook
from services.platforms.webhook import EVENT_KEY_HEADER, SIGNATURE_HEADER
from services.webhooks.receive import Delivery, NoSuchPlatform, SignatureRefused, WebhookReceiver

log = structlog.get_logger(service="webhooks")

BODY_SECONDS = 5.0
"""The gateway itself waits for ten seconds, its own sending included."""
SHOWN = 40


class WebhookEndpoint:
    """POST /webhooks/{platform}: 200 once it is journalled, whether it is new or a repeat."""

    def __init__(self, receiver: WebhookReceiver, body_seconds: float = BODY_SECONDS) -> None:
        self._receiver = receiver
        self._body_seconds = body_seconds

    async def __call__(self, request: Request) -> Response:
        body = RequestBody(request.receive, request.headers)
        try:
            return await self._received(request, body)
        except ClientGone:
            return _refused(request, 400, "half a body")
        except Refused as refused:
            return _refused(request, refused.status, str(refused), None if body.complete else body)
        except NoSuchPlatform:
            return _refused(request, 404, "unknown platform")
        except MalformedWebhook as malformed:
            return _refused(request, 400, f"malformed: {malformed}")
        except SignatureRefused:
            return _refused(request, 401, "signature refused")
        except (*UNAVAILABLE, DBAPIError, OSError, TimeoutError) as error:
            # The platform delivers again what was not answered with 2xx.
            return _refused(request, 503, "try again", error=type(error).__name__)

    async def _received(self, request: Request, body: RequestBody) -> Response:
        _check_encoding(request.headers)
        delivery = Delivery(
            platform=request.path_params["platform"].upper(),
            body=await body.read(self._body_seconds),
            signature=request.headers.get(SIGNATURE_HEADER),
            key=request.headers.get(EVENT_KEY_HEADER),
        )
        journalled = await self._receiver.receive(delivery)
        if journalled is None:
            return JSONResponse({"result": "known"})
        # Once the answer is out: a queue that is away must not hold it.
        wake = BackgroundTask(self._receiver.wake, journalled)
        return JSONResponse({"result": "received"}, background=wake)


def _check_encoding(headers: Headers) -> None:
    """What names no content type is let pass: the signature, not the label, says whose it is."""
    content_type = headers.get("content-type")
    if content_type is not None and not is_json(content_type):
        raise bad_request(415, "Send JSON in UTF-8.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise bad_request(415, "Send the body uncompressed.")


def _refused(request: Request, status: int, result: str, unread: RequestBody | None = None, **details: str) -> Response:
    platform, length = request.path_params["platform"][:SHOWN], request.headers.get("content-length", "")[:SHOWN]
    log.warning(
        "webhook_refused", action="receive", status=status, reason=result, platform=platform, bytes=length, **details
    )
    return _Answer(status, result, unread)


class _Answer(JSONResponse):
    """Reads past what is left of the request for a moment: a client still sending would not see the answer."""

    def __init__(self, status: int, result: str, unread: RequestBody | None) -> None:
        super().__init__({"result": result}, status, {"connection": "close"} if unread is not None else None)
        self._unread = unread

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._unread is None:
            return await super().__call__(scope, receive, send)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await self._unread.discard()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return None
