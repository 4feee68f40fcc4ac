"""What every platform adapter offers, and the words in which it answers.

An adapter turns one request into one HTTP call and the response into one of five answers. It never retries, never
waits for the rate limit and never touches the database: those are decided outside (`services.sending`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform accepts. Prices in US cents; `max_text_length` in Unicode code points."""

    min_price_cents: int
    max_price_cents: int
    price_step_cents: int
    priced_message_needs_media: bool
    max_text_length: int
    media_by_url: bool
    idempotent_send: bool
    read_back: bool
    lookup_by_handle: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """The decrypted key of one account. Never logged, never stored as it is."""

    account_id: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """One attachment: exactly one of `url` and `platform_media_id`."""

    type: str
    url: str | None
    platform_media_id: str | None
    preview: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What is to be sent: plain text, price in cents or None, media."""

    text: str
    price_cents: int | None = None
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """The exact request, stored as JSON before the first attempt and repeated byte for byte if it must be repeated."""

    method: str
    path: str
    body: dict[str, Any]


# ---- answers of `send`: exactly one of these


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it."""

    platform_message_id: str | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing was sent, for certain: it may be tried again. `counts` is False where the platform says wait (429)."""

    reason: str
    retry_after_seconds: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform will never take it (other 4xx); nothing was sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class AccountStopped:
    """401, 402, 403: nothing was sent, and no message of this account will be until it is connected again."""

    status: str
    """`INVALID_CREDENTIALS` after 401, `SESSION_EXPIRED` where the platform says so, else `DEGRADED`."""
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent: timeout or reset after the request left, 408, 409, any other 5xx.

    `may_repeat` is False where the platform knows the key and will never answer for it (a key mismatch).
    """

    reason: str
    may_repeat: bool = True


Answer = Sent | NotSent | Refused | AccountStopped | Unknown


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """What the platform tells about an account when its key is checked."""

    account_id: str
    display_name: str
    avatar: str | None = None


@dataclass(frozen=True, slots=True)
class FoundFan:
    """A fan as the platform knows her."""

    platform_fan_id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A message found at the platform by read-back. `text` is plain."""

    platform_message_id: str
    text: str
    price_cents: int | None
    sent_at: datetime


class PlatformUnavailable(Exception):
    """A call that sends nothing (check, look-up, upload, read-back) did not succeed; the same call may later."""


class CredentialsRejected(Exception):
    """The platform does not accept this key for this account (401, 402, 403, or the account is not behind the key)."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Adapter(Protocol):
    """One platform. Instances hold an HTTP client and a base address, no state of any account."""

    name: str
    capabilities: Capabilities

    async def check_account(self, credentials: Credentials) -> AccountProfile:
        """Prove that the key opens the account. Raises CredentialsRejected, PlatformUnavailable."""
        ...

    async def find_fan(self, credentials: Credentials, handle: str) -> FoundFan | None:
        """Look a fan up by handle (with or without `@`). Raises CredentialsRejected, PlatformUnavailable."""
        ...

    async def prepare(
        self, credentials: Credentials, platform_fan_id: str, message: OutgoingMessage
    ) -> PreparedRequest:
        """Upload media where the platform wants ids, and build the exact request. Sends no message.

        Raises CredentialsRejected, PlatformUnavailable, and RequestRefused for media it will never take.
        """
        ...

    async def send(
        self,
        credentials: Credentials,
        request: PreparedRequest,
        idempotency_key: str,
        may_still_send: Callable[[], bool],
    ) -> Answer:
        """Make the one call, within the platform timeout, and classify what came back. Never raises, never repeats.

        `may_still_send` is asked when the connection stands and before the request is written (a process that was
        frozen in between must give up); False answers NotSent.
        """
        ...

    async def read_back(self, credentials: Credentials, platform_fan_id: str, since: datetime) -> list[SentCopy]:
        """The account's own messages in this chat since `since`. Raises CredentialsRejected, PlatformUnavailable."""
        ...

    def verify_webhook(self, secret: str, body: bytes, signature: str | None) -> bool:
        """Compare the signature over the raw body, in constant time."""
        ...

    def parse_webhook(self, body: bytes) -> InboundEnvelope:
        """Read the envelope. Raises MalformedWebhook."""
        ...


class RequestRefused(Exception):
    """The platform will never take this request (media it does not accept); nothing was sent."""


class MalformedWebhook(Exception):
    """The body is no webhook of this platform."""


@dataclass(frozen=True, slots=True)
class InboundEnvelope:
    """A webhook before it is trusted: which account it speaks of, and the event (`kind` is the platform's word).

    `received_at` is known once it is journalled.
    """

    account_id: str
    kind: str
    payload: dict[str, Any]
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboundPerson:
    """A fan as the platform tells of her; some events know no more than her id."""

    platform_fan_id: str
    handle: str | None = None
    name: str | None = None
    avatar: str | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A fan's message, in our words. `text` is plain; ids are strings."""

    platform_message_id: str
    platform_fan_id: str
    handle: str | None
    name: str | None
    avatar: str | None
    text: str
    price_cents: int | None
    media: tuple[Media, ...]
    sent_at: datetime

    @property
    def author(self) -> InboundPerson:
        return InboundPerson(self.platform_fan_id, self.handle, self.name, self.avatar)
