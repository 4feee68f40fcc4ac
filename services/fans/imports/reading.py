"""An upload on its way through a worker: counted first, then read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.fans.imports.records import Layout, Record, layout_of, records
from services.fans.imports.rows import BadRow, Row, read_row
from services.fans.imports.unreadable import Unreadable

MAX_ROWS = 1_000_000
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows, and how many records of the file lie behind us with them, blank ones included."""

    rows: list[Row | BadRow]
    position: int


class Reading:
    """Holds the file as bytes and one piece of it as rows, whatever its length. Its calls take time: use a thread."""

    def __init__(self, content: bytes, position: int, revision: int) -> None:
        """Raises Unreadable."""
        self.layout: Layout = layout_of(content)
        self.revision = revision
        self.position = position
        self._content = content
        self._records: Iterator[Record] = records(content, self.layout, position)

    def count(self) -> int:
        """How many rows there are. Reads all of the file, so that a fault anywhere in it is found before the first
        row is stored. Raises Unreadable."""
        number = 0
        for record in records(self._content, self.layout):
            number += not record.blank
            if number > MAX_ROWS:
                message = f"The file has more than {MAX_ROWS:,} rows; split it."
                raise Unreadable("max_rows", message, MAX_ROWS)
        return number

    def next(self) -> Piece:
        """The next rows; none at the end."""
        rows: list[Row | BadRow] = []
        for record in self._records:
            self.position += 1
            if not record.blank:
                rows.append(read_row(record, self.layout.columns))
            if len(rows) == CHUNK:
                break
        return Piece(rows, self.position)
