from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.sending.wait_reason import Situation, wait_reason

NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
SOON, EARLIER = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)
FREE = Situation(
    now=NOW,
    status="QUEUED",
    scheduled_at=None,
    not_before=None,
    account_connected=True,
    sending_enabled=True,
    ahead=0,
    lane_due_at=None,
)
EVERYTHING: dict[str, Any] = {
    "scheduled_at": SOON, "account_connected": False, "sending_enabled": False, "not_before": SOON, "ahead": 3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "RATE_LIMIT"),
        ({"ahead": 1}, "BEHIND_HIGHER_PRIORITY"),
        ({"status": "PENDING"}, "QUEUE_DELAYED"),
        ({"status": "PENDING", "scheduled_at": SOON}, "SCHEDULED"),
        ({"status": "PENDING", "scheduled_at": NOW}, "QUEUE_DELAYED"),
        ({"status": "PENDING", "scheduled_at": EARLIER}, "QUEUE_DELAYED"),
        ({"not_before": SOON}, "PLATFORM_BACKOFF"),
        ({"not_before": NOW}, "RATE_LIMIT"),
        ({"not_before": EARLIER, "ahead": 2}, "BEHIND_HIGHER_PRIORITY"),
        ({"sending_enabled": False}, "SENDING_DISABLED"),
        ({"account_connected": False}, "ACCOUNT_DISCONNECTED"),
        (EVERYTHING, "SCHEDULED"),
        (EVERYTHING | {"scheduled_at": None}, "ACCOUNT_DISCONNECTED"),
        (EVERYTHING | {"scheduled_at": None, "account_connected": True}, "SENDING_DISABLED"),
        ({"not_before": SOON, "ahead": 3, "status": "PENDING"}, "PLATFORM_BACKOFF"),
    ],
)
def test_the_most_lasting_reason_is_named(values: dict[str, Any], reason: str) -> None:
    assert wait_reason(replace(FREE, **values)) == reason


@pytest.mark.parametrize("status", ["SENDING", "SENT", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED", "RECEIVED"])
def test_what_does_not_wait_has_no_reason(status: str) -> None:
    assert wait_reason(replace(FREE, status=status, **EVERYTHING)) is None
