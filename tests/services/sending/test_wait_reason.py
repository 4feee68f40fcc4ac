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
    reserved=False,
    campaign_status=None,
    scheduled_at=None,
    not_before=None,
    account_connected=True,
    sending_enabled=True,
    lane_blocked=False,
    lane_overdue=False,
    lane_asleep=False,
    held=False,
    behind=False,
)
EVERYTHING: dict[str, Any] = {
    "scheduled_at": SOON, "campaign_status": "PAUSED", "account_connected": False, "sending_enabled": False,
    "not_before": SOON, "lane_blocked": True, "lane_overdue": True, "lane_asleep": True, "held": True, "behind": True,
}  # fmt: skip
BY_LENGTH: list[tuple[dict[str, Any], str]] = [
    ({}, "CAMPAIGN_PAUSED"),
    ({"campaign_status": "ACTIVE"}, "SCHEDULED"),
    ({"scheduled_at": EARLIER}, "ACCOUNT_DISCONNECTED"),
    ({"account_connected": True}, "SENDING_DISABLED"),
    ({"sending_enabled": True}, "PLATFORM_BACKOFF"),
    ({"not_before": EARLIER}, "PLATFORM_BACKOFF"),
    ({"lane_blocked": False}, "QUEUE_DELAYED"),
    ({"lane_overdue": False}, "BEHIND_HIGHER_PRIORITY"),
    ({"held": False}, "BEHIND_HIGHER_PRIORITY"),
    ({"behind": False}, "QUEUE_DELAYED"),
    ({"lane_asleep": False}, "RATE_LIMIT"),
]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "RATE_LIMIT"),
        ({"held": True}, "BEHIND_HIGHER_PRIORITY"),
        ({"behind": True}, "BEHIND_HIGHER_PRIORITY"),
        ({"status": "PENDING"}, "QUEUE_DELAYED"),
        ({"status": "PENDING", "behind": True}, "QUEUE_DELAYED"),
        ({"status": "PENDING", "scheduled_at": SOON}, "SCHEDULED"),
        ({"status": "PENDING", "scheduled_at": NOW}, "QUEUE_DELAYED"),
        ({"status": "PENDING", "scheduled_at": EARLIER}, "QUEUE_DELAYED"),
        ({"not_before": SOON}, "PLATFORM_BACKOFF"),
        ({"not_before": NOW}, "RATE_LIMIT"),
        ({"lane_blocked": True}, "PLATFORM_BACKOFF"),
        ({"lane_overdue": True}, "QUEUE_DELAYED"),
        ({"lane_asleep": True}, "QUEUE_DELAYED"),
        ({"sending_enabled": False}, "SENDING_DISABLED"),
        ({"account_connected": False}, "ACCOUNT_DISCONNECTED"),
        ({"campaign_status": "ACTIVE"}, "RATE_LIMIT"),
        ({"campaign_status": "PAUSED"}, "CAMPAIGN_PAUSED"),
        ({"campaign_status": "PAUSED", "status": "PENDING"}, "CAMPAIGN_PAUSED"),
        ({"campaign_status": "CANCELLED"}, "CAMPAIGN_PAUSED"),
        ({"campaign_status": "SCHEDULED", "status": "PENDING"}, "SCHEDULED"),
    ],
)
def test_each_reason(values: dict[str, Any], reason: str) -> None:
    assert wait_reason(replace(FREE, **values)) == reason


def test_the_most_lasting_reason_is_named() -> None:
    """One after the other is taken away."""
    situation = replace(FREE, **EVERYTHING)
    for values, reason in BY_LENGTH:
        situation = replace(situation, **values)
        assert wait_reason(situation) == reason, values


@pytest.mark.parametrize("status", ["SENDING", "SENT", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED", "RECEIVED"])
def test_what_does_not_wait_has_no_reason(status: str) -> None:
    assert wait_reason(replace(FREE, status=status, **EVERYTHING)) is None


def test_what_a_worker_has_begun_with_waits_no_more() -> None:
    assert wait_reason(replace(FREE, reserved=True, **EVERYTHING)) is None
