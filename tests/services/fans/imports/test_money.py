from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fans.imports.money import Amount, NotAnAmount, read_amount
from services.rules import MAX_CENTS

CENTS = st.integers(0, MAX_CENTS)


@pytest.mark.parametrize(
    ("text", "cents", "currency"),
    [
        ("$1,234.56", 123_456, "USD"),
        ("1.234,56 €", 123_456, "EUR"),
        ("1234.5", 123_450, None),
        ("(12.00)", -1200, None),
        ("0", 0, None),
        ("12", 1200, None),
        ("12,5", 1250, None),
        ("0,50", 50, None),
        (".50", 50, None),
        ("1,234,567", 123_456_700, None),
        ("1.234.567", 123_456_700, None),
        ("1.234.567,8", 123_456_780, None),
        ("1 234,56", 123_456, None),
        ("1\N{NO-BREAK SPACE}234,56 €", 123_456, "EUR"),
        ("1\N{NARROW NO-BREAK SPACE}234", 123_400, None),
        ("1'234.50", 123_450, None),
        ("$1,234", 123_400, "USD"),
        ("£1,234", 123_400, "GBP"),
        ("1.234 €", 123_400, "EUR"),
        ("$1,250", 125_000, "USD"),
        ("1.250 €", 125_000, "EUR"),
        ("$1,234.500", 123_450, "USD"),
        ("$1234.500", 123_450, "USD"),
        ("$0.500", 50, "USD"),
        ("1234.500", 123_450, None),
        ("0.500", 50, None),
        ("us$ 5", 500, "USD"),
        ("5 usd", 500, "USD"),
        ("-$5", -500, "USD"),
        ("$-5", -500, "USD"),
        ("\N{MINUS SIGN}5", -500, None),
        ("90071992547409.91", MAX_CENTS, None),
    ],
)
def test_amounts(text: str, cents: int, currency: str | None) -> None:
    assert read_amount(f" {text} ") == Amount(cents, currency)


@pytest.mark.parametrize("text", ["", " ", "-", "\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"])
def test_no_amount(text: str) -> None:
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,234", "thousands or for decimals"),
        ("1.234", "thousands or for decimals"),
        ("€1.234", "thousands or for decimals"),
        *((f"1,{last} €", "thousands or for decimals") for last in ("234", "250", "500", "000")),
        *((f"$1.{last}", "thousands or for decimals") for last in ("234", "250", "500", "000")),
        ("£12.340", "thousands or for decimals"),
        ("$2.500", "thousands or for decimals"),
        ("-$1.250", "thousands or for decimals"),
        ("0.125", "whole number of cents"),
        ("1234.567", "whole number of cents"),
        ("12.340000000000001", "whole number of cents"),
        ("1,23.45", "groups of three"),
        ("1.234.56", "groups of three"),
        ("1 23", "groups of three"),
        ("1..5", "groups of three"),
        ("5.", "not an amount"),
        ("free", "not an amount"),
        ("1e3", "not an amount"),
        ("NaN", "not an amount"),
        ("٣", "not an amount"),
        ("$", "not an amount"),
        ("$5$", "not an amount"),
        ("--5", "not an amount"),
        ("(-5)", "not an amount"),
        ("(5", "not an amount"),
        ("5 kr", "not an amount"),
        ("1" * 41, "not an amount"),
        ("90071992547409.92", "more than can be stored"),
    ],
)
def test_what_is_no_amount_or_may_be_two(text: str, reason: str) -> None:
    with pytest.raises(NotAnAmount, match=reason):
        read_amount(text)


def english(cents: int) -> str:
    return f"{Decimal(cents) / 100:,.2f}"


def continental(cents: int) -> str:
    return english(cents).translate(str.maketrans(",.", ".,"))


@given(CENTS, st.sampled_from(["{}", "${}", "$ {}", "{} USD", "US${}"]))
def test_every_amount_in_english_comes_back_exactly(cents: int, form: str) -> None:
    found = read_amount(form.format(english(cents)))
    assert found is not None
    assert found.cents == cents


@given(CENTS, st.sampled_from(["{}", "{} €", "{}€", "€ {}", "EUR {}"]))
def test_every_continental_amount_comes_back_exactly(cents: int, form: str) -> None:
    found = read_amount(form.format(continental(cents)))
    assert found is not None
    assert found.cents == cents


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(["{}.{:03}", "{},{:03}"]))
def test_three_digits_behind_a_mark_are_thousands_or_refused_whatever_they_are(
    whole: int, last: int, form: str
) -> None:
    text = form.format(whole, last)
    for written, mark in ((f"${text}", ","), (f"{text} €", ".")):
        if mark in text:
            assert read_amount(written) == Amount((whole * 1000 + last) * 100, "USD" if mark == "," else "EUR")
        else:
            with pytest.raises(NotAnAmount, match="thousands or for decimals"):
                read_amount(written)


@given(CENTS, st.sampled_from(["-{}", "({})", "-${}", "$-{}"]))
def test_what_is_below_nothing_is_told(cents: int, form: str) -> None:
    found = read_amount(form.format(english(cents)))
    assert found is not None
    assert found.cents == -cents


@given(st.text("0123456789.,' $€-()", max_size=12))
def test_any_text_is_an_amount_with_the_same_digits_or_is_refused(text: str) -> None:
    try:
        found = read_amount(text)
    except NotAnAmount:
        return
    digits = "".join(character for character in text if character.isdigit())
    if found is None:
        assert digits == ""
    else:
        assert digits.strip("0") == f"{abs(found.cents):03}".strip("0")
