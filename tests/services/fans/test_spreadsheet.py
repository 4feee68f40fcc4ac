from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fans.fields import cleaned
from services.fans.spreadsheet import guarded, joined, parted, unguarded

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
DANGEROUS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+4912", "'+4912"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("Robin", "Robin"),
        ("'tis", "'tis"),
        ("1-2", "1-2"),
        ("", ""),
    ],
)
def test_what_begins_like_a_formula_is_text(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(TEXT | st.text("'=+-@\t a", max_size=6))
def test_a_guarded_cell_is_no_formula_and_comes_back(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(tuple(DANGEROUS))
    assert unguarded(cell) == text


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("VIP", ["VIP"]),
        ("VIP; Gold ;", ["VIP", "Gold"]),
        ('"a;b";c', ["a;b", "c"]),
        ('"say ""hi"""', ['say "hi"']),
        (" ", []),
        (";;", []),
        ("a,b", ["a,b"]),
    ],
)
def test_tags_of_one_cell(cell: str, tags: list[str]) -> None:
    assert parted(cell) == tags


@pytest.mark.parametrize("cell", ['"open', 'a;"b', '"a"b;c'])
def test_tags_with_a_quote_that_is_not_closed(cell: str) -> None:
    with pytest.raises(ValueError, match="quote"):
        parted(cell)


@given(st.lists(TEXT, max_size=8).map(cleaned).map(lambda tags: [tag for tag in tags if tag]))
def test_any_tags_come_back_from_their_cell(tags: list[str]) -> None:
    """Through a file, as the export writes it and the import reads it."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow([guarded(joined(tags)), "end"])
    [row] = csv.reader(io.StringIO(line.getvalue(), newline=""))
    assert parted(unguarded(row[0].strip()).strip()) == tags
