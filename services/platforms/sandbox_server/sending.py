"""The one address that sends a message."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.platforms.sandbox_server import drafts, keys, wire
from services.platforms.sandbox_server.arrivals import Arrival
from services.platforms.sandbox_server.chats import ChatMessage
from services.platforms.sandbox_server.doors import opened
from services.platforms.sandbox_server.platform import SandboxPlatform
from services.platforms.sandbox_server.refusals import Refusal, bounded_body


class Sending:
    """Records every arrival, whatever becomes of it."""

    def __init__(self, platform: SandboxPlatform) -> None:
        self._platform = platform

    async def post(self, request: Request) -> Response:
        arrived_at = self._platform.clock.now()
        body = await bounded_body(request)
        arrival = self._platform.arrivals.add(
            Arrival(
                received_at=arrived_at,
                account_id=request.path_params["account"],
                chat_id=request.path_params["chat"],
                idempotency_key=request.headers.get("idempotency-key"),
                body=drafts.document(body),
            )
        )
        try:
            response = await self._platform.faults.around(request, "send", lambda: self._proper(request, body, arrival))
        except Refusal as refusal:
            response = refusal.response()
        arrival.fault = request.state.fault
        if arrival.fault not in ("cut_before", "cut_after"):
            arrival.status = response.status_code
        return response

    async def _proper(self, request: Request, body: bytes, arrival: Arrival) -> Response:
        account = opened(request, self._platform.accounts)
        key, fingerprint = arrival.idempotency_key, keys.fingerprint(arrival.chat_id, body)
        if key is not None and (message := self._kept(account.account_id, key, fingerprint)):
            arrival.repeat, arrival.message_id = True, message.id
            return self._answer(message, {"Idempotent-Replayed": "true"})
        draft = drafts.draft(arrival.body)
        if self._platform.uploads.missing(draft.media):
            raise Refusal(422, "INVALID", "A medium is unknown or was used before.")
        message = self._platform.deliver(account, arrival.chat_id, draft)
        self._platform.uploads.use(draft.media)
        if key is not None:
            self._platform.keys.keep(account.account_id, key, keys.Kept(fingerprint, message))
        arrival.delivered, arrival.message_id = True, message.id
        arrival.text, arrival.price_cents, arrival.media = draft.text, draft.price_cents, draft.media
        return self._answer(message, {})

    def _kept(self, account_id: str, key: str, fingerprint: str) -> ChatMessage | None:
        if not keys.is_valid(key):
            raise Refusal(400, "IDEMPOTENCY_KEY_INVALID", "The key has 1 to 255 printable ASCII characters.")
        kept = self._platform.keys.get(account_id, key)
        if kept is not None and kept.fingerprint != fingerprint:
            raise Refusal(409, "IDEMPOTENCY_KEY_MISMATCH", "The key was used with another request.")
        return kept.message if kept else None

    def _answer(self, message: ChatMessage, headers: dict[str, str]) -> Response:
        data: dict[str, Any] = wire.message_json(message, self._platform.fans.get(message.chat_id))
        return JSONResponse({"data": data}, headers=headers)
