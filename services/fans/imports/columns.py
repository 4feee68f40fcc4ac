"""Which column of a file holds what: names in any case, order and spelling. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.fans.imports.unreadable import Unreadable

MAX_COLUMNS = 100
REASON = "Reason"
"""The column that tells why a row failed, in the file of failed rows. It is passed over when that file comes back."""

TITLES: Mapping[str, tuple[str, ...]] = {
    "Username": ("username", "handle"),
    "Display Name": ("displayname", "name"),
    "Email": ("email", "emailaddress"),
    "Subscription Tier": ("subscriptiontier", "tier", "tags"),
    "Total Spent": ("totalspent", "spent"),
    "Last Seen": ("lastseen", "lastseenat"),
    "Platform": ("platform",),
    "Creator Account": ("creatoraccount",),
}
"""By the title of each column, what it may be called without case, blanks and punctuation; the usual name first."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands, by title. `ignored` are those of other names, as they are written."""

    places: Mapping[str, int]
    ignored: tuple[str, ...]
    width: int

    def cell(self, cells: Sequence[str], title: str) -> str:
        """What a row says there; empty where the file has no such column, or the row ends before it."""
        place = self.places.get(title)
        return cells[place] if place is not None and place < len(cells) else ""


def plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def known(header: Sequence[str]) -> int:
    """How many of its names are names of columns."""
    names = {name for spellings in TITLES.values() for name in spellings}
    return sum(plain(each) in names for each in header)


def columns_of(header: Sequence[str]) -> Columns:
    """Raises Unreadable: too many columns, two for one thing, or none that says who a fan is."""
    if len(header) > MAX_COLUMNS:
        message = f"The file has {len(header):,} columns; at most {MAX_COLUMNS} are allowed."
        raise Unreadable("max_columns", message, MAX_COLUMNS)
    names = [plain(each) for each in header]
    places = {title: place for title in TITLES if (place := _place(title, names)) is not None}
    if not places.keys() & {"Username", "Display Name"}:
        message = "The first line must name the columns, and Username or Display Name must be among them."
        raise Unreadable("header", message)
    taken = set(places.values())
    unknown = (each.strip() for place, each in enumerate(header) if place not in taken)
    ignored = tuple(each for each in unknown if each and each != REASON)
    return Columns(places, ignored, len(header))


def _place(title: str, names: Sequence[str]) -> int | None:
    """By its usual name if that is there, else by another."""
    for spelling in TITLES[title]:
        found = [place for place, name in enumerate(names) if name == spelling]
        if len(found) > 1:
            raise Unreadable("header", f"Two columns are called {title}; leave one.")
        if found:
            return found[0]
    return None
