"""The fans among whom a row is looked for: those that are stored, and those this import has added. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from db.queries.fan_import_former_keys import FormerKey
from services.fans.imports.rows import Row
from services.fans.imports.sameness import Home, Known, Several, chosen, email_key, exact_name, handle_key

Key = tuple[Home, str]
HANDLE, EMAIL, NAME = "Username", "Email", "Display Name"
"""By the titles of their columns."""


class Index:
    """Fans by handle, by e-mail address and by name; a fan who is put again replaces what was known of her.

    `former`: what the same file has called her before, now or the last time, though she is not called so now; of fans
    who are in the index. `noted`: what is to be kept of this for the next time.
    """

    def __init__(self, fans: Iterable[Known] = (), former: Iterable[FormerKey] = ()) -> None:
        self._handles: dict[Key, Known] = {}
        self._emails: defaultdict[Key, dict[object, Known]] = defaultdict(dict)
        self._names: defaultdict[Key, dict[object, Known]] = defaultdict(dict)
        self._fans: dict[object, Known] = {}
        self._former: defaultdict[tuple[str, str], dict[object, None]] = defaultdict(dict)
        self.noted: list[FormerKey] = []
        for fan in fans:
            self.put(fan)
        for key in former:
            self._former[key.title, key.key][key.fan_id] = None

    def put(self, fan: Known) -> None:
        former = self._fans.get(fan.fan_id)
        if former is not None:
            self._drop(former)
            self._remember(former, fan)
        self._fans[fan.fan_id] = fan
        if fan.handle is not None:
            self._handles[fan.home, handle_key(fan.handle) or ""] = fan
        if fan.email is not None:
            self._emails[fan.home, email_key(fan.email)][fan.fan_id] = fan
        self._names[fan.home, exact_name(fan.name)][fan.fan_id] = fan

    def find(self, row: Row, home: Home) -> Known | None:
        """The fan a row describes, by the strongest thing that both are known by. Raises Several."""
        if row.handle is not None:
            by_handle = self._handles.get((home, handle_key(row.handle) or ""))
            if by_handle is not None:
                return by_handle
        present = self._by_email(row, self._emailed(row, home)) or self._by_name(row, self._named(row, home))
        if present is not None and not present.deleted:
            return present
        return self._formerly(row, home) or present

    def note(self, row: Row, fans: Iterable[Known]) -> None:
        """The row was taken for one of these by something weak, and did not make her what it says."""
        self._note(FormerKey(*key, fan.fan_id) for fan in fans if not fan.deleted and (key := _unlike(row, fan)))

    def _formerly(self, row: Row, home: Home) -> Known | None:
        if row.handle is not None:
            taken = list(self._once(HANDLE, handle_key(row.handle), home))
            if any(fan.handle is not None for fan in taken):
                raise Several(HANDLE, taken)
            return chosen(taken, HANDLE)
        return self._by_email(row, self._once(EMAIL, row.email and email_key(row.email), home)) or self._by_name(
            row, self._once(NAME, row.name and exact_name(row.name), home)
        )

    def _by_email(self, row: Row, fans: Iterable[Known]) -> Known | None:
        return chosen((fan for fan in fans if row.handle is None or fan.handle is None), EMAIL)

    def _by_name(self, row: Row, fans: Iterable[Known]) -> Known | None:
        """Those whom neither handle nor address tells apart from the row; of the deleted those without a handle."""
        return chosen((fan for fan in fans if not _told_apart(row, fan) and not (fan.deleted and fan.handle)), NAME)

    def _emailed(self, row: Row, home: Home) -> Iterable[Known]:
        return self._emails.get((home, email_key(row.email)), {}).values() if row.email is not None else ()

    def _named(self, row: Row, home: Home) -> Iterable[Known]:
        return self._names.get((home, exact_name(row.name)), {}).values() if row.name is not None else ()

    def _once(self, title: str, key: str | None, home: Home) -> Iterator[Known]:
        """Living fans whom this file has called so."""
        for fan_id in self._former.get((title, key), {}) if key is not None else ():
            fan = self._fans.get(fan_id)
            if fan is not None and fan.home == home and not fan.deleted:
                yield fan

    def _drop(self, fan: Known) -> None:
        if fan.handle is not None:
            del self._handles[fan.home, handle_key(fan.handle) or ""]
        if fan.email is not None:
            del self._emails[fan.home, email_key(fan.email)][fan.fan_id]
        del self._names[fan.home, exact_name(fan.name)][fan.fan_id]

    def _remember(self, fan: Known, new: Known) -> None:
        lost = []
        if exact_name(new.name) != exact_name(fan.name):
            lost.append(FormerKey(NAME, exact_name(fan.name), fan.fan_id))
        if fan.email is not None and (new.email is None or email_key(new.email) != email_key(fan.email)):
            lost.append(FormerKey(EMAIL, email_key(fan.email), fan.fan_id))
        self._note(lost)

    def _note(self, keys: Iterable[FormerKey]) -> None:
        for key in keys:
            self._former[key.title, key.key][key.fan_id] = None
            self.noted.append(key)


def _unlike(row: Row, fan: Known) -> tuple[str, str] | None:
    """The strongest thing the row is known by, where the fan is not known by it."""
    if row.handle is not None:
        key = handle_key(row.handle)
        return (HANDLE, key) if key and key != handle_key(fan.handle) else None
    if row.email is not None:
        same = fan.email is not None and email_key(fan.email) == email_key(row.email)
        return None if same else (EMAIL, email_key(row.email))
    return None


def _told_apart(row: Row, fan: Known) -> bool:
    return bool((row.handle and fan.handle) or (row.email and fan.email))
