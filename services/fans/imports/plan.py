"""What becomes of the rows of a chunk, one after another: added, changed, passed over or refused. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from db.models import new_id
from db.queries.fan_import_former_keys import FormerKey
from services.fans.imports.homes import Homes
from services.fans.imports.index import HANDLE, Index
from services.fans.imports.merging import TooManyTags, merged
from services.fans.imports.rows import BadRow, Fault, Row
from services.fans.imports.sameness import Home, Known, Several, email_key, handle_key

Outcome = Literal["inserted", "updated", "skipped", "failed"]

BY_NAME = "by_name"
SEVERAL = "Several fans have it; say by Username who is meant."
UNCLEAR = {HANDLE: "This row was taken for a fan who has another username now. If it is somebody else, use a new file."}


@dataclass
class Plan:
    """What is to be written: each fan once, as the last row leaves her. `added` has those who are back as well.

    `former`: what rows have called fans who are not called so, or not any more.
    """

    added: dict[UUID, Known] = field(default_factory=dict)
    changed: dict[UUID, Known] = field(default_factory=dict)
    failed: list[BadRow] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    former: list[FormerKey] = field(default_factory=list)


class Planner:
    """Decides row by row, so that a fan who is in the file twice is the same fan the second time."""

    def __init__(self, index: Index, homes: Homes, *, update: bool, new_fan_id: Callable[[], UUID] = new_id) -> None:
        self._index = index
        self._homes = homes
        self._update = update
        self._new_fan_id = new_fan_id
        self._plan = Plan()

    def plan(self, rows: Iterable[Row | BadRow]) -> Plan:
        for row in rows:
            bad = row if isinstance(row, BadRow) else self._take(row)
            if bad is not None:
                self._plan.failed.append(bad)
                self._plan.outcomes["failed"] += 1
        self._plan.former = self._index.noted
        return self._plan

    def _take(self, row: Row) -> BadRow | None:
        home = self._homes[row.place]
        if isinstance(home, Fault):
            return BadRow(row.number, row.cells, (home,))
        try:
            self._plan.outcomes[self._outcome(row, home)] += 1
        except Several as several:
            return BadRow(row.number, row.cells, (Fault(several.title, UNCLEAR.get(several.title, SEVERAL)),))
        except TooManyTags as too_many:
            return BadRow(row.number, row.cells, (too_many.fault,))
        self._plan.notes.update(row.assumed)
        return None

    def _outcome(self, row: Row, home: Home) -> Outcome:
        try:
            fan = self._index.find(row, home)
        except Several as several:
            self._index.note(row, several.fans)
            # Whoever it is, she is in the lists: there is nothing to add.
            if several.living and not self._update:
                return "skipped"
            raise
        if fan is None:
            return self._add(_described(self._new_fan_id(), row, home))
        self._plan.notes[BY_NAME] += _by_name_alone(row, fan)
        if fan.deleted:
            return self._add(merged(fan, row))
        if self._update:
            return self._change(fan, row)
        self._index.note(row, [fan])
        return "skipped"

    def _add(self, fan: Known) -> Outcome:
        self._index.put(fan)
        self._plan.added[fan.fan_id] = fan
        return "inserted"

    def _change(self, fan: Known, row: Row) -> Outcome:
        try:
            new = merged(fan, row)
        except TooManyTags:
            self._index.note(row, [fan])
            raise
        if new == fan:
            return "skipped"
        self._index.put(new)
        written = self._plan.added if fan.fan_id in self._plan.added else self._plan.changed
        written[fan.fan_id] = new
        return "updated"


def _described(fan_id: UUID, row: Row, home: Home) -> Known:
    return Known(
        fan_id=fan_id,
        home=home,
        name=row.shown_name,
        handle=row.handle,
        email=row.email,
        tags=row.tags,
        value_cents=row.value_cents or 0,
        last_seen_at=row.last_seen_at,
        deleted=False,
        version=0,
    )


def _by_name_alone(row: Row, fan: Known) -> bool:
    """The name decided although one of both is known by more; those who read the result are told how often."""
    same_handle = row.handle is not None and handle_key(row.handle) == handle_key(fan.handle)
    same_email = row.email is not None and fan.email is not None and email_key(row.email) == email_key(fan.email)
    return not (same_handle or same_email) and any((row.handle, row.email, fan.handle, fan.email))
