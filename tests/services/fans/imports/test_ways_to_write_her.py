"""However a file writes a fan, erasing her finds her in it: the quick look before never says no wrongly."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from db.models import Fan
from services.fans import handles, spreadsheet
from services.fans.imports import forget
from services.fans.imports.forget import PLAIN_OTHERWISE, is_hers, without_her
from services.fans.imports.records import DELIMITERS, layout_of, records
from services.fans.imports.sameness import exact_name
from services.fans.imports.unreadable import Unreadable
from tests.stored import fan

OWNER = UUID(int=1)
HEADER = ("Username", "Display Name", "Email")
KELVIN, LONG_S, LIGATURE, ACCENT = "\u212a", "\u017f", "\ufb01", "\u0301"

LETTERS = st.sampled_from(["z", "K", "s", '"', "'", "@", "=", ",", ";", " ", "\n", KELVIN, LONG_S, "\u00e9", ACCENT])
TEXTS = st.text(st.sampled_from('zwK"'), min_size=3, max_size=5) | st.text(LETTERS, max_size=6)


def her(name: str, handle: str | None = None, email: str | None = None) -> Fan:
    shown = handle and handles.normalised(handle)
    return fan(OWNER, name=name, handle=shown, handle_key=shown and handles.key(shown), email=email)


FANS = st.builds(
    her,
    TEXTS.filter(str.strip),
    st.none() | TEXTS.filter(handles.key),
    st.none() | TEXTS.map(lambda text: f"{''.join(text.split()).replace('@', '')}k@x.com"),
)


def written(rows: Sequence[Sequence[str]], **how: object) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, **how).writerows([HEADER, *rows])  # type: ignore[arg-type]
    return text.getvalue()


def ways(text: str) -> st.SearchStrategy[str]:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC")]
    shapes = [text, text.upper(), text.lower(), text.swapcase(), *forms]
    dressed = [(spreadsheet.guarded(each), f"  {each}\t", f"@{each}", f"' {each}") for each in shapes]
    return st.sampled_from([*shapes, *(each for some in dressed for each in some)])


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, Fan]:
    wanted = draw(FANS)
    others = st.sampled_from(["", "", "", "x"])
    hers = (wanted.handle, wanted.name, wanted.email)
    named = [[ways(text) if at == place else others for at in range(3)] for place, text in enumerate(hers) if text]
    row = st.one_of([st.tuples(*cells) for cells in [*named, [TEXTS] * 3]])
    text = written(
        draw(st.lists(row, min_size=1, max_size=3)),
        delimiter=draw(st.sampled_from(DELIMITERS)),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\r\n", "\n", "\r"])),
    )
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return text.encode(encoding, errors="replace"), wanted


def rows_of(content: bytes, wanted: Fan) -> list[tuple[bool, list[str]]]:
    """Each row with whether it is hers."""
    layout = layout_of(content)
    cells = [list(record.cells) for record in records(content, layout)]
    return [(is_hers(each, layout.columns, wanted), each) for each in cells]


@given(files())
def test_who_is_recognised_in_a_file_is_removed_from_it_and_nobody_else(file: tuple[bytes, Fan]) -> None:
    content, wanted = file
    try:
        before = rows_of(content, wanted)
    except Unreadable:
        assume(False)
    left = without_her(content, wanted)
    if any(hers for hers, _ in before):
        assert left is not None
        assert rows_of(left, wanted) == [(False, [] if hers else cells) for hers, cells in before]
    else:
        assert left is None


@pytest.mark.parametrize(
    ("wanted", "row"),
    [
        (her('Robin "Rob" Weber', "robin", "r@x.com"), ["", 'Robin "Rob" Weber', ""]),
        (her('Robin "Rob" Weber'), ["rob", 'ROBIN "ROB" WEBER', ""]),
        (her("Robin ", "weber"), ["", "Robin", ""]),
        (her("Two\nlines"), ["", "two\nlines", ""]),
        (her("Somebody", 'rob"in'), ['@ROB"IN', "", ""]),
        (her("Somebody", "=robin"), ["'=robin", "", ""]),
        (her("Somebody", None, '"rob"@x.com'), ["", "", '"Rob"@x.com']),
        (her("Somebody", "kim"), [f"{KELVIN}im", "", ""]),
        (her("Somebody", "sofie"), [f"{LONG_S}o{LIGATURE}e", "", ""]),
        (her("Kim"), ["", f"{KELVIN}im", ""]),
        (her(f"{KELVIN}im"), ["", "kim", ""]),
        (her("Zo\u00eb"), ["", "Zoe\u0308", ""]),
    ],
)
def test_ways_to_write_her(wanted: Fan, row: list[str]) -> None:
    assert without_her(written([row, ["kim2", "Kim 2", ""]]).encode(), wanted) == (
        b"Username,Display Name,Email\r\n\r\nkim2,Kim 2,\r\n"
    )


def test_quotes_that_stand_anywhere_do_not_hide_her() -> None:
    """As the reader of `csv` lets pass what no writer of it would write."""
    content = b'Username,Display Name\n"ro"bin,x\nkim,y\n'
    assert without_her(content, her("Somebody", "robin")) == b"Username,Display Name\r\n\r\nkim,y\r\n"


def test_all_characters_that_may_stand_for_plain_ones_are_known() -> None:
    beyond = (chr(number) for number in range(0x80, sys.maxunicode + 1) if not 0xD800 <= number <= 0xDFFF)
    compared = ((character, handles.key(character) + exact_name(character)) for character in beyond)
    assert "".join(each for each, form in compared if any(letter.isascii() for letter in form)) == PLAIN_OTHERWISE


@pytest.mark.parametrize("content", ["Username,Display Name\nkim,Zo\u00eb\n", "Username\nrob\u00efn\n"])
def test_a_file_in_which_she_cannot_be_is_not_read(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forget, "layout_of", None)
    assert without_her(content.encode(), her("Jos\u00e9 Garc\u00eda", "robin", "r@x.com")) is None
