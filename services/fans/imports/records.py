"""The records of a CSV file, one at a time, by Python's own `csv` reader within bounds. Pure.

`csv` is taken as it is: it reads what spreadsheets write. What it would swallow without a word, a quote that is never
closed, one that is closed by the quote of a later row, or a line without an end, is noticed by the lines that are
handed to it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from services.fans.imports.columns import Columns, columns_of, known
from services.fans.imports.encoding import encoding_of
from services.fans.imports.unreadable import Unreadable

LONGEST_RECORD = 65_536
"""Characters; the reader's own limit of one cell is twice that."""
DELIMITERS = (",", ";", "\t", "|")
DECLARED = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""A first line by which spreadsheets are told the delimiter."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is read. `skipped`: records up to and with the header."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    columns: Columns
    declared: bool
    skipped: int


@dataclass(frozen=True, slots=True)
class Record:
    """`number` 1 is the first line after the header; blank lines have a number too, as they have in a spreadsheet."""

    number: int
    cells: Sequence[str]

    @property
    def blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


class _Lines:
    """Hands lines to the reader. `taken`: characters of the record that is being read, `lines` what it is made of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.begin()

    def begin(self) -> None:
        self.taken = 0
        self.lines: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(LONGEST_RECORD + 1)
        if not line:
            if self.taken:
                raise Unreadable("quotes", "A quote is opened there and never closed.")
            raise StopIteration
        self.taken += len(line)
        if self.taken > LONGEST_RECORD:
            message = f"It is longer than {LONGEST_RECORD:,} characters; is a quote missing?"
            raise Unreadable("max_record_length", message, LONGEST_RECORD)
        self.lines.append(line)
        return line

    def check_quotes(self, delimiter: str) -> None:
        """Of a record of several lines; in one line a quote out of place takes nothing away from other rows."""
        if len(self.lines) < 2:
            return
        try:
            next(csv.reader(self.lines, delimiter=delimiter, strict=True))
        except csv.Error:
            message = f"A quote out of place joins {len(self.lines):,} lines; is one missing, or to be doubled?"
            raise Unreadable("quotes", message) from None


def layout_of(content: bytes) -> Layout:
    """Encoding, delimiter and columns of a file. Raises Unreadable."""
    encoding = encoding_of(content)
    declared = DECLARED.fullmatch(_stream(content, encoding).readline(10))
    if declared:
        candidates: Sequence[str] = (declared[1],)
    else:
        candidates = DELIMITERS
    skipped, delimiter, header = _header(content, encoding, candidates, declared is not None)
    _first(content, encoding, delimiter, declared is not None, careful=True)
    return Layout(encoding, delimiter, header, columns_of(header), declared is not None, skipped)


def records(content: bytes, layout: Layout, after: int = 0) -> Iterator[Record]:
    """Those behind the header, without the first `after`. Raises Unreadable, naming the record, when it gets there."""
    read = _read(content, layout.encoding, layout.delimiter, layout.declared)
    return (Record(number, cells) for number, cells in islice(_numbered(read, layout.skipped), after, None))


def _numbered(read: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
    for _ in range(skipped):
        next(read)
    number = 0
    while True:
        number += 1
        try:
            cells = next(read)
        except StopIteration:
            return
        except Unreadable as fault:
            raise Unreadable(fault.rule, f"Row {number:,}: {fault.message}", fault.limit) from None
        yield number, cells


def _header(
    content: bytes, encoding: str, delimiters: Sequence[str], declared: bool
) -> tuple[int, str, tuple[str, ...]]:
    """The delimiter under which most of the first line's names are names of columns."""
    tried = [(delimiter, *_first(content, encoding, delimiter, declared)) for delimiter in delimiters]
    delimiter, skipped, header = max(tried, key=lambda each: (known(each[2]), len(each[2])))
    return skipped, delimiter, tuple(header)


def _first(
    content: bytes, encoding: str, delimiter: str, declared: bool, *, careful: bool = False
) -> tuple[int, list[str]]:
    """How many records end with the first that is not blank, and that one. Not `careful` while a delimiter is tried."""
    try:
        for number, cells in enumerate(_read(content, encoding, delimiter, declared, careful=careful), start=1):
            if any(cell.strip() for cell in cells):
                return number, cells
    except Unreadable as fault:
        raise Unreadable(fault.rule, f"The first line: {fault.message}", fault.limit) from None
    raise Unreadable("header", "The file has no line that names its columns.")


def _read(
    content: bytes, encoding: str, delimiter: str, declared: bool, *, careful: bool = True
) -> Iterator[list[str]]:
    stream = _stream(content, encoding)
    if declared:
        stream.readline()
    lines = _Lines(stream)
    for cells in csv.reader(lines, delimiter=delimiter):
        if careful:
            lines.check_quotes(delimiter)
        lines.begin()
        yield cells


def _stream(content: bytes, encoding: str) -> TextIO:
    """Decoded as it is read; line ends stay as they are, as `csv` wants them."""
    return io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
