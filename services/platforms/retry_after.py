"""The Retry-After header: how long a platform asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_SECONDS = 3600.0


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, 0 to an hour, from seconds or an HTTP date; None where the header is absent or unreadable."""
    if value is None:
        return None
    text = value.strip()
    seconds = _number(text) if text.isascii() and text[:1].isdigit() else _until(text, now)
    return None if seconds is None else min(max(seconds, 0.0), MAX_SECONDS)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _until(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
