"""What a caller wants sent to many, and the rules it must keep before anything is read or stored. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services import rules
from services.campaigns import template
from services.platforms.interface import Media
from services.problems import InvalidInput, Path, invalid
from services.sending.outgoing import LEAST_URGENT, MAX_TEXT, MOST_URGENT, hash_of, media_problems

MOST_RECIPIENTS = 100
MAX_NAME = 200


class Recipient(NamedTuple):
    """`given`: the id as the caller wrote it, which names the recipient in the answer."""

    given: str
    fan_id: UUID


@dataclass(frozen=True, slots=True)
class CampaignRequest:
    """One message to 1 to 100 fans of one account. `draft`: stored, not sent; `dry_run`: not even stored."""

    name: str
    content: str
    recipients: tuple[Recipient, ...]
    account_id: UUID | None = None
    type: str = "BULK_MESSAGE"
    attachments: tuple[Media, ...] = ()
    price_cents: int | None = None
    priority: int | None = None
    scheduled_at: datetime | None = None
    draft: bool = False
    dry_run: bool = False
    idempotency_key: str | None = None

    @property
    def starts_at_once(self) -> bool:
        return not (self.draft or self.dry_run) and self.scheduled_at is None

    @property
    def input_hash(self) -> str:
        """Tells whether two requests with one idempotency key ask for the same."""
        return hash_of(asdict(self), self.priority, self.price_cents)


def problems(request: CampaignRequest, now: datetime, root: Path = ("input",)) -> Iterator[InvalidInput]:
    """Everything that is wrong with the request by itself; what depends on stored rows is checked later."""
    yield from recipients_problems(request.recipients, (*root, "recipientIds"))
    yield from rules.text(request.name, (*root, "campaignName"), longest=MAX_NAME)
    yield from message_problems(request, root)
    yield from rules.schedule(request.scheduled_at, (*root, "scheduledAt"), now)
    if request.idempotency_key is not None:
        yield from rules.text(request.idempotency_key, (*root, "idempotencyKey"), longest=rules.MAX_KEY)


def recipients_problems(recipients: tuple[Recipient, ...], path: Path) -> Iterator[InvalidInput]:
    if not recipients:
        yield invalid("Name at least one recipient.", path, "min_items", 1)
    yield from rules.at_most(recipients, path, MOST_RECIPIENTS)


def message_problems(request: CampaignRequest, root: Path) -> Iterator[InvalidInput]:
    """Of what each recipient is sent."""
    found = list(rules.text(request.content, (*root, "content"), longest=MAX_TEXT))
    yield from found or template.problems(request.content, (*root, "content"))
    yield from rules.cents(request.price_cents, (*root, "priceCents"))
    if request.priority is not None:
        yield from rules.between(request.priority, (*root, "priority"), LEAST_URGENT, MOST_URGENT)
    yield from media_problems(request.attachments, (*root, "attachments"))
