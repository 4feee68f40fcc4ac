"""What a row makes of a fan who is there already. Pure.

A file never takes away: what it leaves empty stays, tags are added, and of two amounts or moments the greater one
stays, because the file may be older than the last purchase we were told of. So a file that is imported twice, or an
old one after a newer one, changes nothing the second time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.fans.fields import MAX_TAGS, cleaned
from services.fans.imports.rows import Fault, Row
from services.fans.imports.sameness import Known, email_key, handle_key


class TooManyTags(Exception):
    """The fan would have more than the allowed number."""

    def __init__(self) -> None:
        super().__init__("too many tags")
        self.fault = Fault("Subscription Tier", f"With it the fan would have more than {MAX_TAGS} tags.")


def merged(fan: Known, row: Row) -> Known:
    """The fan with what the row adds; equal to `fan` where it adds nothing. Raises TooManyTags."""
    tags = cleaned((*fan.tags, *row.tags))
    if len(tags) > MAX_TAGS:
        raise TooManyTags
    same_handle = handle_key(row.handle) == handle_key(fan.handle)
    same_email = row.email is None or (fan.email is not None and email_key(row.email) == email_key(fan.email))
    return replace(
        fan,
        name=row.name or fan.name,
        handle=fan.handle if row.handle is None or same_handle else row.handle,
        email=fan.email if same_email else row.email,
        tags=tags,
        value_cents=max(fan.value_cents, row.value_cents or 0),
        last_seen_at=_later(fan.last_seen_at, row.last_seen_at),
        deleted=False,
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other
