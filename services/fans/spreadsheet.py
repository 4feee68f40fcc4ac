"""Cells that go into a spreadsheet and come back from it. Pure; each pair of functions undoes the other.

A cell that begins like a formula would be worked out by whoever opens the file (CSV injection, after the list of
OWASP). An apostrophe in front makes it text; on the way back it is taken away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
APOSTROPHE = "'"
BETWEEN_TAGS = ";"


def guarded(text: str) -> str:
    """With an apostrophe in front where a spreadsheet would see a formula, or where one stands there already."""
    return APOSTROPHE + text if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith(APOSTROPHE) and FORMULA.match(text) else text


def said(cell: str) -> str:
    """What a cell says: without blanks around, and without the apostrophe that keeps a formula quiet."""
    return unguarded(cell.strip()).strip()


def joined(tags: Sequence[str]) -> str:
    """Tags in one cell, a semicolon between them; one that holds a semicolon itself is quoted."""
    if not tags:
        return ""
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=BETWEEN_TAGS).writerow(tags)
    return line.getvalue().removesuffix("\r\n")


def parted(cell: str) -> list[str]:
    """The tags of a cell. Raises ValueError where a quote is not closed."""
    if not cell.strip():
        return []
    if '"' not in cell:
        return [tag for each in cell.split(BETWEEN_TAGS) if (tag := each.strip())]
    try:
        # One cell, many lines: a quoted tag may hold line ends.
        rows = list(csv.reader(io.StringIO(cell, newline=""), delimiter=BETWEEN_TAGS, strict=True))
    except csv.Error:
        raise ValueError("a quote is not closed") from None
    return [tag for row in rows for each in row if (tag := each.strip())]
