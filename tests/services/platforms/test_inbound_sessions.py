from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.inbound_sessions import ENDED, STANDS, session
from services.platforms.interface import InboundEnvelope, MalformedWebhook

RECEIVED_AT = datetime(2026, 11, 25, 9, tzinfo=UTC)


def told(payload: dict[str, Any], kind: str = "accounts.session_expired") -> datetime:
    return session(InboundEnvelope("acct_1", kind, payload, RECEIVED_AT)).moment


@pytest.mark.parametrize("kind", [*STANDS, *ENDED])
def test_which_events_say_that_it_stands(kind: str) -> None:
    found = session(InboundEnvelope("acct_1", kind, {}, RECEIVED_AT))

    assert found.stands is (kind in ("accounts.connected", "accounts.reconnected"))
    assert (found.detail is None) is found.stands
    assert (found.moment, found.received_at) == (RECEIVED_AT, RECEIVED_AT)


@pytest.mark.parametrize(
    ("payload", "minute"),
    [
        ({"createdAt": "2026-11-25T08:01:00Z"}, 1),
        ({"created_at": "2026-11-25T08:02:00.000000Z"}, 2),
        ({"disconnected_at": "2026-11-25T08:03:00Z"}, 3),
        ({"latestAuthAttempt": {"started_at": "2026-11-25T08:04:00.000000Z", "completed_at": None}}, 4),
        ({"latestAuthAttempt": {"started_at": "2026-11-25T08:04:00Z", "completed_at": "2026-11-25T08:05:00Z"}}, 5),
        ({"createdAt": "2026-11-25T08:01:00Z", "latestAuthAttempt": {"started_at": "2026-11-25T08:04:00Z"}}, 1),
        ({"createdAt": "soon", "latestAuthAttempt": {"started_at": "2026-11-25T08:04:00Z"}}, 4),
    ],
)
def test_the_moment_is_its_own_time_else_that_of_the_attempt(payload: dict[str, Any], minute: int) -> None:
    assert told(payload) == datetime(2026, 11, 25, 8, minute, tzinfo=UTC)


def test_nothing_happens_after_it_is_told() -> None:
    assert told({"createdAt": "2030-01-01T00:00:00Z"}) == RECEIVED_AT


def test_another_event_tells_nothing_of_a_session() -> None:
    with pytest.raises(MalformedWebhook):
        told({}, "accounts.otp_code_required")


ODD = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.integers(), max_size=2)
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("createdAt", "expired_at", "latestAuthAttempt"), ODD)))
def test_any_payload_has_a_moment(payload: dict[str, Any]) -> None:
    assert told(payload) <= RECEIVED_AT
