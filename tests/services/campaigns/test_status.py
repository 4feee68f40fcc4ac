"""Who may go where, and when a schedule fires."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.models.campaigns import CAMPAIGN_STATUSES
from services.campaigns.status import STATES, Command, Due, due, refusal, unmade
from services.problems import Code

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ALLOWED = {
    ("update", "DRAFT"), ("update", "SCHEDULED"),
    ("start", "DRAFT"), ("start", "SCHEDULED"),
    ("pause", "ACTIVE"),
    ("resume", "PAUSED"),
    ("cancel", "DRAFT"), ("cancel", "SCHEDULED"), ("cancel", "ACTIVE"), ("cancel", "PAUSED"),
}  # fmt: skip


@pytest.mark.parametrize("status", CAMPAIGN_STATUSES)
@pytest.mark.parametrize("command", Command)
def test_every_command_in_every_status(command: Command, status: str) -> None:
    problem = refusal(command, status, ("id",))
    if (command.value, status) in ALLOWED:
        assert problem is None
    else:
        assert problem is not None
        assert (problem.code, problem.message, problem.path) == (Code.CONFLICT, STATES[status], ("id",))


@pytest.mark.parametrize(
    ("late", "what"),
    [
        (timedelta(seconds=-1), Due.NOT_YET),
        (timedelta(0), Due.START),
        (timedelta(hours=1), Due.START),
        (timedelta(hours=1, microseconds=1), Due.MISSED),
        (timedelta(days=30), Due.MISSED),
    ],
)
def test_a_schedule_missed_by_more_than_an_hour_does_not_fire(late: timedelta, what: Due) -> None:
    assert due(NOW - late, NOW) is what


@pytest.mark.parametrize(
    ("status", "recipients", "messages", "waiting", "cancelled"),
    [("DRAFT", 3, 0, 3, 0), ("SCHEDULED", 3, 0, 3, 0), ("ACTIVE", 3, 3, 0, 0), ("CANCELLED", 3, 0, 0, 3)],
)
def test_recipients_without_a_message_are_counted(
    status: str, recipients: int, messages: int, waiting: int, cancelled: int
) -> None:
    assert unmade(status, recipients, messages) == (waiting, cancelled)
