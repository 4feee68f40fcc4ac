from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fans.imports.columns import MAX_COLUMNS, TITLES, columns_of, known
from services.fans.imports.unreadable import Unreadable

USUAL = ("Username", "Display Name", "Email", "Subscription Tier", "Total Spent", "Last Seen")


def test_the_usual_header() -> None:
    columns = columns_of(USUAL)
    assert columns.places == {title: place for place, title in enumerate(USUAL)}
    assert (columns.ignored, columns.width) == ((), 6)


@given(st.permutations(USUAL), st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from([" ", "_", "", "-"]))
def test_names_in_any_case_order_and_spelling(header: list[str], case: object, blank: str) -> None:
    assert callable(case)
    columns = columns_of([f"  {case(name).replace(' ', blank)} " for name in header])
    assert {title: header[place] for title, place in columns.places.items()} == {title: title for title in USUAL}


@pytest.mark.parametrize(
    ("header", "places"),
    [
        (["handle", "tags"], {"Username": 0, "Subscription Tier": 1}),
        (["Name", "E-Mail"], {"Display Name": 0, "Email": 1}),
        (["Name", "Display Name", "Platform"], {"Display Name": 1, "Platform": 2}),
        (["User name?"], {"Username": 0}),
        (["Name", "creator_ACCOUNT"], {"Display Name": 0, "Creator Account": 1}),
    ],
)
def test_other_names(header: list[str], places: dict[str, int]) -> None:
    assert columns_of(header).places == places


def test_columns_of_other_names_are_told_and_the_reason_is_not() -> None:
    assert columns_of(["Username", "Shoe size", "", "Reason", "Handle"]).ignored == ("Shoe size", "Handle")


@pytest.mark.parametrize(
    ("header", "rule"),
    [
        (["Email", "Total Spent"], "header"),
        (["robin", "Robin", "robin@example.com"], "header"),
        ([""], "header"),
        (["Username", "username"], "header"),
        (["Username", "tier", "Tier"], "header"),
        (["Username"] + [f"c{n}" for n in range(MAX_COLUMNS)], "max_columns"),
    ],
)
def test_headers_that_do_not_tell(header: list[str], rule: str) -> None:
    with pytest.raises(Unreadable) as refused:
        columns_of(header)
    assert refused.value.rule == rule


def test_a_cell_that_is_not_there_is_empty() -> None:
    columns = columns_of(USUAL)
    assert columns.cell(["robin"], "Username") == "robin"
    assert columns.cell(["robin"], "Last Seen") == ""
    assert columns.cell(["robin"], "Platform") == ""


def test_names_of_columns_are_counted() -> None:
    assert known(["Username", "what", "LAST SEEN"]) == 2
    assert known([]) == 0
    assert all(known([title]) == 1 for title in TITLES)
