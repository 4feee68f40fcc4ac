from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fans.imports.records import LONGEST_RECORD, Record, layout_of, records
from services.fans.imports.unreadable import Unreadable

HEADER = ["Username", "Display Name"]
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"), max_size=12)


def read(content: bytes | str, after: int = 0) -> list[list[str]]:
    raw = content.encode() if isinstance(content, str) else content
    return [list(record.cells) for record in records(raw, layout_of(raw), after)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    text = end.join(["Username,Display Name", "robin,Robin", 'kim,"Kim ""K"""']).replace(",", delimiter)
    assert layout_of(text.encode()).delimiter == delimiter
    assert read(text) == read(text + end) == [["robin", "Robin"], ["kim", 'Kim "K"']]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6), st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([HEADER, *rows])
    assert read(text.getvalue()) == rows


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    content = ("Username\n" + text).encode()
    try:
        found = read(content)
    except Unreadable:
        return
    assert all(isinstance(cell, str) for row in found for cell in row)


def test_one_column_needs_no_delimiter() -> None:
    assert read("Username\nrobin\nkim\n") == [["robin"], ["kim"]]


def test_a_delimiter_may_be_declared() -> None:
    assert read("sep=;\nUsername;Display Name\nrobin;Robin, the\n") == [["robin", "Robin, the"]]
    assert read("sep=^\nUsername^Display Name\nrobin^Robin\n") == [["robin", "Robin"]]


def test_blank_lines_before_the_header_are_passed_over_and_those_behind_it_are_numbered() -> None:
    content = b"\n ,\nUsername,Display Name\nrobin,Robin\n\n,,\nkim,Kim\n"
    found = list(records(content, layout_of(content)))
    assert found == [
        Record(1, ["robin", "Robin"]), Record(2, []), Record(3, ["", "", ""]), Record(4, ["kim", "Kim"]),
    ]  # fmt: skip
    assert [record.blank for record in found] == [False, True, True, False]


def test_reading_goes_on_behind_a_record() -> None:
    text = "Username\n" + "".join(f"fan{n}\n" for n in range(10))
    content = text.encode()
    assert list(records(content, layout_of(content), 7)) == [Record(n + 1, [f"fan{n}"]) for n in (7, 8, 9)]
    assert read(content, 10) == read(content, 99) == []


def test_a_quoted_line_end_belongs_to_its_record() -> None:
    assert read('Username,Display Name\nrobin,"Robin\nthe second"\nkim,Kim\n') == [
        ["robin", "Robin\nthe second"], ["kim", "Kim"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ('Username,Display Name\nrobin,Robin\nkim,"Kim\n', "quotes", "Row 2: "),
        ('Username,Display Name\nrobin,Robin\nkim,"Kim', "quotes", "Row 2: "),
        ('Username,"Display Name\nrobin,Robin\n', "quotes", "The first line: "),
        ("Username\n" + "x" * (LONGEST_RECORD + 1) + "\n", "max_record_length", "Row 1: "),
        ('Username\nrobin\n"' + "x\n" * LONGEST_RECORD, "max_record_length", "Row 2: "),
        ("Username" + "," * LONGEST_RECORD, "max_record_length", "The first line: "),
        ("x" * 10_000_000, "max_record_length", "The first line: "),
        ("\n\n \n", "header", "The file has no line"),
        ("robin,Robin\nkim,Kim\n", "header", "The first line must name"),
        (",".join(["Username"] * 300), "max_columns", "The file has 300 columns"),
    ],
)
def test_files_that_cannot_be_read(text: str, rule: str, place: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert refused.value.rule == rule
    assert refused.value.message.startswith(place)


def test_the_longest_record_is_read() -> None:
    assert read("Username\n" + "x" * (LONGEST_RECORD - 1) + "\nkim\n") == [["x" * (LONGEST_RECORD - 1)], ["kim"]]
