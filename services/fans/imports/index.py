"""The fans among whom a row is looked for: those that are stored, and those this import has added. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from services.fans.imports.rows import Row
from services.fans.imports.sameness import Home, Known, chosen, email_key, exact_name, handle_key

Key = tuple[Home, str]


class Index:
    """Fans by handle, by e-mail address and by name; a fan who is put again replaces what was known of her."""

    def __init__(self, fans: Iterable[Known] = ()) -> None:
        self._handles: dict[Key, Known] = {}
        self._emails: defaultdict[Key, dict[object, Known]] = defaultdict(dict)
        self._names: defaultdict[Key, dict[object, Known]] = defaultdict(dict)
        self._fans: dict[object, Known] = {}
        for fan in fans:
            self.put(fan)

    def put(self, fan: Known) -> None:
        former = self._fans.get(fan.fan_id)
        if former is not None:
            self._drop(former)
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
        if row.email is not None:
            by_email = chosen(self._with_email(row, home), "Email")
            if by_email is not None:
                return by_email
        return chosen(self._with_name(row, home), "Display Name") if row.name is not None else None

    def _with_email(self, row: Row, home: Home) -> Iterator[Known]:
        assert row.email is not None
        for fan in self._emails.get((home, email_key(row.email)), {}).values():
            if row.handle is None or fan.handle is None:
                yield fan

    def _with_name(self, row: Row, home: Home) -> Iterator[Known]:
        """Those whom neither handle nor address tells apart from the row; of the deleted those without a handle."""
        assert row.name is not None
        for fan in self._names.get((home, exact_name(row.name)), {}).values():
            comparable = (row.handle and fan.handle) or (row.email and fan.email)
            if not comparable and not (fan.deleted and fan.handle):
                yield fan

    def _drop(self, fan: Known) -> None:
        if fan.handle is not None:
            del self._handles[fan.home, handle_key(fan.handle) or ""]
        if fan.email is not None:
            del self._emails[fan.home, email_key(fan.email)][fan.fan_id]
        del self._names[fan.home, exact_name(fan.name)][fan.fan_id]
