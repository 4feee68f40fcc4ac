from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.fans.imports.columns import columns_of
from services.fans.imports.records import Record
from services.fans.imports.rows import BadRow, Row, read_row

COLUMNS = columns_of(
    [
        "Username", "Display Name", "Email", "Subscription Tier", "Total Spent", "Last Seen", "Platform",
        "Creator Account",
    ]
)  # fmt: skip


def row(*cells: str) -> Row:
    found = read_row(Record(7, cells), COLUMNS)
    assert isinstance(found, Row), found
    assert found.number == 7
    return found


def faults(*cells: str) -> list[tuple[str | None, str]]:
    found = read_row(Record(7, cells), COLUMNS)
    assert isinstance(found, BadRow), found
    assert (found.number, found.cells) == (7, cells)
    return [(fault.column, fault.message) for fault in found.faults]


def test_a_whole_row() -> None:
    found = row(" robin ", "Robin", "R@example.com", "VIP", "$1,234.56", "11/01/2025 10:00", "OnlyFans", " acct_1")
    assert (found.handle, found.name, found.email, found.tags) == ("@robin", "Robin", "R@example.com", ("VIP",))
    assert (found.value_cents, found.last_seen_at) == (123_456, datetime(2025, 11, 1, 10, tzinfo=UTC))
    assert (found.place, found.assumed) == (("ONLYFANS", "acct_1"), ("month_first", "zone_assumed"))


def test_what_is_left_open_stays_open() -> None:
    found = row("robin")
    assert (found.name, found.email, found.tags) == (None, None, ())
    assert (found.value_cents, found.last_seen_at, found.place, found.assumed) == (None, None, (None, None), ())
    assert found.shown_name == "robin"
    assert row("", "Robin").handle is None
    assert row("robin", "", "", "", "-", "-").value_cents is None


@pytest.mark.parametrize("cell", ["robin", "@robin", " @@ robin "])
def test_a_handle_has_one_at_sign(cell: str) -> None:
    assert row(cell).handle == "@robin"


def test_apostrophes_that_kept_formulas_quiet_are_taken_away() -> None:
    found = row("'-robin", "'=Robin", "'+r@example.com", "'@vip", "", "", "", "'=acct")
    assert (found.handle, found.name, found.email, found.tags) == ("@-robin", "=Robin", "+r@example.com", ("@vip",))
    assert found.account == "=acct"


def test_other_currencies_are_told() -> None:
    assert row("robin", "", "", "", "1.234,56 €").assumed == ("currency EUR",)
    assert row("robin", "", "", "", "$5").assumed == ()


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (("@",), "Username"),
        (("x" * 101,), "Username"),
        (("robin", "x" * 201), "Display Name"),
        (("robin", "", "nobody"), "Email"),
        (("robin", "", "", "x" * 51), "Subscription Tier"),
        (("robin", "", "", ";".join(f"t{n}" for n in range(51))), "Subscription Tier"),
        (("robin", "", "", '"open'), "Subscription Tier"),
        (("robin", "", "", "", "1,234"), "Total Spent"),
        (("robin", "", "", "", "(12.00)"), "Total Spent"),
        (("robin", "", "", "", "90071992547409.92"), "Total Spent"),
        (("robin", "", "", "", "", "13/01/2025"), "Last Seen"),
        (("robin", "", "", "", "", "1969-12-31"), "Last Seen"),
        (("robin", "", "", "", "", "", "MySpace"), "Platform"),
        (("", "", "r@example.com"), None),
        (("robin", "", "", "", "", "", "", "", "more"), None),
    ],
)
def test_what_is_wrong_is_told_by_column(cells: tuple[str, ...], column: str | None) -> None:
    [(found, message)] = faults(*cells)
    assert found == column
    assert len(message) > 10


def test_everything_that_is_wrong_is_told_in_the_order_of_the_columns() -> None:
    found = faults("@", "", "nobody", "", "free", "never")
    assert [column for column, _ in found] == ["Username", "Email", "Total Spent", "Last Seen"]


def test_no_message_quotes_what_a_row_says() -> None:
    secret = "S3cret"
    messages = faults(secret * 50, secret * 50, secret, secret * 50, secret, secret, secret)
    messages += faults(*[secret] * 9)
    assert len(messages) == 8
    assert not [message for _, message in messages if secret in message]


def test_empty_cells_behind_the_last_column_are_nothing() -> None:
    assert row("robin", "", "", "", "", "", "", "", "", " ").handle == "@robin"


def test_a_misplaced_comma_is_a_fault_of_the_row_and_no_other() -> None:
    [(column, message)] = faults("robin", "Robin", "r@example.com", "VIP", "$1", "234.56", "", "", "2025-11-01")
    assert column is None
    assert "needs quotes" in message
