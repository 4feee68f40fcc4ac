"""Files that somebody may upload, good and bad, and how the table of docs/imports.md tells what became of each."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.fans.imports.imports import MAX_FILE_BYTES

HEADER = "Username,Display Name,Email,Subscription Tier,Total Spent,Last Seen\n"
ROWS = 'robin,Robin,r@x.com,VIP,"$1,234.56",2025-11-01T10:00:00Z\nkim,Kim,,,,\n'


@dataclass(frozen=True, slots=True)
class Tried:
    what: str
    content: bytes
    name: str = "fans.csv"


def _excel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


def _rows(*rows: str) -> bytes:
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode()


def _rows_with(delimiter: str, end: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(csv.reader(io.StringIO(HEADER + ROWS)))
    return text.getvalue().encode()


def _each(cells: Sequence[str], row: str) -> list[str]:
    return [row.format(number, cell) for number, cell in enumerate(cells)]


USUAL = (HEADER + ROWS).encode()

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
AMOUNTS = ('"$1,234.56"', '"1.234,56 \u20ac"', "1234.5", "-", "")
DOUBTFUL_AMOUNTS = ("(12.00)", '"1,234"', "1.234", "0.125")
DATES = ("2025-11-01", "11/01/2025", "11/01/2025 10:00 PM", "2025-11-01T10:00:00+02:00")
DOUBTFUL_DATES = ("13/01/2025", "01.11.2025", "2025-02-30")
SAME = ("robin,Robin,r@x.com,,,", ",Rob,R@X.COM,,,", ",ROBIN,,,,", "kim,Kim,r@x.com,,,")
BAD_AND_GOOD = ("robin,,,,,", ",,r@x.com,,,", "kim,,nobody,,,", "lee,Lee,,,,")

TRIED = (
    Tried("the usual columns", USUAL),
    Tried("the same with a byte order mark, `;` and CRLF", BYTE_ORDER_MARK + _rows_with(";", "\r\n")),
    Tried("tabs, other order, other case, an unknown column", b"EMAIL\tshoe_size\tuser-name\nr@x.com\t40\trobin\n"),
    Tried("Windows-1252", "Username,Display Name\nzoe,Zo\u00eb \u201cZ\u201d\n".encode("cp1252")),
    Tried("UTF-16 with its mark", "Username,Display Name\nzoe,Zo\u00eb\n".encode("utf-16")),
    Tried("one column", b"Username\nrobin\nkim\n"),
    Tried("the same handle 1,000 times, in different cases", b"Username\n" + b"robin\n@ROBIN\n" * 500),
    Tried("one fan by handle, by address and by name; another with her address", _rows(*SAME)),
    Tried("amounts `$1,234.56` `1.234,56 \u20ac` `1234.5` `-` and none", _rows(*_each(AMOUNTS, "fan{},,,,{},"))),
    Tried("amounts `(12.00)` `1,234` `1.234` `0.125`", _rows(*_each(DOUBTFUL_AMOUNTS, "fan{},,,,{},"))),
    Tried("dates ISO, `11/01/2025`, with time and zone", _rows(*_each(DATES, "fan{},,,,,{}"))),
    Tried("dates `13/01/2025` `01.11.2025` `2025-02-30`", _rows(*_each(DOUBTFUL_DATES, "fan{},,,,,{}"))),
    Tried("bad rows between good ones", _rows(*BAD_AND_GOOD)),
    Tried("a comma without quotes in an amount", _rows("robin,Robin,r@x.com,VIP,$1,234.56,2025-11-01")),
    Tried("blank lines and lines of commas", _rows("robin,,,,,", "", ",,,,,", "kim,,,,,")),
    Tried("formulas in cells", _rows("=cmd,=1+1,+1@x.com,@vip,,")),
    Tried("header only", HEADER.encode()),
    Tried("no header", ROWS.encode()),
    Tried("columns that name no fan", b"Email,Total Spent\nr@x.com,5\n"),
    Tried("two columns of one name", b"Username,username\na,b\n"),
    Tried("300 columns", ",".join(["Username", *(f"c{n}" for n in range(299))]).encode() + b"\n"),
    Tried("0 bytes", b""),
    Tried("NUL bytes", b"Username\nrob\x00in\n"),
    Tried("UTF-8 with broken letters", "Username\nzo\u00eb\n".encode() + b"jos\xe9\n"),
    Tried("an Excel file named `.csv`", _excel()),
    Tried("a wrong extension", USUAL, "fans.xlsx"),
    Tried("an unclosed quote at the end", USUAL + b'lee,"Lee,,,,\n'),
    Tried(
        "a quote that the quote of a later row closes", _rows('ann,"Ann,,,,', "bob,Bob,,,,", 'cy,"Cy",,,,', "di,Di,,,,")
    ),
    Tried("10 MB of one line", b"Username," * (MAX_FILE_BYTES // 9)),
    Tried("a line of 100,000 characters among the rows", USUAL + b"x" * 100_000 + b"\n"),
    Tried("10 MB and 1 byte", b"Username\n" + b"x" * (MAX_FILE_BYTES - 8)),
)


def told(state: dict[str, Any] | None, errors: list[dict[str, Any]]) -> str:
    """What became of a file, in one cell of the table."""
    if state is None:
        return "; ".join(f"{error['code']} `{'.'.join(error['path'])}`: {error['message']}" for error in errors)
    if state["status"] == "FAILED":
        return f"FAILED, nothing imported: {state['statusDetail']}"
    counted = f"{state['inserted']} inserted, {state['skipped']} skipped, {state['errorCount']} failed"
    failed = [f"row {error['row']}, {error['column'] or 'the row'}: {error['message']}" for error in state["errors"]]
    return "<br>".join([counted, *failed, *state["warnings"]])


def table(outcomes: list[tuple[Tried, str]]) -> str:
    lines = [f"| {tried.what} | {outcome} |" for tried, outcome in outcomes]
    return "\n".join(["| file | what became of it |", "| --- | --- |", *lines])
