"""Amounts as people and platforms write them, to whole cents, exactly. Pure; no float is ever made.

A point or comma before three last digits may stand for thousands or for decimals. It is read only where the amount
itself tells that it marks thousands: by another separator, by a dollar or pound sign, by a euro sign behind it. Else it
is refused, even where a last zero would make whole cents of it: `$1.250` is as likely 1,250.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from services.rules import MAX_CENTS

SIGNS = {"$": "USD", "US$": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR", "£": "GBP", "GBP": "GBP"}
NOTHING = {"", "-", "\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}"}
MINUS = "-\N{MINUS SIGN}"
BLANKS = " \t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"

SIGN = r"US\$|USD|EUR|GBP|[$€£]"
AMOUNT = re.compile(
    rf"(?P<before>{SIGN})?[{BLANKS}]*(?P<digits>[0-9.,'’{BLANKS}]*[0-9])[{BLANKS}]*(?P<behind>{SIGN})?", re.IGNORECASE
)
GROUPS = re.compile(rf"[0-9]{{1,3}}(?:(?P<by>[.,'’{BLANKS}])[0-9]{{3}})(?:(?P=by)[0-9]{{3}})*")
LONGEST = 40


class NotAnAmount(ValueError):
    """The words are for a person, and do not quote the amount."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`currency` is None where none is written."""

    cents: int
    currency: str | None


def read_amount(text: str) -> Amount | None:
    """Cents, below zero with a minus or in parentheses; None for an empty cell or a dash. Raises NotAnAmount."""
    text = text.strip(BLANKS)
    if text in NOTHING:
        return None
    negative, rest = _unsigned(text)
    found = AMOUNT.fullmatch(rest) if len(rest) <= LONGEST else None
    if found is None or (found["before"] and found["behind"]):
        raise NotAnAmount("It is not an amount of money.")
    sign = (found["before"] or found["behind"] or "").upper()
    cents = _cents(found["digits"], _thousands_by(sign, behind=bool(found["behind"])))
    if cents > MAX_CENTS:
        raise NotAnAmount("It is more than can be stored.")
    return Amount(-cents if negative else cents, SIGNS.get(sign))


def _unsigned(text: str) -> tuple[bool, str]:
    """The minus may stand before or behind the currency's sign, or be parentheses."""
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip(BLANKS)
    bare = re.fullmatch(rf"(?P<sign>{SIGN})?[{BLANKS}]*[{MINUS}](?P<rest>[^{MINUS}]+)", text, re.IGNORECASE)
    return (True, (bare["sign"] or "") + bare["rest"]) if bare else (False, text)


def _thousands_by(sign: str, *, behind: bool) -> Literal[",", "."] | None:
    """How thousands are marked where the sign tells: `$1,234`, `£1,234`, `1.234 €`."""
    if SIGNS.get(sign) in {"USD", "GBP"}:
        return ","
    return "." if behind and SIGNS.get(sign) == "EUR" else None


def _cents(digits: str, thousands: Literal[",", "."] | None) -> int:
    whole, decimals = _parted(digits, thousands)
    if not re.fullmatch("[0-9]*", whole):
        if not GROUPS.fullmatch(whole):
            raise NotAnAmount("Its thousands are not in groups of three digits.")
        whole = re.sub("[^0-9]", "", whole)
    decimals = decimals.rstrip("0")
    if len(decimals) > 2:
        raise NotAnAmount("It is not a whole number of cents.")
    return int(whole or "0") * 100 + int(decimals.ljust(2, "0"))


def _parted(digits: str, thousands: Literal[",", "."] | None) -> tuple[str, str]:
    """What stands before and behind the decimal separator."""
    marks = re.findall("[.,]", digits)
    whole, mark, last = _split_at_last_mark(digits)
    if not marks or (marks.count(mark) > 1 and len(set(marks)) == 1):
        return digits, ""
    if not re.fullmatch("[0-9]+", last):
        raise NotAnAmount("It is not an amount of money.")
    if len(set(marks)) == 2 or not _could_be_thousands(whole, last):
        return whole, last
    if mark != thousands:
        raise NotAnAmount(f"`{mark}` may stand for thousands or for decimals here; write two decimals.")
    return digits, ""


def _could_be_thousands(whole: str, last: str) -> bool:
    return len(last) == 3 and re.fullmatch("[1-9][0-9]{0,2}", whole) is not None


def _split_at_last_mark(digits: str) -> tuple[str, str, str]:
    place = max(digits.rfind("."), digits.rfind(","))
    return digits[:place], digits[place : place + 1], digits[place + 1 :]
