"""Telling an account's webhook address what happened: signed, and repeated until it is taken or given up."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from services.platforms.sandbox_server.accounts import Account
from services.platforms.webhook import EVENT_KEY_HEADER, SIGNATURE_HEADER, signature
from services.runtime.clock import Clock

log = logging.getLogger(__name__)
RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)


class Webhooks:
    """`retry_seconds` are the waits before each repetition."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock, retry_seconds: tuple[float, ...] = RETRY_SECONDS) -> None:
        self._http = http
        self._clock = clock
        self._retry_seconds = retry_seconds

    async def announce(self, account: Account, event: str, payload: Mapping[str, Any]) -> None:
        """Post one event until a 2xx answers; every repetition carries the same key. Nothing without an address."""
        if account.webhook_url is None:
            return
        envelope = {"event": event, "account_id": account.account_id, "payload": payload}
        body = json.dumps(envelope).encode()
        headers = {"Content-Type": "application/json", EVENT_KEY_HEADER: f"evt_{uuid4().hex}"}
        if account.webhook_secret:
            headers[SIGNATURE_HEADER] = signature(account.webhook_secret, body)
        for wait in (*self._retry_seconds, None):
            if await self._taken(account.webhook_url, body, headers):
                return
            if wait is not None:
                await self._clock.sleep(wait)
        log.warning("a webhook of the sandbox was not taken: %s", event)

    async def _taken(self, url: str, body: bytes, headers: dict[str, str]) -> bool:
        try:
            response = await self._http.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return response.is_success
