"""Which conversations a list asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.queries.conversation_lists import NOTHING, Selection
from services import rules
from services.fans import fields, indexing
from services.problems import InvalidInput, Path
from services.search.words import searched

MAX_SEARCH = 200
MAX_ACCOUNTS = 100


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """All that is given must hold; bounds are included. `tags`: the fan carries all of them. Money in US cents."""

    unread_only: bool = False
    awaiting_reply: bool | None = None
    platform: str | None = None
    account_ids: tuple[UUID, ...] | None = None
    search: str | None = None
    tags: tuple[str, ...] = ()
    min_fan_value_cents: int | None = None
    active_after: datetime | None = None
    active_before: datetime | None = None


def problems(wanted: ConversationFilter, root: Path = ("filter",)) -> Iterator[InvalidInput]:
    yield from rules.optional_text(wanted.search, (*root, "search"), longest=MAX_SEARCH)
    yield from fields.tags(wanted.tags, (*root, "tags"))
    yield from rules.at_most(wanted.account_ids or (), (*root, "accountIds"), MAX_ACCOUNTS)


def selection(owner: UUID, wanted: ConversationFilter) -> Selection:
    """The filter in the words of the database. A text without a letter, digit or symbol is found nowhere."""
    text = wanted.search if wanted.search and wanted.search.strip("@ \t\n") else None
    words = "" if text is None else searched(owner, text)
    if words is None:
        return NOTHING
    return Selection(
        unread_only=wanted.unread_only,
        awaiting_reply=wanted.awaiting_reply,
        platform=wanted.platform,
        account_ids=wanted.account_ids,
        words=words,
        tags=indexing.terms(owner, None, fields.cleaned(wanted.tags)) or "",
        min_fan_value_cents=wanted.min_fan_value_cents,
        active_after=wanted.active_after,
        active_before=wanted.active_before,
    )
