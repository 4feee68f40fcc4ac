"""One row of a file as a description of a fan, or what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.models.creator_accounts import PLATFORMS
from services.fans import fields, handles, spreadsheet
from services.fans.imports.columns import TITLES, Columns, plain
from services.fans.imports.moments import NotAMoment, read_moment
from services.fans.imports.money import NotAnAmount, read_amount
from services.fans.imports.records import Record

SHOWN = {
    "name": "Display Name",
    "handle": "Username",
    "email": "Email",
    "tags": "Subscription Tier",
    "valueCents": "Total Spent",
    "lastSeenAt": "Last Seen",
}
"""The column of a file, by the name of the field in the API."""
ORDER = {title: place for place, title in enumerate(TITLES)}
PLATFORM_BY_NAME = {plain(platform): platform for platform in PLATFORMS}

MONTH_FIRST, ZONE_ASSUMED, CURRENCY = "month_first", "zone_assumed", "currency"
"""What was taken for granted in a row."""

Place = tuple[str | None, str | None]
"""What a row says of where its fan is: the platform and the account; None for what it leaves open."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not imported; `column` by its title, None where it is the row as a whole."""

    column: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says of a fan; None and () for what it leaves open. `account`: the platform's own id of it."""

    number: int
    cells: Sequence[str]
    name: str | None
    handle: str | None
    email: str | None
    tags: tuple[str, ...]
    value_cents: int | None
    last_seen_at: datetime | None
    platform: str | None
    account: str | None
    assumed: tuple[str, ...]

    @property
    def place(self) -> Place:
        return self.platform, self.account

    @property
    def shown_name(self) -> str:
        return self.name or (self.handle or "").removeprefix("@")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is passed over, and reported."""

    number: int
    cells: Sequence[str]
    faults: tuple[Fault, ...]


def read_row(record: Record, columns: Columns) -> Row | BadRow:
    """A row with more cells than there are columns is not looked at further: its cells are not where they belong."""
    if any(cell.strip() for cell in record.cells[columns.width :]):
        return BadRow(record.number, record.cells, (_too_wide(record, columns),))
    reading = _Reading(record, columns)
    row = reading.row()
    found = tuple(sorted(reading.faults, key=lambda fault: ORDER.get(fault.column or "", -1)))
    return BadRow(record.number, record.cells, found) if found else row


def _too_wide(record: Record, columns: Columns) -> Fault:
    message = (
        f"It has {len(record.cells)} cells, the header has {columns.width}; a value that holds the delimiter needs "
        "quotes."
    )
    return Fault(None, message)


class _Reading:
    """Reads the cells of one row, and collects what is wrong with them."""

    def __init__(self, record: Record, columns: Columns) -> None:
        self._record = record
        self._columns = columns
        self.faults: list[Fault] = []
        self._assumed: list[str] = []

    def row(self) -> Row:
        handle, name = self._text("Username"), self._text("Display Name")
        values: dict[str, Any] = {
            "handle": None if handle is None else handles.normalised(handle),
            "name": name,
            "email": self._text("Email"),
            "tags": fields.cleaned(self._read("Subscription Tier", _tags) or ()),
            "value_cents": self._read("Total Spent", self._cents),
            "last_seen_at": self._read("Last Seen", self._moment),
        }
        if handle is None and name is None:
            self.faults.append(Fault(None, "Username and Display Name are both empty."))
        checked = {column: value for column, value in values.items() if column != "name" or value is not None}
        for problem in fields.problems(checked, ()):
            self.faults.append(Fault(SHOWN[(problem.path or ("",))[0]], problem.message))
        return Row(
            number=self._record.number,
            cells=self._record.cells,
            platform=self._read("Platform", _platform),
            account=self._text("Creator Account"),
            assumed=tuple(self._assumed),
            **values,
        )

    def _text(self, title: str) -> str | None:
        return spreadsheet.said(self._columns.cell(self._record.cells, title)) or None

    def _read(self, title: str, read: Callable[[str], Any]) -> Any:
        text = self._text(title)
        try:
            return None if text is None else read(text)
        except (NotAnAmount, NotAMoment, _NotKnown) as fault:
            self.faults.append(Fault(title, str(fault)))
            return None

    def _cents(self, text: str) -> int | None:
        amount = read_amount(text)
        if amount is None:
            return None
        if amount.cents < 0:
            raise NotAnAmount("It is less than nothing; what a fan has spent in all cannot be.")
        if amount.currency not in {None, "USD"}:
            self._assumed.append(f"{CURRENCY} {amount.currency}")
        return amount.cents

    def _moment(self, text: str) -> datetime | None:
        moment = read_moment(text)
        if moment is None:
            return None
        if moment.month_first:
            self._assumed.append(MONTH_FIRST)
        if moment.zone_assumed:
            self._assumed.append(ZONE_ASSUMED)
        return moment.at


class _NotKnown(ValueError):
    pass


def _tags(text: str) -> list[str]:
    try:
        return spreadsheet.parted(text)
    except ValueError:
        raise _NotKnown("A quote is opened there and never closed.") from None


def _platform(text: str) -> str:
    found = PLATFORM_BY_NAME.get(plain(text))
    if found is None:
        raise _NotKnown(f"It is none of {', '.join(PLATFORMS)}.")
    return found
