from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms import onlyfansapi, sandbox
from services.platforms.interface import Capabilities
from services.platforms.price import cents_of, exact_dollars, price_problem, whole_dollars

ONLYFANS, SANDBOX = onlyfansapi.CAPABILITIES, sandbox.CAPABILITIES


@pytest.mark.parametrize(
    ("capabilities", "cents", "has_media", "rule", "limit"),
    [
        (ONLYFANS, None, False, None, None),
        (ONLYFANS, 0, False, None, None),
        (ONLYFANS, 300, True, None, None),
        (ONLYFANS, 20_000, True, None, None),
        (ONLYFANS, 299, True, "min_price", 300),
        (ONLYFANS, -100, True, "min_price", 300),
        (ONLYFANS, 20_001, True, "max_price", 20_000),
        (ONLYFANS, 350, True, "price_step", 100),
        (ONLYFANS, 500, False, "price_needs_media", None),
        (SANDBOX, 101, False, None, None),
        (SANDBOX, 99, True, "min_price", 100),
        (SANDBOX, 20_001, True, "max_price", 20_000),
    ],
)
def test_a_price_is_refused_by_the_first_rule_it_breaks(
    capabilities: Capabilities, cents: int | None, has_media: bool, rule: str | None, limit: int | None
) -> None:
    problem = price_problem(capabilities, cents, has_media)

    assert (problem and problem[0], problem and problem[1]) == (rule, limit)


@given(st.integers(0, 10**8))
def test_whole_dollars_are_exact_or_refused(cents: int) -> None:
    if cents % 100:
        with pytest.raises(ValueError, match="whole dollars"):
            whole_dollars(cents)
    else:
        assert whole_dollars(cents) * 100 == cents


@given(st.integers(1, 10**8))
def test_what_is_written_is_what_is_read(cents: int) -> None:
    text = exact_dollars(cents)

    assert cents_of(text) == cents
    assert cents_of(f"${cents // 100:,}.{cents % 100:02d}") == cents
    assert cents_of(float(text)) == cents
    assert cents_of(Decimal(text)) == cents


@pytest.mark.parametrize(
    ("amount", "cents"),
    [(25, 2_500), ("$25.00", 2_500), ("$1,234.56", 123_456), (0.29, 29), (" 3 ", 300), ("0.00", None), (0, None),
     (None, None), ("", None), ("5.5", 550), ("5.5000", 550)],
)  # fmt: skip
def test_amounts_are_read(amount: object, cents: int | None) -> None:
    assert cents_of(amount) == cents


@pytest.mark.parametrize(
    "amount",
    [True, [], {}, "-1", -1, "1e3", "NaN", float("nan"), float("inf"), Decimal("1e999999"), 10**400, "0.001", 0.001,
     "12,34", "1.2.3", "€5", "free", "٣", "1,23,456"],
)  # fmt: skip
def test_anything_else_is_no_amount(amount: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        cents_of(amount)
