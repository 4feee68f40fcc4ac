"""The adapter for platforms behind a gateway of the OnlyFansAPI.com kind; what differs is in the `Dialect`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.platforms import calls, composing, listings, webhook
from services.platforms.answers import classify, unanswered
from services.platforms.departure import Departure
from services.platforms.dialect import Dialect
from services.platforms.exchange import Exchange, NoReply
from services.platforms.interface import (
    AccountProfile,
    AccountStopped,
    Answer,
    Credentials,
    CredentialsRejected,
    FoundFan,
    InboundEnvelope,
    OutgoingMessage,
    PlatformUnavailable,
    PreparedRequest,
    SentCopy,
)
from services.platforms.markup import plain
from services.platforms.uploads import Uploads
from services.runtime.clock import Clock

_MAX_PAGES = 10


class GatewayAdapter:
    """One platform behind one base address. `timeout_seconds` bounds each call (an upload gets 20 s at least)."""

    def __init__(
        self, dialect: Dialect, base_url: str, exchange: Exchange, clock: Clock, timeout_seconds: float
    ) -> None:
        self.name = dialect.name
        self.capabilities = dialect.capabilities
        self._dialect = dialect
        self._base_url = base_url.rstrip("/")
        self._exchange = exchange
        self._clock = clock
        self._timeout = timeout_seconds
        self._calls = calls.Calls(self._base_url, exchange, timeout_seconds)
        self._uploads = Uploads(self._calls)

    async def check_account(self, credentials: Credentials) -> AccountProfile:
        """The account among those the key opens. Raises CredentialsRejected, PlatformUnavailable."""
        answer = calls.expected(await self._calls.get(credentials, "/accounts"))
        if not (found := listings.listed_account(answer, credentials.account_id)):
            raise CredentialsRejected("INVALID_CREDENTIALS", "The key does not open this account.")
        if not found.connected:
            raise CredentialsRejected("SESSION_EXPIRED", "The account's session has expired.")
        return found.profile

    async def find_fan(self, credentials: Credentials, handle: str) -> FoundFan | None:
        """Look a fan up by handle. Raises CredentialsRejected, PlatformUnavailable."""
        name = handle.strip().removeprefix("@")
        if not composing.is_segment(name):
            return None
        reply = await self._calls.get(credentials, f"/{credentials.account_id}/users/{name}")
        return None if reply.status == 404 else listings.found_fan(calls.expected(reply), name)

    async def prepare(
        self, credentials: Credentials, platform_fan_id: str, message: OutgoingMessage
    ) -> PreparedRequest:
        """Upload what must be uploaded and build the request. An upload serves one message only.

        Raises CredentialsRejected, PlatformUnavailable, RequestRefused.
        """
        composing.check(self._dialect, platform_fan_id, message)
        named = [
            (await self._uploads.named(credentials, media, self._dialect.uploads), media.preview)
            for media in message.media
        ]
        return composing.composed(self._dialect, credentials.account_id, platform_fan_id, message, named)

    async def send(
        self,
        credentials: Credentials,
        request: PreparedRequest,
        idempotency_key: str,
        may_still_send: Callable[[], bool],
    ) -> Answer:
        """Make the one call and classify what came back. Never raises unless cancelled, never repeats."""
        if not calls.usable(credentials):
            return AccountStopped("INVALID_CREDENTIALS", "This is no key or no account id of this platform.")
        departure = Departure(may_still_send)
        try:
            reply = await self._exchange.perform(
                request.method,
                self._base_url + request.path,
                calls.headers(credentials) | {"Idempotency-Key": idempotency_key},
                calls.encoded(request.body),
                self._timeout,
                departure,
            )
        except NoReply as stopped:
            return unanswered(departure.begun, str(stopped))
        text = str(request.body.get("text", ""))
        return classify(reply, self._clock.now(), private=(text, plain(text), credentials.api_key))

    async def read_back(self, credentials: Credentials, platform_fan_id: str, since: datetime) -> list[SentCopy]:
        """The account's own messages in this chat since `since`, all of them. The platform may mark the chat as read.

        Raises CredentialsRejected, PlatformUnavailable (also where they are too many to read).
        """
        path, query = f"/{credentials.account_id}/chats/{platform_fan_id}/messages", {"limit": "50"}
        copies: dict[str, SentCopy] = {}
        for _ in range(_MAX_PAGES if composing.is_segment(platform_fan_id) else 0):
            reply = await self._calls.get(credentials, path, {"order": "desc"} | query)
            if reply.status == 404:
                return []
            page = listings.message_page(calls.expected(reply), platform_fan_id)
            copies |= {copy.platform_message_id: copy for copy in page.own if copy.sent_at >= since}
            if page.next_query is None or page.oldest is None or page.oldest < since:
                return list(copies.values())
            query = page.next_query
        raise PlatformUnavailable("the messages of this chat cannot be read back")

    def verify_webhook(self, secret: str, body: bytes, signature: str | None) -> bool:
        """Compare the signature over the raw body, in constant time."""
        return webhook.is_signed(secret, body, signature)

    def parse_webhook(self, body: bytes) -> InboundEnvelope:
        """Read the envelope. Raises MalformedWebhook."""
        return webhook.envelope(body)
