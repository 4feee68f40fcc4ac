"""When two are the same fan. Pure; the database is asked by the same keys.

The strongest thing that both are known by decides: the handle, else the e-mail address, else the name. Neither case
nor `@` counts in a handle, nor case in an address; names are compared without the case of plain letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from services.fans import handles

CAPITALS = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
"""ASCII alone, as PostgreSQL's collation "C" does it: both sides have to agree on every letter."""
REMEMBERED = 4096
"""A key is asked for several times while its chunk is worked on."""


@lru_cache(REMEMBERED)
def email_key(email: str) -> str:
    return email.translate(CAPITALS)


@lru_cache(REMEMBERED)
def exact_name(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).translate(CAPITALS)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a fan is: two fans are compared only within one."""

    platform: str
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class Known:
    """A fan as she is stored, or as this import has left her. `deleted`: she is in no list; `version` 0: not stored."""

    fan_id: UUID
    home: Home
    name: str
    handle: str | None
    email: str | None
    tags: tuple[str, ...]
    value_cents: int
    last_seen_at: datetime | None
    deleted: bool
    version: int


class Several(Exception):
    """It is not clear which of these fans is meant. `title` is the column that does not tell."""

    def __init__(self, title: str, fans: Sequence[Known]) -> None:
        super().__init__(title)
        self.title = title
        self.fans = fans

    @property
    def living(self) -> bool:
        """At least one of them is in the lists: whoever is meant is known already."""
        return any(not fan.deleted for fan in self.fans)


@lru_cache(REMEMBERED)
def handle_key(handle: str | None) -> str | None:
    return None if handle is None else handles.key(handle)


def chosen(found: Iterable[Known], title: str) -> Known | None:
    """Of those who are the same as a row by one thing: the only one, living ones first.

    Of several, the one who is known by nothing stronger. Raises Several.
    """
    everybody = list(found)
    living = [each for each in everybody if not each.deleted]
    those = living or everybody
    if len(those) <= 1:
        return those[0] if those else None
    weakest = [each for each in those if each.handle is None and (title == "Email" or each.email is None)]
    if len(weakest) == 1:
        return weakest[0]
    raise Several(title, those)
