from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from db.models import FanImportFailure
from services.fans.exports.lines import HEADER, dollars, failure_header, lines, of_failure, of_fan
from services.fans.imports.columns import Columns, columns_of
from services.fans.imports.records import Record
from services.fans.imports.rows import BadRow, read_row
from tests.stored import fan

OWNER = UUID(int=1)


def test_the_columns_are_those_an_import_knows() -> None:
    columns = columns_of(HEADER)
    assert (columns.ignored, len(columns.places)) == ((), len(HEADER))


def test_a_fan() -> None:
    seen = datetime(2025, 11, 1, 10, 0, 0, 123_456, tzinfo=UTC)
    robin = fan(
        OWNER, name="Robin, the first", handle="@robin", email="r@x.com", tags=["VIP", "a;b"], value_cents=123_405,
        last_seen_at=seen,
    )  # fmt: skip
    assert of_fan(robin, "acct_1") == (
        "robin", "Robin, the first", "r@x.com", 'VIP;"a;b"', "1234.05", "2025-11-01T10:00:00.123456Z", "SANDBOX",
        "acct_1",
    )  # fmt: skip
    assert of_fan(fan(OWNER, tags=[], value_cents=0), "") == ("", "Robin", "", "", "0.00", "", "SANDBOX", "")


@pytest.mark.parametrize(("cents", "text"), [(0, "0.00"), (5, "0.05"), (100, "1.00"), (2**53 - 1, "90071992547409.91")])
def test_dollars(cents: int, text: str) -> None:
    assert dollars(cents) == text


def test_lines_are_csv_without_formulas() -> None:
    rows = [["=1+1", "a,b", 'say "hi"', "two\nlines"], ["@robin", "-", "\u00e9", ""]]
    written = lines(rows)
    assert written == b'\'=1+1,"a,b","say ""hi""","two\nlines"\r\n\'@robin,\'-,\xc3\xa9,\r\n'
    read = list(csv.reader(io.StringIO(written.decode(), newline="")))
    assert read == [["'=1+1", "a,b", 'say "hi"', "two\nlines"], ["'@robin", "'-", "\u00e9", ""]]


def failure(*cells: str) -> FanImportFailure:
    problems = [["Email", "No address."], [None, "Too wide."]]
    return FanImportFailure(user_id=OWNER, fan_import_id=OWNER, row=1, problems=problems, cells=list(cells))


def test_a_failed_row_says_why_behind_its_own_cells() -> None:
    header = ["Username", "Email"]
    assert failure_header(header) == ("Username", "Email", "Reason")
    assert of_failure(header, failure("robin", "no")) == ("robin", "no", "Email: No address.; Too wide.")
    assert of_failure(header, failure("robin")) == ("robin", "", "Email: No address.; Too wide.")


@given(st.text("'=+-@\t\n a", max_size=6))
@example("'=robin")
@example("''=robin")
@example("\n")
def test_a_failed_cell_that_comes_back_says_the_same(cell: str) -> None:
    columns = columns_of(["Username"])
    written = lines([of_failure(["Username"], failure(cell))]).decode()
    [(back, _)] = csv.reader(io.StringIO(written, newline=""))
    assert handle_of(back, columns) == handle_of(cell, columns)


def handle_of(cell: str, columns: Columns) -> str | None:
    found = read_row(Record(1, [cell]), columns)
    return None if isinstance(found, BadRow) else found.handle


def test_the_reason_of_last_time_is_replaced() -> None:
    header = ["Username", "Reason", "Email"]
    assert failure_header(header) == ("Username", "Email", "Reason")
    assert of_failure(header, failure("robin", "last time", "no")) == ("robin", "no", "Email: No address.; Too wide.")


def test_cells_behind_the_header_stay_before_the_reason() -> None:
    """A row that was too wide is shown as it is; the reason goes to the column of its name."""
    found = of_failure(["Username"], failure("robin", "Robin"))
    assert found == ("robin", "Email: No address.; Too wide.", "Robin")
