"""When a campaign stops by itself."""

from __future__ import annotations

import pytest

from services.campaigns.progress import reason_to_stop

FAILED, SENT, UNKNOWN = ("FAILED", "blocked"), ("SENT", None), ("UNKNOWN", "no answer")


@pytest.mark.parametrize(
    ("outcomes", "stops"),
    [
        ([], False),
        ([FAILED] * 2, False),
        ([FAILED] * 3, True),
        ([FAILED] * 3 + [SENT], True),
        ([SENT] + [FAILED] * 3, False),
        ([FAILED, SENT, FAILED], False),
        ([FAILED, UNKNOWN, FAILED], False),
    ],
)
def test_only_failures_in_a_row_stop_it(outcomes: list[tuple[str, str | None]], stops: bool) -> None:
    assert (reason_to_stop(outcomes, 3) is not None) is stops


def test_the_reason_is_told() -> None:
    told = reason_to_stop([FAILED] * 3, 3)
    assert told == "Paused by itself: the last 3 messages failed. The last one: blocked"
    assert reason_to_stop([("FAILED", None)], 1) == (
        "Paused by itself: the last 1 messages failed. The last one: no reason was given"
    )
