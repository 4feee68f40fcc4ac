from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sending.queue_retries import BUDGET_SECONDS, delay_after


@pytest.mark.parametrize(
    ("attempt", "elapsed", "chance", "delay"),
    [
        (1, 0.0, 0.0, 1.0),
        (2, 1.0, 0.0, 2.0),
        (3, 3.0, 0.0, 4.0),
        (4, 7.0, 0.0, None),
        (1, 0.0, 0.5, 1.05),
        (3, 0.0, 0.5, 4.2),
        (3, 4.9, 0.0, 4.0),
        (3, 5.0, 0.0, None),
        (1, 8.0, 0.0, None),
    ],
)
def test_the_schedule(attempt: int, elapsed: float, chance: float, delay: float | None) -> None:
    assert delay_after(attempt, elapsed, chance) == pytest.approx(delay)


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1, exclude_max=True)), min_size=4, max_size=4))
def test_there_are_at_most_three_retries_and_each_begins_within_the_budget(failures: list[tuple[float, float]]) -> None:
    elapsed, retries = 0.0, 0
    for attempt, (took, chance) in enumerate(failures, start=1):
        delay = delay_after(attempt, elapsed + took, chance)
        if delay is None:
            break
        assert 2.0**retries <= delay < 2.0**retries * 1.1001
        elapsed += took + delay
        retries += 1
    assert retries <= 3
    assert elapsed < BUDGET_SECONDS


@given(st.floats(0, 1, exclude_max=True))
def test_quick_failures_leave_time_for_all_three_retries(chance: float) -> None:
    elapsed = 0.0
    for attempt in (1, 2, 3):
        delay = delay_after(attempt, elapsed, chance)
        assert delay is not None
        elapsed += delay
