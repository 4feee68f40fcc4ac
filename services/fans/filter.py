"""Which fans a list, an export or an audience asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.queries.fan_selections import NOBODY, Selection
from services import rules
from services.fans import fields, indexing
from services.problems import InvalidInput, Path

MAX_SEARCH = 200
MAX_ACCOUNTS = 100


@dataclass(frozen=True, slots=True)
class FanFilter:
    """All that is given must hold. `tags`: fans that carry all of them. Amounts in US cents; bounds are included."""

    search: str | None = None
    tags: tuple[str, ...] = ()
    platform: str | None = None
    account_ids: tuple[UUID, ...] | None = None
    min_value_cents: int | None = None
    max_value_cents: int | None = None
    seen_after: datetime | None = None
    seen_before: datetime | None = None


def problems(wanted: FanFilter, root: Path = ("filter",)) -> Iterator[InvalidInput]:
    yield from rules.optional_text(wanted.search, (*root, "search"), longest=MAX_SEARCH)
    yield from fields.tags(wanted.tags, (*root, "tags"))
    yield from rules.at_most(wanted.account_ids or (), (*root, "accountIds"), MAX_ACCOUNTS)


def selection(owner: UUID, wanted: FanFilter) -> Selection:
    """The filter in the words of the database. A text without a letter, digit or symbol is found nowhere."""
    text = wanted.search if wanted.search and wanted.search.strip("@ \t\n") else None
    terms = indexing.terms(owner, text, fields.cleaned(wanted.tags))
    if terms is None:
        return NOBODY
    return Selection(
        terms=terms,
        platform=wanted.platform,
        account_ids=wanted.account_ids,
        min_value_cents=wanted.min_value_cents,
        max_value_cents=wanted.max_value_cents,
        seen_after=wanted.seen_after,
        seen_before=wanted.seen_before,
    )
