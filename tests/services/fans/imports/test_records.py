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
    ("cell", "read_as"),
    [
        ('5" heel', '5" heel'),
        ('"5" heel"', '5 heel"'),
        ('"5"" heel"', '5" heel'),
        ('the "Kim"', 'the "Kim"'),
        ('"Kim" the great', "Kim the great"),
        ('"two\nlines, ""quoted"""', 'two\nlines, "quoted"'),
    ],
)
def test_quotes_that_take_nothing_from_another_row_are_read(cell: str, read_as: str) -> None:
    assert read(f"Username,Display Name\na,{cell}\nb,Bob\n") == [["a", read_as], ["b", "Bob"]]


def test_a_header_of_several_lines_is_tried_under_every_delimiter() -> None:
    assert read('"Username";"Total\nSpent"\nrobin;5\n') == [["robin", "5"]]
    assert layout_of(b'"Total\nSpent";"Username"\n5;robin\n').delimiter == ";"


@given(st.lists(st.lists(st.text('",;\n\ra ', max_size=6), min_size=2, max_size=2), max_size=6))
def test_quotes_and_line_ends_anywhere_in_cells_are_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    assert read(text.getvalue()) == rows


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ('Username,Display Name\nrobin,Robin\nkim,"Kim\n', "quotes", "Row 2: "),
        ('Username,Display Name\nrobin,Robin\nkim,"Kim', "quotes", "Row 2: "),
        ('Username,"Display Name\nrobin,Robin\n', "quotes", "The first line: "),
        ('Username,Display Name\na,"Ann\nb,Bob\nc,"Cy"\nd,Di\n', "quotes", "Row 1: A quote out of place joins 3 lines"),
        ('Username,Display Name\r\na,A\r\nb,"Bob\r\nc,"Cy"\r\n', "quotes", "Row 2: A quote out of place joins 2 lines"),
        ('Username,Display Name\na,"Ann\n"b",Bob\n', "quotes", "Row 1: "),
        ('Username,Display Name\na,A\nb,"She said\n"hi" and left"\n', "quotes", "Row 2: "),
        ('Username,"Display Name\na,"Ann"\n', "quotes", "The first line: A quote out of place joins 2 lines"),
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
