"""Who is calling: the claims of a verified token, read into a user, the one who acts for her, and a time zone."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.access.time_zones import is_time_zone

MAX_NAME_LENGTH = 255


class InvalidToken(Exception):
    """The token proves nothing. `reason` is for the log and holds no part of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Principal:
    """A user is `issuer` and `subject` together; `actor` is who acts for her, else herself.

    `issuer` is "" where the token names none and none is demanded. `time_zone` is an IANA name. `expires_at` is in UTC.
    """

    issuer: str
    subject: str
    actor: str
    time_zone: str
    expires_at: datetime


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """Read verified claims. Raises InvalidToken where one is unreadable; only the time zone falls back (to UTC)."""
    subject = _name(claims.get("sub"), "sub")
    return Principal(
        issuer=_optional_name(claims.get("iss"), "iss", default=""),
        subject=subject,
        actor=_optional_name(_acting(claims.get("act")), "act", default=subject),
        time_zone=_time_zone(claims.get("zoneinfo")),
        expires_at=_moment(claims.get("exp")),
    )


def _acting(act: object) -> object:
    """RFC 8693 makes `act` an object whose `sub` acts now; earlier actors nested in it are history."""
    return act.get("sub", "") if isinstance(act, Mapping) else act


def _optional_name(value: object, claim: str, default: str) -> str:
    return default if value is None else _name(value, claim)


def _name(value: object, claim: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_NAME_LENGTH:
        raise InvalidToken(f"{claim} is not a text of 1 to {MAX_NAME_LENGTH} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise InvalidToken(f"{claim} holds control characters or half a surrogate pair")
    return value


def _time_zone(value: object) -> str:
    return str(value) if is_time_zone(value) else "UTC"


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidToken("exp is not a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidToken("exp is no moment in time") from None
