"""Money between our integer cents and a gateway's US dollars: exact both ways or refused, never through float."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from services.platforms.interface import Capabilities

_MAX_DOLLARS = 1_000_000
_AMOUNT = re.compile(r"\$?(\d{1,3}(?:,\d{3})+|\d{1,7})(\.\d{1,4})?", re.ASCII)

PriceProblem = tuple[str, int | None, str]
"""The broken rule's stable name, its bound in cents if it has one, and a sentence for a person."""


def price_problem(capabilities: Capabilities, price_cents: int | None, has_media: bool) -> PriceProblem | None:
    """Say why a platform would refuse this price; None where it would not. No price and 0 both mean free."""
    if not price_cents:
        return None
    low, high, step = (
        capabilities.min_price_cents,
        capabilities.max_price_cents,
        capabilities.price_step_cents,
    )
    if price_cents < low:
        return "min_price", low, f"A priced message costs at least {_shown(low)} on this platform."
    if price_cents > high:
        return "max_price", high, f"A priced message costs at most {_shown(high)} on this platform."
    if price_cents % step:
        return "price_step", step, f"Prices on this platform go in steps of {_shown(step)}."
    if capabilities.priced_message_needs_media and not has_media:
        return "price_needs_media", None, "A priced message must carry media on this platform."
    return None


def whole_dollars(cents: int) -> int:
    """Raises ValueError where the amount is not a whole number of dollars."""
    dollars, rest = divmod(cents, 100)
    if rest:
        raise ValueError(f"{cents} cents are not whole dollars")
    return dollars


def exact_dollars(cents: int) -> str:
    """Dollars with two decimals, as text: `1234` is `12.34`."""
    return f"{cents // 100}.{cents % 100:02d}"


def cents_of(amount: object) -> int | None:
    """Read an amount in dollars: `25`, `25.5`, `"25.50"`, `"$1,234.56"`. None for no price (absent, empty or 0).

    Raises ValueError for anything else: negative, below a cent, not finite, absurdly large, or no amount at all.
    """
    if amount is None or amount == "":
        return None
    dollars = _decimal(amount)
    if not dollars.is_finite() or not 0 <= dollars <= _MAX_DOLLARS:
        raise ValueError("not an amount of money")
    cents = dollars * 100
    if cents != cents.to_integral_value():
        raise ValueError("an amount below a cent")
    return int(cents) or None


def _decimal(amount: object) -> Decimal:
    if isinstance(amount, str):
        if not (found := _AMOUNT.fullmatch(amount.strip())):
            raise ValueError("not an amount of money")
        return Decimal(found[1].replace(",", "") + (found[2] or ""))
    if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal):
        raise ValueError("not an amount of money")
    try:
        return Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)
    except InvalidOperation:
        raise ValueError("not an amount of money") from None


def _shown(cents: int) -> str:
    return f"${exact_dollars(cents)}"
